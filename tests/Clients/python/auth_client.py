"""Proves who it is with Debian's python3-websockets. Prints one line of JSON. usage: auth_client.py URL USER PASSWORD TOKEN"""
import asyncio
import json
import sys
from urllib.parse import quote

import websockets


async def ask(url, **options):
    try:
        async with websockets.connect(url, subprotocols=["echo"], open_timeout=30, **options) as socket:
            await socket.send("who am I")
            return {"protocol": socket.subprotocol, "answer": await socket.recv()}
    except websockets.exceptions.InvalidStatusCode as answer:
        return {"status": answer.status_code}


async def main(url, user, password, token):
    def with_password(text):
        return url.replace("ws://", f"ws://{quote(user)}:{quote(text)}@")

    return {
        "basic": await ask(with_password(password)),
        "wrong": await ask(with_password("not " + password)),
        "header": await ask(url, extra_headers={"Authorization": f"Bearer {token}"}),
        "forged": await ask(url, extra_headers={"Authorization": f"Bearer {token[:-8]}AAAAAAAA"}),
        "nothing": await ask(url),
    }


print(json.dumps(asyncio.run(main(*sys.argv[1:]))))
