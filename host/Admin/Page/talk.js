// One connection to the server, opened from this page, and what goes over it.

import { ask, byId, make } from './dom.js';
import { bytes, clock, count, fromHex, toHex } from './format.js';

const MOST_FRAMES = 500;
const LONGEST_TEXT = 20_000;
const meanings = {
  1000: 'normal', 1001: 'going away', 1002: 'protocol error', 1003: 'unsupported data', 1005: 'no code', 1006: 'no close frame', 1007: 'invalid data',
  1008: 'policy', 1009: 'message too big', 1010: 'extension missing', 1011: 'internal error', 1012: 'restart', 1013: 'try again later', 1015: 'TLS failed',
};

let socket = null;
let frames = 0;

const kind = () => document.querySelector('input[name="kind"]:checked').value;

function log(direction, size, what, bad = false) {
  const list = byId('frames');
  const now = new Date();
  const atEnd = list.scrollHeight - list.scrollTop - list.clientHeight < 40;
  const said = { in: 'received', out: 'sent', event: 'event' }[direction];
  list.append(make('li', { class: bad ? `${direction} bad` : direction },
    make('time', { datetime: now.toISOString() }, clock(now)),
    make('span', { class: 'arrow', role: 'img', 'aria-label': said, title: said }, { in: '↓', out: '↑', event: '·' }[direction]),
    make('span', { class: 'size' }, size),
    make('span', { class: 'what' }, what)));
  while (list.children.length > MOST_FRAMES) list.firstElementChild.remove();
  if (atEnd) list.scrollTop = list.scrollHeight;
}

function logMessage(direction, data) {
  frames++;
  byId('frames-count').textContent = count(frames);
  if (typeof data === 'string') {
    const size = new Blob([data]).size;
    log(direction, `text ${bytes(size)}`, data.length > LONGEST_TEXT ? `${data.slice(0, LONGEST_TEXT)}…` : data);
  } else {
    log(direction, `bin ${bytes(data.length)}`, toHex(data));
  }
}

function show(state, text) {
  const link = byId('link');
  link.className = `link ${state}`;
  link.textContent = text;
  byId('connect').textContent = socket ? 'Disconnect' : 'Connect';
  byId('send').disabled = byId('close').disabled = state !== 'open';
}

// ---- What to connect to ----

let routes = [];
let made = '';
let chosen = null;

/** Takes what is served: the subprotocols to choose from, and how much each is used. */
export function showRoutes(server) {
  routes = server.routes;
  const now = JSON.stringify([server.handlers.map(handler => handler.subprotocols), server.routes, server.listeners]);
  if (now !== made) remake(server, now);
  // In place: whoever stands on a button stays there.
  for (const button of byId('protocols').querySelectorAll('button')) {
    const handler = server.handlers.find(one => one.subprotocols.includes(button.dataset.token));
    if (!handler) continue;
    const [, from, ill] = button.children;
    from.textContent = `${handler.isScript ? 'script' : 'plugin'} ${handler.plugin} · ${count(handler.connections)} open`;
    ill.textContent = handler.isQuarantined ? 'suspended (quarantine)' : '';
  }
}

function remake(server, now) {
  made = now;
  const tokens = server.handlers.flatMap(handler => handler.subprotocols);
  const entry = (token, name) => make('li', {}, make('button', { type: 'button', 'data-token': token, 'aria-pressed': 'false', onclick: () => choose(token) },
    make('span', { class: token ? 'token' : '' }, name), make('span', { class: 'from' }), make('span', { class: 'from ill' })));
  byId('protocols').replaceChildren(...tokens.map(token => entry(token, token)), entry('', 'Offer no subprotocol'));
  const reachable = server.listeners.filter(listener => listener.browserUrl);
  const at = byId('listener').value;
  byId('listener').replaceChildren(...reachable.map(listener => make('option', { value: listener.name, 'data-url': listener.browserUrl },
    `${listener.name} · ${listener.browserUrl.split('//')[1]}${listener.browserUrl.startsWith('wss') ? ', TLS' : ''}`)));
  if (reachable.some(listener => listener.name === at)) byId('listener').value = at;
  if (chosen === null || (chosen !== '' && !tokens.includes(chosen))) choose(tokens[0] ?? '');
  else mark();
}

