#!/usr/bin/env python3
"""Writes what HTTP clients send for files with odd names: a vector file for each client, for MultipartNameTests.

Usage: capture.py FOLDER CLIENT…       FOLDER is usually the folder "names" beside this script

CLIENT is one of curl, requests, httpx, aiohttp, chromium, firefox. Whichever of them this Python or PATH has is captured, under
its version; to capture other versions of the Python clients, run this with the Python of a virtual environment that has them.
Everything goes to a socket on loopback, and the files lie in a folder that is removed at the end.
"""

import asyncio
import importlib.metadata
import json
import os
import re
import shutil
import socketserver
import subprocess
import sys
import tempfile
import threading
import urllib.parse

LONG = "a name of 255 bytes " + "x" * 231 + ".mp4"
NAMES = [
    "clip.mp4", "with space.mp4", 'a"b.mp4', "a'b.mp4", "a\\b.mp4", "ends with backslash\\", "C\\n.mp4", "a;b=c.mp4", "a%b.mp4",
    "100%25.mp4", "a&b=c+d.mp4", "täst ü.mp4", "日本 clip.mp4", "🎥.mp4", "e\u0301.mp4", "a\nb.mp4", "a\tb.mp4",
    "&#26085;.mp4", "=not a word=.mp4", ".hidden", " leading and trailing ", "a,b(c)[d]{e}.mp4", LONG,
]


class Receiver(socketserver.ThreadingTCPServer):
    """Takes requests on loopback, one a connection, and keeps the bodies of those that are forms."""

    daemon_threads = True
    allow_reuse_address = True

    def __init__(self):
        super().__init__(("127.0.0.1", 0), Exchange)
        self.forms = []
        self.page = b""
        self.done = threading.Event()
        threading.Thread(target=self.serve_forever, daemon=True).start()

    @property
    def url(self):
        return f"http://127.0.0.1:{self.server_address[1]}/"


class Exchange(socketserver.StreamRequestHandler):
    def handle(self):
        request = self.rfile.readline()
        fields = {}
        while (line := self.rfile.readline().strip()):
            name, _, value = line.partition(b":")
            fields[name.lower()] = value.strip()
        if b"expect" in fields:
            self.wfile.write(b"HTTP/1.1 100 Continue\r\n\r\n")
        body = self.body(fields)
        if b"multipart/form-data" in fields.get(b"content-type", b""):
            self.server.forms.append((request.split()[1], fields[b"content-type"], body))
        if request.startswith(b"POST /done"):
            self.server.done.set()
        content = self.server.page if request.startswith(b"GET") else b"OK"
        kind = b"text/html" if request.startswith(b"GET") else b"text/plain"
        self.wfile.write(b"HTTP/1.1 200 OK\r\nConnection: close\r\nContent-Type: %b\r\nContent-Length: %d\r\n\r\n%b" % (
            kind, len(content), content))

    def body(self, fields):
        if fields.get(b"transfer-encoding") != b"chunked":
            return self.rfile.read(int(fields.get(b"content-length", b"0")))
        body = b""
        while (size := int(self.rfile.readline(), 16)):
            body += self.rfile.read(size)
            self.rfile.readline()
        self.rfile.readline()
        return body


def by_curl(url, paths):
    for path in paths:
        # What -F takes for the path of a file, curl reads with backslash escapes when it stands in quotes.
        quoted = path.replace("\\", "\\\\").replace('"', '\\"')
        subprocess.run(["curl", "-sS", "-F", f'file=@"{quoted}"', url], check=True, stdout=subprocess.DEVNULL)


def by_requests(url, paths):
    import requests

    for path in paths:
        with open(path, "rb") as file:
            requests.post(url, files={"file": file}, timeout=10)


def by_httpx(url, paths):
    import httpx

    for path in paths:
        with open(path, "rb") as file:
            httpx.post(url, files={"file": file})


def by_aiohttp(url, paths):
    import aiohttp

    async def send():
        async with aiohttp.ClientSession() as session:
            for path in paths:
                with open(path, "rb") as file:
                    try:
                        await session.post(url, data={"file": file})
                    except ValueError as error:
                        print(f"aiohttp refuses {os.path.basename(path)!r}: {error}", file=sys.stderr)

    asyncio.run(send())


