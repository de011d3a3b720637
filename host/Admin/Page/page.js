// The page: asks the server what goes on, again and again while somebody looks, and shows it.

import { byId, cell, fill, make } from './dom.js';
import { bytes, count, duration } from './format.js';
import { startTalk } from './talk.js';

const SVG = 'http://www.w3.org/2000/svg';
const PAGE = 50;

async function ask(path) {
  const answer = await fetch(path, { headers: { Accept: 'application/json' } });
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error ?? `status ${answer.status}`);
  return value;
}

// ---- What goes on ----

const tiles = [
  ['Connections', sample => sample.connections, count],
  ['Messages in /s', sample => sample.messagesIn, count],
  ['Messages out /s', sample => sample.messagesOut, count],
  ['Bytes in /s', sample => sample.bytesIn, bytes],
  ['Bytes out /s', sample => sample.bytesOut, bytes],
  ['Handshakes /s', sample => sample.handshakes, count],
];

function makeTiles() {
  byId('tiles').replaceChildren(...tiles.map(([name]) => {
    const picture = document.createElementNS(SVG, 'svg');
    picture.setAttribute('viewBox', '0 0 120 28');
    picture.setAttribute('preserveAspectRatio', 'none');
    picture.setAttribute('aria-hidden', 'true');
    picture.append(document.createElementNS(SVG, 'polyline'));
    return make('li', {}, make('div', { class: 'name' }, name), make('div', { class: 'value' }, '–'), picture);
  }));
}

function showRates({ samples }) {
  tiles.forEach(([, read, write], i) => {
    const tile = byId('tiles').children[i];
    const values = samples.map(read);
    const top = Math.max(1, ...values);
    tile.querySelector('.value').textContent = write(values.at(-1) ?? 0);
    tile.querySelector('polyline').setAttribute('points', values.map((value, at) => `${120 - (values.length - 1 - at)},${(27 - (value / top) * 25).toFixed(1)}`).join(' '));
  });
}

// ---- What is served ----

let served = '';

function select(token) {
  byId('protocol').value = token;
  for (const button of byId('protocols').querySelectorAll('button')) button.setAttribute('aria-pressed', String(button.dataset.token === token));
  // The route that is made for it, which is the one with the fewest others.
  const route = routes.filter(one => one.protocols.includes(token)).sort((a, b) => a.protocols.length - b.protocols.length)[0] ?? routes[0];
  // A parameter stands for itself: any value will do.
  if (route) byId('path').value = route.path === '*' ? '/' : route.path.replaceAll(/\{([^}]*)\}/g, '$1');
}

let routes = [];

function showServed(server) {
  byId('version').textContent = server.version;
  byId('uptime').textContent = `up for ${duration(server.uptimeSeconds)} · .NET ${server.runtime} · ${server.transport}, ${server.loops} ${server.loops === 1 ? 'loop' : 'loops'}`;
  setState(server.state);
  const now = JSON.stringify([server.handlers.map(({ connections: _, faults: __, isQuarantined: ___, ...rest }) => rest), server.routes, server.listeners]);
  if (now !== served) remake(server, now);
  // In place: whoever stands on a button stays there.
  for (const button of byId('protocols').querySelectorAll('button')) {
    const handler = server.handlers.find(one => one.subprotocols.includes(button.dataset.token));
    const [, from, ill] = button.children;
    from.textContent = `${handler.isScript ? 'script' : 'plugin'} ${handler.plugin} ${handler.version} · ${handler.kind} · ${count(handler.connections)} open`;
    ill.textContent = handler.faults === 0 ? '' : `${count(handler.faults)} ${handler.faults === 1 ? 'fault' : 'faults'}${handler.isQuarantined ? ', in quarantine' : ''}`;
  }
}

