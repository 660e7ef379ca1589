"""Sends a file under each of some names: send.py CLIENT WAY SERVER FILE NAME… [--query QUERY] [--login KIND]

CLIENT is requests, httpx or aiohttp. WAY is form, put, or stream: put without saying how long it is. Prints status and text of each
answer, as JSON a line. The login is in WEB_LOGIN (user:password); KIND is how it is said: by the client's own means for HTTP Basic
(basic), which are given bytes in UTF-8 (basic-utf8), or by the fields Username and Password (utf8, latin1).
"""

import argparse
import asyncio
import json
import os
import ssl
import urllib.parse

parser = argparse.ArgumentParser()
parser.add_argument("client")
parser.add_argument("way")
parser.add_argument("server")
parser.add_argument("file")
parser.add_argument("names", nargs="+")
parser.add_argument("--query", default="")
parser.add_argument("--login", default="basic")
options = parser.parse_args()

user, password = os.environ["WEB_LOGIN"].split(":", 1)
authority = os.environ["WEB_AUTHORITY"]
basic, fields = None, {"Accept": "application/json"}
if options.login == "basic":
    basic = (user, password)
elif options.login == "basic-utf8":
    basic = (user.encode(), password.encode())
else:
    fields |= {"Username": user.encode(options.login), "Password": password.encode(options.login)}


def url(name):
    path = "/upload" if options.way == "form" else "/files/" + urllib.parse.quote(name)
    return options.server + path + options.query


def pieces(file):
    while piece := file.read(65536):
        yield piece


def say(status, text):
    print(json.dumps([status, text]), flush=True)


def by_requests():
    import requests

    with requests.Session() as session:
        session.verify, session.auth = authority, basic
        # Nothing of the machine's own, such as REQUESTS_CA_BUNDLE, which comes before `verify`.
        session.trust_env = False
        session.headers.update(fields)
        for name in options.names:
            with open(options.file, "rb") as file:
                if options.way == "form":
                    answer = session.post(url(name), files={"file": (name, file)})
                else:
                    answer = session.put(url(name), data=pieces(file) if options.way == "stream" else file)
            say(answer.status_code, answer.text)


def by_httpx():
    import httpx

    context = ssl.create_default_context(cafile=authority)
    with httpx.Client(verify=context, auth=basic, headers=fields, timeout=120, trust_env=False) as client:
        for name in options.names:
            with open(options.file, "rb") as file:
                if options.way == "form":
                    answer = client.post(url(name), files={"file": (name, file)})
                elif options.way == "stream":
                    answer = client.put(url(name), content=pieces(file))
                else:
                    size = str(os.path.getsize(options.file))
                    answer = client.put(url(name), content=file, headers={"Content-Length": size})
            say(answer.status_code, answer.text)


async def by_aiohttp():
    import aiohttp
    import yarl

    async def async_pieces(file):
        for piece in pieces(file):
            yield piece

    auth = basic and aiohttp.BasicAuth(user, password, "utf-8" if options.login == "basic-utf8" else "latin1")
    # Its fields are text, which it sends in UTF-8.
    texts = {name: value.decode() if isinstance(value, bytes) else value for name, value in fields.items()}
    context = ssl.create_default_context(cafile=authority)
    async with aiohttp.ClientSession(
        auth=auth, headers=texts, connector=aiohttp.TCPConnector(ssl=context)
    ) as session:
        for name in options.names:
            with open(options.file, "rb") as file:
                target = yarl.URL(url(name), encoded=True)
                if options.way == "form":
                    form = aiohttp.FormData()
                    form.add_field("file", file, filename=name)
                    request = session.post(target, data=form)
                else:
                    request = session.put(target, data=async_pieces(file) if options.way == "stream" else file)
                async with request as answer:
                    say(answer.status, await answer.text())


if options.client == "aiohttp":
    asyncio.run(by_aiohttp())
else:
    {"requests": by_requests, "httpx": by_httpx}[options.client]()
