"""A tus server by aiohttp-tus, over TLS on loopback: tus_server.py PORT FOLDER PATH CERTIFICATE KEY MOST_BYTES

FOLDER gets the files, PATH is that of the URL, and a request may have MOST_BYTES.
"""

import pathlib
import ssl
import sys

import aiohttp_tus
from aiohttp import web

port, folder, path, certificate, key, most = sys.argv[1:]
context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
context.minimum_version = ssl.TLSVersion.TLSv1_3
context.load_cert_chain(certificate, key)
application = web.Application(client_max_size=int(most))
aiohttp_tus.setup_tus(application, upload_path=pathlib.Path(folder), upload_url=path)
web.run_app(application, host="127.0.0.1", port=int(port), ssl_context=context, access_log=None, print=None)
