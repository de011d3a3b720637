// Proves who it is with npm's ws, in each way that it knows. Prints one line of JSON.
// usage: node auth-client.mjs URL USER PASSWORD TOKEN
import WebSocket from 'ws';

const [url, user, password, token] = process.argv.slice(2);

const ask = (options, protocols = ['echo'], path = '/') => new Promise((resolve, reject) => {
  const socket = new WebSocket(url + path, protocols, { handshakeTimeout: 30_000, ...options });
  socket.on('open', () => socket.send('who am I'));
  socket.on('message', data => { resolve({ protocol: socket.protocol, answer: data.toString() }); socket.close(); });
  socket.on('unexpected-response', (_, response) => { resolve({ status: response.statusCode, challenge: response.headers['www-authenticate'] }); socket.terminate(); });
  socket.on('error', error => resolve({ error: error.message }));
});

console.log(JSON.stringify({
  basic: await ask({ auth: `${user}:${password}` }),
  wrong: await ask({ auth: `${user}:not ${password}` }),
  header: await ask({ headers: { Authorization: `Bearer ${token}` } }),
  query: await ask({}, ['echo'], `/?access_token=${token}`),
  offer: await ask({}, [`bearer.${token}`, 'echo']),
  forged: await ask({ headers: { Authorization: `Bearer ${token.slice(0, -8)}AAAAAAAA` } }),
  nothing: await ask({}),
}));
