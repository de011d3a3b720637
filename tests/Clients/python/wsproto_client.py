"""Talks to the server with Debian's python3-wsproto, compression on. Prints one line of JSON. usage: wsproto_client.py ws://HOST:PORT/"""
import json
import socket
import sys
from urllib.parse import urlsplit

from wsproto import ConnectionType, WSConnection
from wsproto.events import AcceptConnection, BytesMessage, CloseConnection, Message, Ping, Pong, Request, TextMessage
from wsproto.extensions import PerMessageDeflate

SIZES = [0, 1, 125, 126, 127, 65535, 65536, 300_000]

address = urlsplit(sys.argv[1])
stream = socket.create_connection((address.hostname, address.port), timeout=30)
connection = WSConnection(ConnectionType.CLIENT)
pending = []


def send(event):
    stream.sendall(connection.send(event))


def next_event():
    while not pending:
        received = stream.recv(65536)
        connection.receive_data(received or None)
        pending.extend(connection.events())
    return pending.pop(0)


def message(kind):
    data = b"" if kind is BytesMessage else ""
    while True:
        event = next_event()
        if isinstance(event, kind):
            data += bytes(event.data) if kind is BytesMessage else event.data
            if event.message_finished:
                return data


deflate = PerMessageDeflate()
send(Request(host=address.netloc, target="/", subprotocols=["echo"], extensions=[deflate]))
accepted = next_event()
assert isinstance(accepted, AcceptConnection), accepted

equal = []
for size in SIZES:
    send(Message(data="ß" * (size // 2)))
    equal.append(message(TextMessage) == "ß" * (size // 2))
    send(Message(data=b"\xa5" * size))
    equal.append(message(BytesMessage) == b"\xa5" * size)
for piece, last in (("frag", False), ("men", False), ("ted", True)):
    send(Message(data=piece, message_finished=last))
fragmented = message(TextMessage)
send(Ping(payload=b"?"))
pong = next_event()
send(CloseConnection(code=4002, reason="enough"))
closed = next_event()
print(json.dumps({
    "protocol": accepted.subprotocol, "compressed": deflate.enabled(), "equal": all(equal), "count": len(equal), "fragmented": fragmented,
    "pong": isinstance(pong, Pong) and bytes(pong.payload) == b"?", "code": closed.code,
}))
