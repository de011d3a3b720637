// One connection to the server, opened from this page, and what goes over it.

import { byId, make } from './dom.js';
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

function connect() {
  const option = byId('listener').selectedOptions[0];
  if (!option) return show('failed', 'No listener can be reached from a browser.');
  const path = byId('path').value.startsWith('/') ? byId('path').value : `/${byId('path').value}`;
  const url = option.value + path;
  const token = byId('protocol').value;
  let opened = false;
  try {
    socket = token ? new WebSocket(url, [token]) : new WebSocket(url);
  } catch (error) {
    socket = null;
    return show('failed', `This cannot be connected to: ${error.message}`);
  }
  const mine = socket;
  mine.binaryType = 'arraybuffer';
  show('', `Connecting to ${url} …`);
  mine.onopen = () => {
    opened = true;
    const compressed = mine.extensions ? `, ${mine.extensions}` : '';
    log('event', 'open', `${url}${mine.protocol ? `, subprotocol ${mine.protocol}` : ', no subprotocol'}${compressed}`);
    show('open', `Connected to ${url}${mine.protocol ? ` with ${mine.protocol}` : ''}.`);
    byId('message').focus({ preventScroll: true });
  };
  mine.onmessage = ({ data }) => logMessage('in', typeof data === 'string' ? data : new Uint8Array(data));
  mine.onclose = ({ code, reason, wasClean }) => {
    if (socket === mine) socket = null;
    const meaning = meanings[code] ? ` ${meanings[code]}` : '';
    const why = opened
      ? `closed with ${code}${meaning}${reason ? `: ${reason}` : ''}${wasClean ? '' : ', without a close handshake'}`
      : 'refused: no such route, subprotocol or origin there, or too many connections. Browsers are not told which; "PluginHost explain" is.';
    log('event', 'close', why, !opened || !wasClean);
    show(opened && wasClean ? '' : 'failed', opened ? `Not connected: ${why}.` : `Not connected: ${why}`);
  };
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
