#!/usr/bin/env python3
"""Writes what HTTP clients send: for files with odd names, a vector file for each client in FOLDER/names, and for a form with a
field and two files in FOLDER/forms.

Usage: capture.py FOLDER CLIENT…       FOLDER is usually the one of this script

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

# A form: a field, a file whose content looks a little like a delimiter, and an empty one.
FIELD = ("user", "müller")
CONTENTS = {"clip.mp4": b"\r\n--\r\n\x00\xff\r", "empty.mp4": b""}


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


def form_by_curl(url, paths):
    files = [word for path in paths for word in ("-F", f"file=@{path}")]
    subprocess.run(["curl", "-sS", "-F", "=".join(FIELD), *files, url], check=True, stdout=subprocess.DEVNULL)


def by_requests(url, paths):
    import requests

    for path in paths:
        with open(path, "rb") as file:
            requests.post(url, files={"file": file}, timeout=10)


def form_by_requests(url, paths):
    import requests

    requests.post(url, data=dict([FIELD]), files=[("file", open(path, "rb")) for path in paths], timeout=10)


def by_httpx(url, paths):
    import httpx

    for path in paths:
        with open(path, "rb") as file:
            httpx.post(url, files={"file": file})


def form_by_httpx(url, paths):
    import httpx

    httpx.post(url, data=dict([FIELD]), files=[("file", open(path, "rb")) for path in paths])


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


def form_by_aiohttp(url, paths):
    import aiohttp

    async def send():
        form = aiohttp.FormData([FIELD])
        for path in paths:
            form.add_field("file", open(path, "rb"))
        async with aiohttp.ClientSession() as session:
            await session.post(url, data=form)

    asyncio.run(send())


# Files that a page makes itself: a person's browser sends the same for those that were chosen or dropped.
SCRIPT = """
const names = NAMES;
for (const name of names) {
    const form = new FormData();
    form.append("file", new File(["content"], name));
    await fetch("/" + encodeURIComponent(name), {method: "POST", body: form});
}
const form = new FormData();
form.append(...FIELD);
for (const [name, content] of CONTENTS) form.append("file", new File([new Uint8Array(content)], name));
await fetch("/form", {method: "POST", body: form});
await fetch("/done", {method: "POST"});
"""


def by_browser(command):
    def send(url, paths):
        names = json.dumps([os.path.basename(path) for path in paths])
        contents = json.dumps([[name, list(content)] for name, content in CONTENTS.items()])
        script = SCRIPT.replace("NAMES", names).replace("FIELD", json.dumps(FIELD)).replace("CONTENTS", contents)
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
    "curl": (by_curl, form_by_curl, lambda: version_of_program("curl")),
    "requests": (by_requests, form_by_requests, lambda: version_of_package("requests")),
    "httpx": (by_httpx, form_by_httpx, lambda: version_of_package("httpx")),
    "aiohttp": (by_aiohttp, form_by_aiohttp, lambda: version_of_package("aiohttp")),
    "chromium": (by_browser(chromium), None, lambda: version_of_program("chromium")),
    "firefox": (by_browser(firefox), None, lambda: version_of_program("firefox-esr")),
}


def escaped(text):
    """Bytes as a line of printable ASCII."""
    return "".join(chr(byte) if 0x20 <= byte < 0x7F and byte != 0x5C else f"\\x{byte:02x}" for byte in text)


def head_of(kind, body):
    boundary = re.search(rb'boundary="?([^";]+)', kind).group(1)
    return body.split(b"--" + boundary + b"\r\n", 1)[1].split(b"\r\n\r\n", 1)[0] + b"\r\n"


def write_names(path, client, sent):
    with open(path, "w", encoding="ascii") as file:
        file.write(f"# What {client} sends for files of these names, as capture.py has seen it.\n")
        for name, head in sent:
            file.write(f"\nfile: {escaped(name.encode())}\n")
            for line in head.split(b"\r\n")[:-1]:
                file.write(f"head: {escaped(line)}\n")


def write_form(path, client, kind, body):
    *lines, last = body.split(b"\r\n")
    with open(path, "w", encoding="ascii") as file:
        file.write(f"# A form that {client} sends, as capture.py has seen it.\n\nname: {client}\ntype: {escaped(kind)}\n")
        for key, values in (("line", lines), ("text", [last]), ("part", [FIELD[1].encode(), *CONTENTS.values()])):
            for value in values:
                file.write(f"{key}: {escaped(value)}".rstrip() + "\n")


def make_files(folder, contents):
    for name, content in contents.items():
        with open(os.path.join(folder, name), "wb") as file:
            file.write(content)
    return [os.path.join(folder, name) for name in contents]


def exchange(client, paths, form_paths):
    """What the client sends: names of files with the heads of their parts; and the form's Content-Type and body."""
    send, send_form, _ = CLIENTS[client]
    receiver.forms.clear()
    receiver.done.clear()
    if send_form is None:
        send(receiver.url, paths)
        *forms, (_, kind, body) = receiver.forms
        return [(urllib.parse.unquote(target.decode()[1:]), head_of(*form)) for target, *form in forms], (kind, body)
    sent = []
    for path in paths:
        receiver.forms.clear()
        send(receiver.url, [path])
        sent += [(os.path.basename(path), head_of(*form)) for _, *form in receiver.forms]
    send_form(receiver.url, form_paths)
    return sent, receiver.forms[-1][1:]


def capture(folder, client):
    version = CLIENTS[client][2]()
    if version is None:
        print(f"{client} isn't here", file=sys.stderr)
        return
    with tempfile.TemporaryDirectory() as files, tempfile.TemporaryDirectory() as form_files:
        names, form = exchange(
            client, make_files(files, {name: b"content" for name in NAMES}), make_files(form_files, CONTENTS))
    write_names(os.path.join(folder, "names", f"{client}-{version}.txt"), f"{client} {version}", names)
    write_form(os.path.join(folder, "forms", f"{client}-{version}.txt"), f"{client} {version}", *form)


if __name__ == "__main__":
    if len(sys.argv) < 3 or not set(sys.argv[2:]) <= set(CLIENTS):
        raise SystemExit(__doc__)
    receiver = Receiver()
    for wanted in sys.argv[2:]:
        capture(sys.argv[1], wanted)
