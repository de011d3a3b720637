// The same echo on Bun, whose server is uWebSockets (C++) below a handler in JavaScript. Prints its address.
// usage: bun echo.js [broadcast] [tls CERTIFICATE KEY]
const args = process.argv.slice(2);
const broadcast = args.includes('broadcast');
const tls = args.indexOf('tls');
const server = Bun.serve({
  hostname: '127.0.0.1',
  port: 0,
  ...(tls < 0 ? {} : { tls: { cert: Bun.file(args[tls + 1]), key: Bun.file(args[tls + 2]) } }),
  fetch: (request, server) => server.upgrade(request) ? undefined : new Response(null, { status: 400 }),
  websocket: {
    maxPayloadLength: 16 << 20,
    backpressureLimit: 16 << 20,
    idleTimeout: 0,
    perMessageDeflate: false,
    open: socket => { if (broadcast) socket.subscribe('all'); },
    message: (socket, message) => { if (broadcast) socket.publish('all', message); else socket.send(message); },
  },
});
console.log(`//127.0.0.1:${server.port}`);
