"""An independent client of onion requests: it knows how they are laid out, and nothing of this server.

Reads a JSON object a line: {"version", "cipher", "endpoint", "method", "headers", "body" (Base64) or "file", "layers", "damage", "same" (a file)}; writes
one a line: {"status", "code", "headers", "body" (Base64)}. Where the answer can't be opened, "code" is null.
"""
import base64
import hashlib
import hmac
import json
import os
import ssl
import struct
import sys
import urllib.error
import urllib.request

import nacl.bindings
from cryptography.hazmat.primitives.ciphers.aead import AESGCM

PLACE, SERVER_KEY, AUTHORITY = sys.argv[1], bytes.fromhex(sys.argv[2]), sys.argv[3]
CONTEXT = ssl.create_default_context(cafile=AUTHORITY)


class Channel:
    def __init__(self, cipher):
        self.cipher = cipher
        secret = os.urandom(32)
        self.public = nacl.bindings.crypto_scalarmult_base(secret)
        shared = nacl.bindings.crypto_scalarmult(secret, SERVER_KEY)
        if "xchacha20" in (cipher or ""):
            self.key = hashlib.blake2b(shared + self.public + SERVER_KEY, digest_size=32).digest()
        else:
            self.key = hmac.new(b"LOKI", shared, hashlib.sha256).digest()

    def seal(self, plaintext):
        if "xchacha20" in (self.cipher or ""):
            nonce = os.urandom(24)
            return nonce + nacl.bindings.crypto_aead_xchacha20poly1305_ietf_encrypt(plaintext, None, nonce, self.key)
        nonce = os.urandom(12)
        return nonce + AESGCM(self.key).encrypt(nonce, plaintext, None)

    def open(self, sealed):
        if "xchacha20" in (self.cipher or ""):
            return nacl.bindings.crypto_aead_xchacha20poly1305_ietf_decrypt(sealed[24:], None, sealed[:24], self.key)
        return AESGCM(self.key).decrypt(sealed[:12], sealed[12:], None)

    def envelope(self, plaintext):
        settings = {"ephemeral_key": self.public.hex(), "host": "example.org", "port": 443, "target": "/"}
        if self.cipher is not None:
            settings["enc_type"] = self.cipher
        sealed = self.seal(plaintext)
        return struct.pack("<I", len(sealed)) + sealed + json.dumps(settings).encode()


def bencoded(*parts):
    return b"l" + b"".join(b"%d:%s" % (len(part), part) for part in parts) + b"e"


def unbencoded(data):
    assert data[:1] == b"l" and data[-1:] == b"e", data[:20]
    parts, position = [], 1
    while position < len(data) - 1:
        colon = data.index(b":", position)
        length = int(data[position:colon])
        parts.append(data[colon + 1 : colon + 1 + length])
        position = colon + 1 + length
    assert position == len(data) - 1
    return parts


def plaintext(version, request, body):
    head = {"endpoint": request["endpoint"], "method": request.get("method", "GET")}
    if "headers" in request:
        head["headers"] = request["headers"]
    if version == 4:
        return bencoded(json.dumps(head).encode(), *([body] if body is not None else []))
    if body is not None:
        head["body"] = body.decode()
    return json.dumps(head).encode()


def path(version, request):
    return request.get("path") or ("/oxen/v4/lsrpc" if version == 4 else "/oxen/v3/lsrpc")


def post(target, content):
    request = urllib.request.Request(PLACE + target, data=content, method="POST")
    request.add_header("Content-Type", "application/octet-stream")
    try:
        with urllib.request.urlopen(request, context=CONTEXT, timeout=120) as answer:
            return answer.status, answer.read()
    except urllib.error.HTTPError as error:
        return error.code, error.read()


def opened(version, channel, sealed):
    """code, headers, body"""
    if version == 4:
        parts = unbencoded(channel.open(sealed))
        head = json.loads(parts[0])
        assert all(name == name.lower() for name in head["headers"]), head
        assert "content-length" not in head["headers"], head
        return head["code"], head["headers"], parts[1]
    return 200, {}, channel.open(base64.b64decode(sealed, validate=True))


def ask(request):
    version = request["version"]
    body = base64.b64decode(request["body"]) if "body" in request else None
    if "file" in request:
        with open(request["file"], "rb") as file:
            body = file.read()
    inner = base64.b64decode(request["plaintext"]) if "plaintext" in request else plaintext(version, request, body)
    # The innermost first; each further one is sent to the server by the server itself.
    channels = []
    content = inner
    for layer in range(request.get("layers", 1)):
        channel = Channel(request.get("cipher"))
        channels.append(channel)
        content = channel.envelope(content)
        if layer + 1 < request.get("layers", 1):
            assert version == 4
            head = {"endpoint": path(version, request), "method": "POST"}
            content = bencoded(json.dumps(head).encode(), content)
    damage = request.get("damage")
    if damage == "bit":
        content = content[:20] + bytes([content[20] ^ 1]) + content[21:]
    elif damage == "length":
        content = struct.pack("<I", 0xFFFFFFFF) + content[4:]
    elif damage == "cut":
        content = content[: len(content) // 2]
    elif damage == "key":
        content = content.replace(channels[-1].public.hex().encode(), b"00" * 32)
    elif damage == "cipher":
        content = content[:-1] + b', "enc_type": "rot13"}'
    elif damage == "long":
        content = content + b" " * (10485761 - len(content))
    status, answer = post(path(version, request), content)
    if status != 200:
        return {"status": status, "code": None, "headers": {}, "body": base64.b64encode(answer).decode()}
    for number, channel in enumerate(reversed(channels)):
        code, headers, answer = opened(version, channel, answer)
        if number + 1 < len(channels):
            assert code == 200, (code, answer)
    if "same" in request:
        with open(request["same"], "rb") as file:
            answer = b"same" if file.read() == answer else b"another"
    return {"status": status, "code": code, "headers": headers, "body": base64.b64encode(answer).decode()}


for line in sys.stdin:
    print(json.dumps(ask(json.loads(line))), flush=True)
