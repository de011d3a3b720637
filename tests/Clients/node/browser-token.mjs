// Opens a page in headless Chromium that shows a token as an offered subprotocol. Prints one line of JSON.
// usage: node browser-token.mjs URL_OF_THE_SERVER TOKEN [CHROMIUM]
import { createServer } from 'node:http';
import { launch } from './chromium.mjs';

const [url, token] = process.argv.slice(2);
const page_server = createServer((_, response) => response.setHeader('Content-Type', 'text/html').end('<title>page</title>'));
await new Promise(resolve => page_server.listen(0, '127.0.0.1', resolve));

const browser = await launch(process.argv[4]);
try {
  const page = await browser.newPage();
  await page.goto(`http://127.0.0.1:${page_server.address().port}/`);
  const result = await page.evaluate(async ([url, token]) => {
    const ask = protocols => new Promise(resolve => {
      const socket = new WebSocket(url, protocols);
      socket.onerror = () => resolve({ error: true });
      socket.onopen = () => socket.send('who am I');
      socket.onmessage = ({ data }) => { resolve({ protocol: socket.protocol, answer: data }); socket.close(); };
    });
    return {
      right: await ask(['echo', `bearer.${token}`]),
      first: await ask([`bearer.${token}`, 'echo']),
      wrong: await ask(['echo', `bearer.${token.slice(0, -8)}AAAAAAAA`]),
      nothing: await ask(['echo']),
      alone: await ask([`bearer.${token}`]),
    };
  }, [url, token]);
  console.log(JSON.stringify(result));
} finally {
  await browser.close();
  page_server.close();
}