function mark() {
  for (const button of byId('protocols').querySelectorAll('button')) button.setAttribute('aria-pressed', String(button.dataset.token === chosen));
  byId('paths').replaceChildren(...routesOf(chosen).map(route => make('option', { value: example(route) })));
  showLogin();
}

/** The routes that serve a subprotocol, those with the fewest others first: they are made for it. */
const routesOf = token => routes.filter(route => (token === '' ? route.noOffer !== null : route.protocols.includes(token))).sort((a, b) => a.protocols.length - b.protocols.length);

/** A placeholder stands for itself: any value will do. */
const example = route => (route.path === '*' ? '/' : route.path.replaceAll(/\{([^}]*)\}/g, '$1'));

function choose(token) {
  chosen = token;
  const [route] = routesOf(token);
  if (route) byId('path').value = example(route);
  mark();
}

/** The route of a path; words win over placeholders, from the left. */
function routeOf(path) {
  const segments = path.split('?')[0].split('/');
  const fits = route => {
    const parts = route.path.split('/');
    return route.path === '*' || (parts.length === segments.length && parts.every((part, at) => part.startsWith('{') || part === segments[at]));
  };
  const rank = route => route.path.split('/').map(part => (part.startsWith('{') || part === '*' ? '1' : '0')).join('');
  return routes.filter(fits).sort((a, b) => rank(a).localeCompare(rank(b)))[0];
}

// ---- Who to connect as ----

// The browser remembers a password that was right, and sends it again of itself.
let remembered = false;

function showLogin() {
  const route = routeOf(fullPath());
  const ways = { basic: route?.authentication.includes('basic'), query: route?.tokenQuery, subprotocol: route?.tokenSubprotocol };
  const login = byId('login');
  for (const option of login.options) option.disabled = option.value !== '' && !ways[option.value];
  if (login.selectedOptions[0]?.disabled) login.value = '';
  byId('login-label').hidden = !route || !Object.values(ways).some(Boolean);
  byId('user-label').hidden = login.value !== 'basic';
  byId('secret-label').hidden = login.value === '';
  byId('secret-name').textContent = login.value === 'basic' ? 'Password' : 'Token';
  const asked = route?.authentication ?? [];
  byId('login-hint').textContent = asked.length === 0 ? '' : [
    `This route asks for a login: ${asked.join(' or ')}.`,
    asked.includes('bearer') && !route.tokenQuery && !route.tokenSubprotocol ? 'Its tokens come in a header, which no browser can send.' : '',
    asked.includes('plugin') ? 'A plugin decides: what it wants to see, such as ?ticket=…, belongs into the path.' : '',
    remembered && asked.includes('basic') ? 'The browser remembers the password that was right, and sends it again until it is closed; a token besides is refused.' : '',
    asked.includes('certificate') ? 'The browser itself asks for the certificate.' : '',
  ].filter(Boolean).join(' ');
}

const fullPath = () => (byId('path').value.startsWith('/') ? byId('path').value : `/${byId('path').value}`);

/** What goes into the URL and the offer, with the credential that was given. */
function target(base) {
  const url = new URL(base + fullPath());
  const offered = chosen ? [chosen] : [];
  const secret = byId('secret').value;
  const route = routeOf(fullPath());
  switch (byId('login').value) {
    case 'basic': Object.assign(url, { username: byId('user').value, password: secret }); break;
    case 'query': url.search += `${url.search ? '&' : '?'}${encodeURIComponent(route.tokenQuery)}=${encodeURIComponent(secret)}`; break;
    case 'subprotocol': offered.push(route.tokenSubprotocol + secret); break;
  }
  return { url, offered };
}

