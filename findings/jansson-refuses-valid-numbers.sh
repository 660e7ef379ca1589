#!/usr/bin/env bash
# Jansson 2.14 (Debian's libjansson4): some numbers of valid JSON (RFC 8259) make a whole document unreadable, others are changed.
#
#   an integer of 2^63 and more, such as a size in uint64, is refused ("too big integer"), though the same with a fraction, or as 1e19, is read
#   what is too large for a double is refused, what is too small for one is silently 0
#   0.1 is written as 0.10000000000000001: 17 digits, not the fewest that mean the same number
#
# So who passes counters of 64 bits on writes them as strings, or reads with JSON_DECODE_INT_AS_REAL.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
cd "$folder"
apt-get download --quiet --quiet libjansson4=2.14-2
dpkg-deb --extract libjansson4_2.14-2_*.deb .
library=$(find . -name 'libjansson.so.4' -print -quit)

cat >read.py <<'PYTHON'
import ctypes, sys

jansson = ctypes.CDLL(sys.argv[1])


class Error(ctypes.Structure):
    """json_error_t"""

    _fields_ = [
        ("line", ctypes.c_int), ("column", ctypes.c_int), ("position", ctypes.c_int),
        ("source", ctypes.c_char * 80), ("text", ctypes.c_char * 160),
    ]


jansson.json_loads.restype = ctypes.c_void_p
jansson.json_loads.argtypes = [ctypes.c_char_p, ctypes.c_size_t, ctypes.POINTER(Error)]
jansson.json_dumps.restype = ctypes.c_char_p
jansson.json_dumps.argtypes = [ctypes.c_void_p, ctypes.c_size_t]
for text in ["[9223372036854775807]", "[9223372036854775808]", "[9223372036854775808.0]", "[1e19]", "[1e400]", "[1e-400]", "[0.1]"]:
    error = Error()
    value = jansson.json_loads(text.encode(), 0, ctypes.byref(error))
    print(text, "->", jansson.json_dumps(value, 0).decode() if value else error.text.decode())
PYTHON

python3 read.py "$library" | tee seen
diff - seen <<'SEEN'
[9223372036854775807] -> [9223372036854775807]
[9223372036854775808] -> too big integer near '9223372036854775808'
[9223372036854775808.0] -> [9.2233720368547758e18]
[1e19] -> [1e19]
[1e400] -> real number overflow near '1e400'
[1e-400] -> [0.0]
[0.1] -> [0.10000000000000001]
SEEN
echo "Jansson 2.14 reads and writes numbers as described"
