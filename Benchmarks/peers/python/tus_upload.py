"""Uploads a file by tuspy: tus_upload.py URL FILE CHUNK_BYTES, with the login (user:password) in TUS_LOGIN, if there is one."""

import base64
import os
import sys

from tusclient import client

url, file, chunk = sys.argv[1:]
login = os.environ.get("TUS_LOGIN")
headers = {"Authorization": "Basic " + base64.b64encode(login.encode()).decode()} if login else {}
uploader = client.TusClient(url, headers=headers).uploader(
    file, chunk_size=int(chunk), metadata={"filename": os.path.basename(file)}
)
uploader.upload()
