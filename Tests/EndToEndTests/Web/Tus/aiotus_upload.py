"""Uploads a file by aiotus, or several as one: aiotus_upload.py SERVER NAME FILE… [--resume URL]

Several files become one by concatenation; with --resume a file goes on where its upload stands. Prints the upload's URL, and what the
server tells of its metadata. The login is in WEB_LOGIN (user:password), the authority in WEB_AUTHORITY.
"""

import argparse
import asyncio
import base64
import contextlib
import os
import ssl

import aiohttp
import aiotus
import yarl

parser = argparse.ArgumentParser()
parser.add_argument("server")
parser.add_argument("name")
parser.add_argument("files", nargs="+")
parser.add_argument("--resume")
options = parser.parse_args()

trust = ssl.create_default_context(cafile=os.environ["WEB_AUTHORITY"])
fields = {"Authorization": "Basic " + base64.b64encode(os.environ["WEB_LOGIN"].encode()).decode()}
settings = {
    "config": aiotus.RetryConfiguration(retry_attempts=2, max_retry_period_seconds=1, ssl=trust),
    "headers": fields,
    "chunksize": 2_000_000,
}
# A key without a value, too.
metadata = {"filename": options.name.encode(), "note": None}


async def upload(files):
    if options.resume:
        url = yarl.URL(options.resume)
        async with aiohttp.ClientSession() as session:
            await aiotus.core.upload_buffer(session, url, files[0], ssl=trust, chunksize=2_000_000, headers=fields)
        return url
    if len(files) > 1:
        return await aiotus.upload_multiple(options.server, files, metadata, **settings)
    return await aiotus.upload(options.server, files[0], metadata, **settings)


async def main():
    with contextlib.ExitStack() as stack:
        url = await upload([stack.enter_context(open(path, "rb")) for path in options.files])
    if url is None:
        raise SystemExit("aiotus has given up")
    url = yarl.URL(options.server).join(url)
    print(url)
    told = await aiotus.metadata(url, config=settings["config"], headers=fields)
    print(told and told.get("filename", b"").decode())


asyncio.run(main())
