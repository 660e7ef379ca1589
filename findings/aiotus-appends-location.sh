#!/usr/bin/env bash
# aiotus 1.1.0 (PyPI), a client for tus 1.0: a Location that isn't a whole URL is not resolved against the request's URL (RFC 9110, 10.2.2;
# RFC 3986, 5.2), but its path is appended to the endpoint's. So, of an upload made by POST /tus/:
#
#   Location: 7         goes on at /tus/7
#   Location: /tus/7    nothing is sent at all: the upload is given up, with a line in the log, and None as the result
#   Location: ?id=7     goes on at /tus/: the query is lost
#
# And of one made by POST /tus:
#
#   Location: tus/7     which is /tus/7 to others, goes on at /tus/tus/7
#
# A server that answers with a path alone, as many do, gets nothing from this client.
set -euo pipefail
folder=$(mktemp -d)
trap 'rm -rf -- "$folder"' EXIT
python3 -m venv "$folder/python"
"$folder/python/bin/pip" --quiet --disable-pip-version-check install aiotus==1.1.0 aiohttp==3.14.5 yarl==1.25.1 tenacity==9.2.1

cat >"$folder/server.py" <<'PYTHON'
import asyncio, http.server, io, logging, sys, threading
import aiotus


class Tus(http.server.BaseHTTPRequestHandler):
    """As much of tus as an upload of five bytes takes."""

    protocol_version = "HTTP/1.1"

    def do_POST(self):
        self.answer(201, {"Location": self.server.location})

    def do_HEAD(self):
        self.answer(200, {"Upload-Offset": "0", "Upload-Length": "5"})

    def do_PATCH(self):
        self.server.paths.append(self.path)
        self.answer(204, {"Upload-Offset": "5"})

    def answer(self, status, fields):
        self.rfile.read(int(self.headers.get("Content-Length") or 0))
        self.send_response(status)
        for name, value in {"Tus-Resumable": "1.0.0", "Content-Length": "0", **fields}.items():
            self.send_header(name, value)
        self.end_headers()

    def log_message(self, *_):
        pass


def paths_of(endpoint, location):
    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Tus) as server:
        server.location, server.paths = location, []
        threading.Thread(target=server.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{server.server_port}{endpoint}"
        once = aiotus.RetryConfiguration(retry_attempts=1)
        asyncio.run(aiotus.upload(url, io.BytesIO(b"hello"), config=once))
        server.shutdown()
        return server.paths


logging.disable()
for endpoint, location in [("/tus/", "7"), ("/tus/", "/tus/7"), ("/tus/", "?id=7"), ("/tus", "tus/7")]:
    print(f"POST {endpoint}, Location: {location} -> PATCH {paths_of(endpoint, location)}")
PYTHON

"$folder/python/bin/python" "$folder/server.py" | tee "$folder/seen"
diff - "$folder/seen" <<'SEEN'
POST /tus/, Location: 7 -> PATCH ['/tus/7']
POST /tus/, Location: /tus/7 -> PATCH []
POST /tus/, Location: ?id=7 -> PATCH ['/tus/']
POST /tus, Location: tus/7 -> PATCH ['/tus/tus/7']
SEEN
echo "aiotus 1.1.0 appends Location's path to the endpoint's, as described"