# Files that a page makes itself: a person's browser sends the same for those that were chosen or dropped.
SCRIPT = """
const names = NAMES;
for (const name of names) {
    const form = new FormData();
    form.append("file", new File(["content"], name));
    await fetch("/" + encodeURIComponent(name), {method: "POST", body: form});
}
await fetch("/done", {method: "POST"});
"""


def by_browser(command):
    def send(url, paths):
        names = json.dumps([os.path.basename(path) for path in paths])
        script = SCRIPT.replace("NAMES", names)
        page = f'<!doctype html><meta charset="utf-8"><script type="module">{script}</script>'
        receiver.page = page.encode()
        with tempfile.TemporaryDirectory() as home:
            browser = subprocess.Popen(
                command(home) + [url], env=os.environ | {"HOME": home}, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
            try:
                if not receiver.done.wait(90):
                    raise SystemExit(f"{command(home)[0]} has sent nothing for 90 s")
            finally:
                browser.terminate()
                browser.wait()

    return send


def chromium(home):
    return ["chromium", "--headless", "--no-sandbox", "--disable-gpu", f"--user-data-dir={home}"]


def firefox(home):
    return ["firefox-esr", "--headless", "--no-remote", "--profile", home]


def version_of_program(name):
    if not shutil.which(name):
        return None
    text = subprocess.run([name, "--version"], capture_output=True, text=True, check=True).stdout
    return re.search(r"\d[\d.]*", text).group()


def version_of_package(name):
    try:
        return importlib.metadata.version(name)
    except importlib.metadata.PackageNotFoundError:
        return None


CLIENTS = {
    "curl": (by_curl, lambda: version_of_program("curl")),
    "requests": (by_requests, lambda: version_of_package("requests")),
    "httpx": (by_httpx, lambda: version_of_package("httpx")),
    "aiohttp": (by_aiohttp, lambda: version_of_package("aiohttp")),
    "chromium": (by_browser(chromium), lambda: version_of_program("chromium")),
    "firefox": (by_browser(firefox), lambda: version_of_program("firefox-esr")),
}


def escaped(text):
    """Bytes as a line of printable ASCII."""
    return "".join(chr(byte) if 0x20 <= byte < 0x7F and byte != 0x5C else f"\\x{byte:02x}" for byte in text)


def head_of(kind, body):
    boundary = re.search(rb'boundary="?([^";]+)', kind).group(1)
    return body.split(b"--" + boundary + b"\r\n", 1)[1].split(b"\r\n\r\n", 1)[0] + b"\r\n"


def write_vectors(folder, client, version, sent):
    with open(os.path.join(folder, f"{client}-{version}.txt"), "w", encoding="ascii") as file:
        file.write(f"# What {client} {version} sends for files of these names, as capture.py has seen it.\n")
        for name, head in sent:
            file.write(f"\nfile: {escaped(name.encode())}\n")
            for line in head.split(b"\r\n")[:-1]:
                file.write(f"head: {escaped(line)}\n")


def capture(folder, client):
    send, version = CLIENTS[client]
    version = version()
    if version is None:
        print(f"{client} isn't here", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as files:
        paths = [os.path.join(files, name) for name in NAMES]
        for path in paths:
            with open(path, "wb") as file:
                file.write(b"content")
        receiver.forms.clear()
        receiver.done.clear()
        sent = []
        if client in ("chromium", "firefox"):
            send(receiver.url, paths)
            for target, kind, body in receiver.forms:
                sent.append((urllib.parse.unquote(target.decode()[1:]), head_of(kind, body)))
        else:
            for path in paths:
                receiver.forms.clear()
                send(receiver.url, [path])
                for _, kind, body in receiver.forms:
                    sent.append((os.path.basename(path), head_of(kind, body)))
    write_vectors(folder, client, version, sent)


if __name__ == "__main__":
    if len(sys.argv) < 3 or not set(sys.argv[2:]) <= set(CLIENTS):
        raise SystemExit(__doc__)
    receiver = Receiver()
    for wanted in sys.argv[2:]:
        capture(sys.argv[1], wanted)
