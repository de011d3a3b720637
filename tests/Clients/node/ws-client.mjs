// Talks to the server with npm's ws. Prints one line of JSON.
// usage: node ws-client.mjs URL
import WebSocket from 'ws';

const url = process.argv[2];

const talk = (protocols, messages, options = {}) => new Promise((resolve, reject) => {
  const socket = new WebSocket(url, protocols, { perMessageDeflate: false, handshakeTimeout: 10_000, ...options });
  const equal = [];
  let pong = false;
  socket.on('open', () => {
    socket.ping('are you there');
    for (const message of messages) socket.send(message);
  });
  socket.on('pong', data => { pong = data.toString() === 'are you there'; });
  socket.on('message', (data, isBinary) => {
    const sent = messages[equal.length];
    equal.push(isBinary === (typeof sent !== 'string') && Buffer.from(sent).equals(data));
    if (equal.length === messages.length) socket.close(4000, 'enough');
  });
  socket.on('unexpected-response', (_, response) => resolve({ status: response.statusCode }));
  socket.on('error', reject);
  socket.on('close', (code, reason) => resolve({ protocol: socket.protocol, compressed: socket.extensions.includes('permessage-deflate'), equal: equal.every(Boolean), count: equal.length, pong, code, reason: reason.toString() }));
});

const sizes = [0, 1, 125, 126, 127, 65535, 65536, 300_000, 1_048_576];
console.log(JSON.stringify({
  text: await talk([], sizes.map(size => 'ä'.repeat(size >> 1) + 'x'.repeat(size & 1))),
  compressed: await talk([], sizes.map(size => 'ö'.repeat(size >> 1) + 'x'.repeat(size & 1)), { perMessageDeflate: { threshold: 0 } }),
  withoutContext: await talk(['echo'], sizes.map(size => Buffer.alloc(size, 0x5a)), {
    perMessageDeflate: { threshold: 0, serverNoContextTakeover: true, clientNoContextTakeover: true, serverMaxWindowBits: 10, clientMaxWindowBits: 9 },
  }),
  binary: await talk(['echo'], sizes.map(size => Buffer.alloc(size, 0xa5))),
  named: await talk(['myProtocol'], ['hello']),
  refused: await talk(['nobody.serves.this'], ['x']),
}));