function remake(server, now) {
  served = now;
  routes = server.routes;
  const chosen = byId('protocol').value;
  const tokens = server.handlers.flatMap(handler => handler.subprotocols);
  byId('protocols').replaceChildren(...tokens.map(token => make('li', {},
    make('button', { type: 'button', 'data-token': token, 'aria-pressed': 'false', onclick: () => select(token) },
      make('span', { class: 'token' }, token), make('span', { class: 'from' }), make('span', { class: 'from ill' })))));
  byId('protocol').replaceChildren(...tokens.map(token => make('option', { value: token }, token)), make('option', { value: '' }, '(none)'));
  const reachable = server.listeners.filter(listener => listener.browserUrl);
  const at = byId('listener').value;
  byId('listener').replaceChildren(...reachable.map(listener => make('option', { value: listener.browserUrl }, `${listener.name} · ${listener.browserUrl.split('//')[1]}${listener.browserUrl.startsWith('wss') ? ', TLS' : ''}`)));
  if (reachable.some(listener => listener.browserUrl === at)) byId('listener').value = at;
  if (chosen === '' || !tokens.includes(chosen)) select(tokens[0] ?? '');
  else {
    const path = byId('path').value;
    select(chosen);
    byId('path').value = path;
  }
  fill(byId('listeners'), server.listeners.map(listener => make('tr', {}, cell(listener.name), cell(listener.url, 'mono'))), 2, 'none');
  fill(byId('routes'), server.routes.map(route => make('tr', {},
    cell(route.path === '*' ? 'every path' : route.path, 'mono'), cell(route.protocols.join(', '), 'mono'), cell(route.noOffer ?? 'refused'), cell(route.origins.join(', ')))), 4, 'none');
}

function setState(state) {
  const badge = byId('state');
  if (badge.textContent === state) return;
  badge.textContent = state;
  badge.className = `badge ${state.split(/[ :]/)[0]}`;
}

// ---- Lists, a page at a time ----

class Paged {
  constructor(name, columns, empty, row) {
    Object.assign(this, { name, columns, empty, row, after: '', next: null });
    byId(`${name}-first`).addEventListener('click', () => this.go(''));
    byId(`${name}-next`).addEventListener('click', () => this.next !== null && this.go(this.next));
  }

  go(after) {
    this.after = after;
    this.refresh();
  }

  async refresh() {
    const asked = this.after;
    const page = await ask(`api/${this.name}?limit=${PAGE}${asked === '' ? '' : `&after=${encodeURIComponent(asked)}`}`);
    if (asked !== this.after) return;
    this.next = page.next ?? null;
    byId(`${this.name}-next`).disabled = this.next === null;
    byId(`${this.name}-first`).disabled = asked === '';
    byId(`${this.name}-count`).textContent = count(page.total);
    fill(byId(this.name), page.items.map(this.row), this.columns, asked === '' ? this.empty : 'No more.');
  }
}

const connections = new Paged('connections', 9, 'Nobody is connected.', one => make('tr', {},
  cell(one.id, 'number'), cell(one.address ?? 'local', 'mono'), cell(one.user ?? '–', 'mono'), cell(one.path ?? '(handshake)', 'mono'), cell(one.subprotocol || '–', 'mono'),
  cell(one.openSeconds === null ? '–' : duration(one.openSeconds), 'number'),
  cell(`${count(one.messagesIn)} · ${bytes(one.bytesIn)}`, 'number'), cell(`${count(one.messagesOut)} · ${bytes(one.bytesOut)}`, 'number'), cell(bytes(one.waitingBytes), 'number')));

const topics = new Paged('topics', 5, 'Nobody has subscribed to anything.', one => make('tr', {},
  cell(one.name, 'mono'), cell(count(one.subscribers), 'number'), cell(one.isPattern ? '–' : count(one.members), 'number'),
  cell(one.isPattern ? '–' : count(one.keptMessages), 'number'), cell(one.isPattern ? '–' : bytes(one.keptBytes), 'number')));

// ---- Again and again, while somebody looks ----

function every(milliseconds, look) {
  const turn = async () => {
    if (document.visibilityState === 'visible') {
      try {
        await look();
      } catch (error) {
        setState(error instanceof TypeError ? 'lost: the server does not answer' : `lost: ${error.message}`);
      }
    }
    setTimeout(turn, milliseconds);
  };
  turn();
}

makeTiles();
startTalk();
every(2000, async () => showServed(await ask('api/server')));
every(1000, async () => showRates(await ask('api/rates')));
every(2000, () => connections.refresh());
every(2000, () => topics.refresh());
