#!/usr/bin/env bash
# ZBar 0.23.92 (Debian's libzbar0) and libqrencode 4.1.1: names in a QR code come back as others. An 8-bit text in UTF-8 without a word
# about its charset, as libqrencode's QRcode_encodeString8bit makes it, is guessed at: what may be Big5 is taken for Big5, what may be
# Shift JIS for Shift JIS, and both may be what is right UTF-8. So one letter outside ASCII makes Chinese of a German or French name
# ("Müller" is read as "M羹ller"), two in a row Japanese ("Straße"); UTF-8 is taken last, where neither fits. 0.23.92 has nothing against it but ZBAR_CFG_BINARY,
# which gives the bytes as they are; or the code says its charset itself (ECI 26), which libqrencode does by QRinput_appendECIheader only.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
cd "$folder"
# What ZBar itself stands on is left at what the release has.
apt-get download --quiet --quiet --option APT::Sandbox::User=root libzbar0=0.23.92-7+deb12u1 libqrencode4=4.1.1-1 \
    libv4l-0 libv4lconvert0 libjpeg62-turbo libx11-6 libxcb1 libxau6 libxdmcp6 libbsd0 libmd0 libdbus-1-3
for package in ./*.deb; do dpkg-deb --extract "$package" .; done
libraries=$folder/usr/lib/x86_64-linux-gnu:$folder/lib/x86_64-linux-gnu

cat >read.py <<'PYTHON'
import ctypes
from ctypes import POINTER, Structure, c_char_p, c_int, c_ubyte, c_uint, c_ulong, c_void_p

zbar, qrencode = ctypes.CDLL("libzbar.so.0"), ctypes.CDLL("libqrencode.so.4")
for name in "zbar_image_scanner_create zbar_image_create zbar_image_first_symbol".split():
    getattr(zbar, name).restype = c_void_p
zbar.zbar_symbol_get_data.restype = POINTER(c_ubyte)
SCALE, QUIET, ALL, BINARY = 4, 4, 0, 4  # the last: ZBAR_CFG_BINARY


class QRcode(Structure):
    _fields_ = [("version", c_int), ("width", c_int), ("data", POINTER(c_ubyte))]


qrencode.QRcode_encodeString8bit.restype = qrencode.QRcode_encodeInput.restype = POINTER(QRcode)
qrencode.QRinput_new.restype = c_void_p


def plain(text):
    return qrencode.QRcode_encodeString8bit(c_char_p(text), 0, 1).contents


def with_charset(text):
    entry = c_void_p(qrencode.QRinput_new())
    assert qrencode.QRinput_appendECIheader(entry, c_uint(26)) == 0
    assert qrencode.QRinput_append(entry, 2, len(text), c_char_p(text)) == 0
    return qrencode.QRcode_encodeInput(entry).contents


def read(code, binary=False):
    side = (code.width + 2 * QUIET) * SCALE
    pixels = bytearray(b"\xff" * side * side)
    for y in range(code.width * SCALE):
        for x in range(code.width * SCALE):
            if code.data[y // SCALE * code.width + x // SCALE] & 1:
                pixels[(y + QUIET * SCALE) * side + x + QUIET * SCALE] = 0
    scanner, image = c_void_p(zbar.zbar_image_scanner_create()), c_void_p(zbar.zbar_image_create())
    if binary:
        assert zbar.zbar_image_scanner_set_config(scanner, ALL, BINARY, 1) == 0
    buffer = (c_ubyte * len(pixels)).from_buffer(pixels)
    zbar.zbar_image_set_format(image, c_ulong(int.from_bytes(b"Y800", "little")))
    zbar.zbar_image_set_size(image, side, side)
    zbar.zbar_image_set_data(image, buffer, c_ulong(len(pixels)), None)
    assert zbar.zbar_scan_image(scanner, image) == 1
    symbol = c_void_p(zbar.zbar_image_first_symbol(image))
    data = zbar.zbar_symbol_get_data(symbol)
    return bytes(data[: zbar.zbar_symbol_get_data_length(symbol)])


major, minor, patch = c_uint(), c_uint(), c_uint()
zbar.zbar_version(ctypes.byref(major), ctypes.byref(minor), ctypes.byref(patch))
print("zbar", major.value, minor.value, patch.value)
for name in ["Camera", "Müller", "café", "Büro-Kamera", "Straße", "Čapek", "Łódź"]:
    text = name.encode()
    print(name, "is read as", read(plain(text)).decode())
    assert read(plain(text), binary=True) == text and read(with_charset(text)) == text
PYTHON

LD_LIBRARY_PATH=$libraries python3 read.py | tee seen
diff seen - <<'SEEN'
zbar 0 23 92
Camera is read as Camera
Müller is read as M羹ller
café is read as caf矇
Büro-Kamera is read as B羹ro-Kamera
Straße is read as Straﾃ歹
Čapek is read as ﾄ径pek
Łódź is read as Łódź
SEEN
