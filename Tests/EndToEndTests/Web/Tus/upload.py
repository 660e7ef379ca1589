"""Uploads a file by tuspy: upload.py SERVER FILE [--name NAME] [--chunk BYTES] [--steps N] [--resume URL] [--checksum]

Prints the upload's URL as soon as that is known. The login is in TUS_LOGIN (user:password).
"""

import argparse
import base64
import os

from tusclient import client

parser = argparse.ArgumentParser()
parser.add_argument("server")
parser.add_argument("file")
parser.add_argument("--name")
parser.add_argument("--chunk", type=int)
parser.add_argument("--steps", type=int)
parser.add_argument("--resume")
parser.add_argument("--checksum", action="store_true")
options = parser.parse_args()

login = base64.b64encode(os.environ["TUS_LOGIN"].encode()).decode()
tus = client.TusClient(options.server, headers={"Authorization": "Basic " + login})
settings = {"upload_checksum": options.checksum, "retries": 2, "retry_delay": 1}
if options.chunk:
    settings["chunk_size"] = options.chunk
if options.name:
    # An empty value, too: it is sent as a key with a blank behind it.
    settings["metadata"] = {"filename": options.name, "note": ""}
uploader = tus.uploader(options.file, url=options.resume, **settings)
if not options.resume:
    uploader.set_url(uploader.create_url())
print(uploader.url, flush=True)
if options.steps is not None:
    for _ in range(options.steps):
        uploader.upload_chunk()
elif uploader.get_file_size() > uploader.offset:
    uploader.upload()
