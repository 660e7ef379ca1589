"""Writes pyotp's code of each line `SEED TIME` of standard input, the seed in base32."""

import sys

import pyotp

for line in sys.stdin:
    seed, time = line.split()
    print(pyotp.TOTP(seed).at(int(time)))
