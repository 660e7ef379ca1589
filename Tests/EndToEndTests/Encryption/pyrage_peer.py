"""Encrypts or decrypts each file of a folder: encrypt RECIPIENT FROM TO, or decrypt IDENTITY-FILE FROM TO."""
import pathlib
import sys

from pyrage import decrypt, encrypt, x25519

mode, key, source, target = sys.argv[1:]
for path in pathlib.Path(source).iterdir():
    content = path.read_bytes()
    if mode == "encrypt":
        made = encrypt(content, [x25519.Recipient.from_str(key)])
        (pathlib.Path(target) / (path.name + ".age")).write_bytes(made)
    else:
        secret = [line for line in open(key) if line.startswith("AGE-SECRET-KEY-")][0].strip()
        made = decrypt(content, [x25519.Identity.from_str(secret)])
        (pathlib.Path(target) / path.name.removesuffix(".age")).write_bytes(made)
