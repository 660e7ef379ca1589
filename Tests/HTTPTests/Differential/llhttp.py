"""Reads requests, one a line in hexadecimal; writes what llhttp makes of each, one a line in JSON: see Verdict.swift."""
import json
import sys

import httptools


class Reading:
    def __init__(self):
        self.messages = []
        self.parser = httptools.HttpRequestParser(self)

    def on_message_begin(self):
        self.messages.append({"target": "", "fields": [], "trailers": [], "body": "", "isWhole": False})
        self.place = "fields"

    def on_url(self, url):
        self.messages[-1]["target"] += url.hex()

    def on_header(self, name, value):
        self.messages[-1][self.place].append([name.hex(), value.rstrip(b" \t").hex()])

    def on_headers_complete(self):
        self.place = "trailers"
        self.messages[-1].update(
            method=self.parser.get_method().decode(), version=self.parser.get_http_version(),
            keepsAlive=self.parser.should_keep_alive())

    def on_body(self, body):
        self.messages[-1]["body"] += body.hex()

    def on_message_complete(self):
        self.messages[-1]["isWhole"] = True


def read(request):
    reading = Reading()
    refusal = None
    try:
        reading.parser.feed_data(request)
    except httptools.HttpParserUpgrade:
        refusal = "the rest isn't HTTP"
    except httptools.HttpParserError as error:
        refusal = str(error)
    isBetween = all(message["isWhole"] for message in reading.messages)
    whole = [message for message in reading.messages if message["isWhole"]]
    return {"messages": whole, "refusal": refusal, "isBetween": isBetween}


for line in sys.stdin:
    print(json.dumps(read(bytes.fromhex(line))))
