// Talks to the sample plugins with the clients of their protocols. Prints one line of JSON.
// usage: node sample-clients.mjs jsonrpc|graphql|ocpp|stomp URL
import WebSocket from 'ws';

const [kind, url] = process.argv.slice(2);
const pause = ms => new Promise(resolve => setTimeout(resolve, ms));

const jsonrpc = () => new Promise((resolve, reject) => {
  const socket = new WebSocket(url, ['jsonrpc2']);
  const answers = [];
  const requests = [
    '{"jsonrpc":"2.0","method":"sleep","params":[500],"id":"slow"}',
    '{"jsonrpc":"2.0","method":"add","params":[1,2.5],"id":1}',
    '{"jsonrpc":"2.0","method":"echo","params":["unheard"]}',
    '[{"jsonrpc":"2.0","method":"echo","params":[{"a":null}],"id":2},{"jsonrpc":"2.0","method":"echo","params":[1]},7,{"jsonrpc":"2.0","method":"nope","id":null}]',
    '{"jsonrpc":"2.0","method":"add","params":["x"],"id":3}',
    '{"jsonrpc"',
    '[]',
  ];
  socket.on('open', () => requests.forEach(request => socket.send(request)));
  socket.on('message', data => {
    answers.push(JSON.parse(data));
    if (answers.length === 6) socket.close(1000);
  });
  socket.on('error', reject);
  socket.on('close', code => resolve({ code, last: answers.at(-1).id, answers: answers.map(answer => JSON.stringify(answer)).sort() }));
});

const graphql = async () => {
  const { createClient } = await import('graphql-ws');
  const client = createClient({ url, webSocketImpl: WebSocket, retryAttempts: 0, lazy: false });
  const collect = query => new Promise((resolve, reject) => {
    const seen = [];
    client.subscribe({ query }, { next: value => seen.push(value.data), error: reject, complete: () => resolve(seen) });
  });
  const both = await Promise.all([collect('subscription { countdown(from: 3) }'), collect('{ hello }')]);
  const wrong = await collect('{ nothing }').catch(errors => errors[0].message);
  // A subscription that the client ends itself.
  let count = 0;
  await new Promise(resolve => {
    const stop = client.subscribe({ query: 'subscription { countdown(from: 1000) }' }, {
      next: () => { if (++count === 3) { stop(); resolve(); } }, error: resolve, complete: () => {},
    });
  });
  await pause(100);
  const after = await collect('{ hello }');
  await client.dispose();
  const early = await new Promise(resolve => {
    const socket = new WebSocket(url, ['graphql-transport-ws']);
    socket.on('open', () => socket.send('{"type":"subscribe","id":"1","payload":{"query":"{ hello }"}}'));
    socket.on('close', code => resolve(code));
  });
  return { both, wrong, count, after, early };
};

const ocpp = async () => {
  const { RPCClient } = await import('ocpp-rpc');
  const point = () => new RPCClient({ endpoint: url + '/ocpp', identity: 'CP 1', protocols: ['ocpp1.6'], strictMode: false, reconnect: false });
  const first = point();
  const gone = new Promise(resolve => first.once('close', ({ code }) => resolve(code)));
  await first.connect();
  const client = point();
  client.handle('RemoteStartTransaction', ({ params }) => ({ status: params.idTag === 'ann' ? 'Accepted' : 'Rejected' }));
  await client.connect();
  const replaced = await gone;
  const boot = await client.call('BootNotification', { chargePointVendor: 'x', chargePointModel: 'y' });
  const beats = await Promise.all([client.call('Heartbeat', {}), client.call('Authorize', { idTag: 'ann' })]);
  const unknown = await client.call('Nothing', {}).catch(error => error.rpcErrorCode);
  const control = new WebSocket(url, ['ocpp-control']);
  await new Promise(resolve => control.on('open', resolve));
  const ask = (point, idTag) => new Promise(resolve => {
    control.once('message', data => resolve(JSON.parse(data)));
    control.send(JSON.stringify({ point, action: 'RemoteStartTransaction', payload: { idTag } }));
  });
  const answers = [await ask('CP 1', 'ann'), await ask('CP 1', 'bob'), await ask('CP 2', 'ann')];
  control.close();
  await client.close();
  return { replaced, boot: [boot.status, boot.interval], beats: [typeof beats[0].currentTime, beats[1].idTagInfo.status], unknown, answers };
};

const stomp = async () => {
  const { Client } = await import('@stomp/stompjs');
  const client = new Client({ webSocketFactory: () => new WebSocket(url, ['v12.stomp']), reconnectDelay: 0 });
  const connected = new Promise(resolve => { client.onConnect = resolve; });
  client.activate();
  const version = (await connected).headers.version;
  const heard = [];
  const receipt = (id, act) => new Promise(resolve => { client.watchForReceipt(id, resolve); act({ receipt: id }); });
  await receipt('r1', headers => client.subscribe('/rooms/a', frame => heard.push(['a', frame.body, frame.headers.destination]), headers));
  await receipt('r2', headers => client.subscribe('/rooms/b', frame => heard.push(['b', frame.body, frame.headers.destination]), headers));
  client.publish({ destination: '/rooms/a', body: 'one: ü' });
  client.publish({ destination: '/rooms/b', body: 'two' });
  await receipt('r3', headers => client.publish({ destination: '/rooms/a', body: 'with\0nul', headers }));
  for (let i = 0; i < 100 && heard.length < 3; i++) await pause(50);
  await client.deactivate();
  const error = await new Promise(resolve => {
    const socket = new WebSocket(url, ['v12.stomp']);
    let text = '';
    socket.on('open', () => socket.send('SEND\ndestination:/x\n\nhi\0'));
    socket.on('message', data => { text += data; });
    socket.on('close', code => resolve([code, text.split('\n')[1]]));
  });
  return { version, heard, error };
};

console.log(JSON.stringify(await { jsonrpc, graphql, ocpp, stomp }[kind]()));
