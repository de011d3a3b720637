"""Talks to the server with Debian's python3-websockets. Prints one line of JSON. usage: websockets_client.py URL"""
import asyncio
import json
import sys

import websockets

SIZES = [0, 1, 125, 126, 127, 65535, 65536, 300_000, 1_048_576]


async def talk(url, protocols, messages, compression=None):
    async with websockets.connect(url, subprotocols=protocols or None, compression=compression, max_size=None) as socket:
        pong = await socket.ping("are you there")
        equal = []
        for message in messages:
            await socket.send(message)
            equal.append(await socket.recv() == message)
        await asyncio.wait_for(pong, 10)
        # A message in fragments, as an iterable is sent.
        await socket.send(["frag", "men", "ted"])
        fragmented = await socket.recv()
        await socket.close(4001, "enough")
        return {"protocol": socket.subprotocol, "compressed": bool(socket.extensions), "equal": all(equal), "count": len(equal), "fragmented": fragmented,
                "code": socket.close_code, "reason": socket.close_reason}


async def refused(url):
    try:
        async with websockets.connect(url, subprotocols=["nobody.serves.this"]):
            return 101
    except websockets.exceptions.InvalidStatusCode as answer:
        return answer.status_code


async def main(url):
    return {
        "text": await talk(url, [], ["é" * (size // 2) for size in SIZES]),
        "binary": await talk(url, ["echo"], [bytes([0xA5]) * size for size in SIZES]),
        "compressed": await talk(url, ["echo"], ["ü" * (size // 2) for size in SIZES], compression="deflate"),
        "refused": await refused(url),
    }


print(json.dumps(asyncio.run(main(sys.argv[1]))))
