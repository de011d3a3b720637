// Opens a page of its own in headless Chromium and runs there what every tutorial shows. Prints one line of JSON.
// usage: node browser.mjs URL_OF_THE_SERVER [CHROMIUM]
import { createServer } from 'node:http';
import { launch } from './chromium.mjs';

const url = process.argv[2];
const page_server = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end('<title>page</title>'));
await new Promise(resolve => page_server.listen(0, '127.0.0.1', resolve));

const browser = await launch(process.argv[3]);
try {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${page_server.address().port}/`);
  const result = await page.evaluate(async url => {
    // Sends the messages, collects as many answers, closes; tells what the events said.
    const talk = (socket, messages) => new Promise((resolve, reject) => {
      const answers = [];
      socket.binaryType = 'arraybuffer';
      socket.onerror = () => reject(new Error('error event'));
      socket.onopen = () => messages.forEach(message => socket.send(message));
      socket.onmessage = ({ data }) => {
        answers.push(typeof data === 'string' ? data : [...new Uint8Array(data)]);
        if (answers.length === messages.length) socket.close(1000, 'done');
      };
      socket.onclose = ({ code, reason, wasClean }) => resolve({ protocol: socket.protocol, compressed: socket.extensions.includes('permessage-deflate'), answers, code, reason, wasClean });
    });
    return {
      bare: await talk(new WebSocket(url), ['hello', new Uint8Array([0, 1, 254, 255]), 'größer ✓ 😀', '']),
      named: await talk(new WebSocket(url, ['myProtocol']), ['hello']),
      several: await talk(new WebSocket(url, ['nobody.serves.this', 'echo', 'myProtocol']), ['x'.repeat(100_000)]),
      refused: await talk(new WebSocket(url, ['nobody.serves.this']), ['x']).then(() => 'open', error => error.message),
    };
  }, url);
  console.log(JSON.stringify({ version: browser.version(), ...result }));
} finally {
  await browser.close();
  page_server.close();
}