function connect() {
  const option = byId('listener').selectedOptions[0];
  if (!option) return show('failed', 'No listener can be reached from a browser.');
  const shown = option.dataset.url + fullPath();
  byId('why').hidden = true;
  let opened = false;
  let to;
  try {
    to = target(option.dataset.url);
    socket = new WebSocket(to.url, to.offered);
  } catch (error) {
    socket = null;
    return show('failed', `This cannot be connected to: ${error.message}`);
  }
  const mine = socket;
  mine.binaryType = 'arraybuffer';
  show('', `Connecting to ${shown} …`);
  mine.onopen = () => {
    opened = true;
    if (to.url.username) remembered = true;
    showLogin();
    const compressed = mine.extensions ? `, ${mine.extensions}` : '';
    log('event', 'open', `${shown}${mine.protocol ? `, subprotocol ${mine.protocol}` : ', no subprotocol'}${compressed}`);
    show('open', `Connected to ${shown}${mine.protocol ? ` with ${mine.protocol}` : ''}.`);
    byId('message').focus({ preventScroll: true });
  };
  mine.onmessage = ({ data }) => logMessage('in', typeof data === 'string' ? data : new Uint8Array(data));
  mine.onclose = ({ code, reason, wasClean }) => {
    if (socket === mine) socket = null;
    const meaning = meanings[code] ? ` ${meanings[code]}` : '';
    const why = opened
      ? `closed with ${code}${meaning}${reason ? `: ${reason}` : ''}${wasClean ? '' : ', without a close handshake'}`
      : 'refused, or not reached';
    log('event', 'close', why, !opened || !wasClean);
    show(opened && wasClean ? '' : 'failed', `Not connected: ${why}.`);
    if (!opened) explain(option.value, to);
  };
}

/** Browsers are not told why a handshake is refused: the server says what it decides on one like it. */
async function explain(listener, { url, offered }) {
  const question = new URLSearchParams({ listener, path: url.pathname + url.search, offer: offered.join(','), origin: location.origin, host: url.host });
  if (url.username || remembered) question.set('password', 'sent');
  try {
    const report = await ask(`api/explain?${question}`);
    byId('why-steps').replaceChildren(...report.steps.map(step => make('li', { class: step.outcome }, make('span', { class: 'subject' }, step.subject), make('span', {}, step.text))));
    byId('why').hidden = false;
    show('failed', report.accepted
      ? 'Not connected: the routes let this handshake in. It was refused by a credential that does not count, by the handler itself, by a quarantine or by a limit; or the server could not be reached.'
      : `Not connected: refused with ${report.status}, ${report.reason}.`);
  } catch (error) {
    show('failed', `Not connected: refused, or not reached. Why cannot be asked: ${error.message}.`);
  }
}

function send(data) {
  socket.send(data);
  logMessage('out', data);
}

async function sendForm() {
  const problem = byId('send-problem');
  problem.textContent = '';
  if (!socket || socket.readyState !== WebSocket.OPEN) return;
  try {
    if (kind() === 'text') send(byId('message').value);
    else if (kind() === 'hex') send(fromHex(byId('message').value));
    else if (byId('file').files.length === 0) throw new Error('choose a file first');
    else send(new Uint8Array(await byId('file').files[0].arrayBuffer()));
  } catch (error) {
    problem.textContent = `Not sent: ${error.message}`;
  }
}

function close() {
  try {
    socket?.close(Number(byId('close-code').value), byId('close-reason').value);
  } catch {
    byId('send-problem').textContent = 'A page may close with 1000 or 3000 to 4999, and a reason of at most 123 bytes.';
  }
}

function kindChanged() {
  const isFile = kind() === 'file';
  byId('message').hidden = isFile;
  byId('file').hidden = !isFile;
  byId('message').placeholder = kind() === 'hex' ? '48 65 6c 6c 6f' : 'A message. Ctrl+Enter sends it.';
  byId('send-problem').textContent = '';
}

export function startTalk() {
  byId('connect-form').addEventListener('submit', event => {
    event.preventDefault();
    if (socket) socket.close(1000);
    else connect();
  });
  byId('send-form').addEventListener('submit', event => {
    event.preventDefault();
    sendForm();
  });
  byId('path').addEventListener('input', showLogin);
  byId('login').addEventListener('change', showLogin);
  byId('message').addEventListener('keydown', event => {
    if (event.key !== 'Enter' || !(event.ctrlKey || event.metaKey)) return;
    event.preventDefault();
    sendForm();
  });
  byId('close').addEventListener('click', close);
  byId('clear').addEventListener('click', () => {
    byId('frames').replaceChildren();
    frames = 0;
    byId('frames-count').textContent = '';
  });
  for (const one of document.querySelectorAll('input[name="kind"]')) one.addEventListener('change', kindChanged);
}
