"""A server of releases for tests. It prints a line of JSON for each request, and answers from the folder that it is given: a file for each path, in which a
slash is a low line; where there is none, 500."""
import http.server
import json
import pathlib
import sys

FOLDER = pathlib.Path(sys.argv[1])


class Handler(http.server.BaseHTTPRequestHandler):
    def do_GET(self):
        print(json.dumps({"path": self.path, "fields": dict(self.headers)}), flush=True)
        file = FOLDER / self.path.split("?")[0].strip("/").replace("/", "_")
        content = file.read_bytes() if file.exists() else b""
        self.send_response(200 if content else 500)
        self.send_header("Content-Length", str(len(content)))
        self.end_headers()
        self.wfile.write(content)

    def log_message(self, *_):
        pass


server = http.server.ThreadingHTTPServer(("127.0.0.1", int(sys.argv[2])), Handler)
print("port", server.server_address[1], flush=True)
server.serve_forever()
