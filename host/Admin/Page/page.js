// The page: asks the server what goes on, again and again while somebody looks, and shows it.

import { ask, byId, make } from './dom.js';
import { bytes, clock, count, duration } from './format.js';
import { Table, column } from './table.js';
import { showRoutes, startTalk } from './talk.js';

const SVG = 'http://www.w3.org/2000/svg';
const PAGE = 50;

// ---- What goes on ----

const tiles = [
  ['Connections', sample => sample.connections, count],
  ['Messages received/s', sample => sample.messagesIn, count],
  ['Messages sent/s', sample => sample.messagesOut, count],
  ['Received/s', sample => sample.bytesIn, bytes],
  ['Sent/s', sample => sample.bytesOut, bytes],
  ['New connections/s', sample => sample.handshakes, count],
];

function makeTiles() {
  byId('tiles').replaceChildren(...tiles.map(([name]) => {
    const picture = document.createElementNS(SVG, 'svg');
    picture.setAttribute('viewBox', '0 0 120 32');
    picture.setAttribute('preserveAspectRatio', 'none');
    picture.setAttribute('role', 'img');
    const axis = document.createElementNS(SVG, 'path');
    axis.setAttribute('class', 'axis');
    axis.setAttribute('d', 'M0,1 H120 M0,31 H120');
    picture.append(axis, document.createElementNS(SVG, 'polyline'));
    return make('li', {},
      make('div', { class: 'name' }, name), make('div', { class: 'value' }, '–'),
      make('div', { class: 'plot' }, make('span', { class: 'top' }, ''), make('span', { class: 'zero' }, '0'), picture),
      make('div', { class: 'times' }, make('span', { class: 'since' }, ''), make('span', {}, 'now')));
  }));
}

/** The next round number: axes end at 1, 2 or 5 times a power of ten; of bytes, at a power of two. */
function roundTop(value, write) {
  if (value <= 1) return 1;
  if (write === bytes) return 2 ** Math.ceil(Math.log2(value));
  const unit = 10 ** Math.floor(Math.log10(value));
  return [1, 2, 5, 10].map(factor => factor * unit).find(top => top >= value);
}

function showRates({ samples }) {
  tiles.forEach(([name, read, write], i) => {
    const tile = byId('tiles').children[i];
    const values = samples.map(read);
    const top = roundTop(Math.max(0, ...values), write);
    const since = Math.max(1, values.length - 1);
    tile.querySelector('.value').textContent = write(values.at(-1) ?? 0);
    tile.querySelector('.top').textContent = write(top);
    tile.querySelector('.since').textContent = since < 60 ? `${since} s ago` : `${Math.round(since / 60)} min ago`;
    tile.querySelector('svg').setAttribute('aria-label', `${name} over the last ${duration(since)}: at most ${write(Math.max(0, ...values))}`);
    tile.querySelector('polyline').setAttribute('points', values
      .map((value, at) => `${((at / since) * 120).toFixed(1)},${(31 - (value / top) * 30).toFixed(1)}`).join(' '));
  });
}

// ---- What is served ----

const plugins = new Table('plugins', 'Plugins and scripts', [
  column('Plugin', one => one.id, { kind: 'mono' }),
  column('Version', one => one.version, { kind: 'short' }),
  column('Kind', one => (one.isScript ? 'script' : 'plugin'), { kind: 'short' }),
  column('Subprotocols', one => one.subprotocols.join(', '), { kind: 'mono' }),
  column('Description', one => one.description, { kind: 'lines' }),
  column('Open', one => count(one.connections), { kind: 'number', by: one => one.connections }),
  column('Since start', one => count(one.opened), { kind: 'number', by: one => one.opened }),
  column('Faults', one => count(one.faults), { kind: 'number', by: one => one.faults }),
  column('State', one => (one.isQuarantined ? 'suspended (quarantine)' : 'in service'), { kind: 'short' }),
], 'None.');

const faults = new Table('faults', 'Last faults of handlers', [
  column('Time', one => `${new Date(one.at).toLocaleDateString('sv')} ${clock(new Date(one.at)).slice(0, 8)}`, { kind: 'short', by: one => Date.parse(one.at) }),
  column('Plugin', one => one.plugin, { kind: 'mono' }),
  column('Subprotocol', one => one.handler ?? '(authentication)', { kind: 'mono' }),
  column('Message', one => one.message, { kind: 'lines' }),
  column('Place', one => one.place ?? '–', { kind: 'place' }),
  column('Connection', one => one.connection, { kind: 'number' }),
], 'None since the start.');

const routes = new Table('routes', 'Routes', [
  column('Path', one => (one.path === '*' ? 'every path' : one.path), { kind: 'mono' }),
  column('Listener', one => one.listener ?? 'all'),
  column('Subprotocols', one => one.protocols.join(', '), { kind: 'mono' }),
  column('Client offers none', one => (one.noOffer === null ? 'refused' : `served by ${one.noOffer}`)),
  column('Allowed origins', one => one.origins.map(origin => (origin === 'same' ? 'own' : origin)).join(', ') || 'none', { kind: 'lines' }),
  column('Login', one => one.authentication.join(' or ') || 'none'),
], 'None.');

const listeners = new Table('listeners', 'Listeners', [
  column('Listener', one => one.name),
  column('Address', one => one.url, { kind: 'mono' }),
  column('From this browser', one => one.browserUrl ?? 'cannot be reached', { kind: 'mono' }),
], 'None.');

function showServed(server) {
  byId('version').textContent = server.version;
  byId('uptime').textContent = `up for ${duration(server.uptimeSeconds)} · .NET ${server.runtime} · ${server.transport}, ${server.loops} event ${server.loops === 1 ? 'loop' : 'loops'}`;
  setState(server.state);
  plugins.show(server.plugins);
  byId('plugins-count').textContent = count(server.plugins.length);
  routes.show(server.routes);
  listeners.show(server.listeners);
  showRoutes(server);
}

function showFaults({ items }) {
  faults.show(items);
  byId('faults-count').textContent = items.length === 0 ? '' : count(items.length);
}

function setState(state) {
  const badge = byId('state');
  if (badge.textContent === state) return;
  badge.textContent = state;
  badge.className = `badge ${state.split(/[ :]/)[0]}`;
}

// ---- Lists, a page at a time ----

class Paged {
  constructor(name, title, columns, empty) {
    Object.assign(this, { name, empty, after: '', next: null, total: 0, table: new Table(name, title, columns, empty) });
    byId(`${name}-first`).addEventListener('click', () => this.go(''));
    byId(`${name}-next`).addEventListener('click', () => this.next !== null && this.go(this.next));
    byId(`${name}-filter`).addEventListener('input', event => {
      this.table.filterBy(event.target.value);
      this.count();
    });
  }

  go(after) {
    this.after = after;
    this.refresh();
  }

  count() {
    const shown = this.table.shown;
    byId(`${this.name}-count`).textContent = shown === this.total ? count(this.total) : `${count(shown)} of ${count(this.total)} shown`;
  }

  async refresh() {
    const asked = this.after;
    const page = await ask(`api/${this.name}?limit=${PAGE}${asked === '' ? '' : `&after=${encodeURIComponent(asked)}`}`);
    if (asked !== this.after) return;
    Object.assign(this, { next: page.next ?? null, total: page.total });
    byId(`${this.name}-next`).disabled = this.next === null;
    byId(`${this.name}-first`).disabled = asked === '';
    this.table.show(page.items, asked === '' ? this.empty : 'No more.');
    this.count();
  }
}

const connections = new Paged('connections', 'Connections', [
  column('Id', one => one.id, { kind: 'number' }),
  column('Address', one => one.address ?? 'local', { kind: 'mono' }),
  column('User', one => one.user ?? '–', { kind: 'mono' }),
  column('Path', one => one.path ?? '(handshake)', { kind: 'mono' }),
  column('Subprotocol', one => one.subprotocol || '–', { kind: 'mono' }),
  column('Connected for', one => (one.openSeconds === null ? '–' : duration(one.openSeconds)), { kind: 'number', by: one => one.openSeconds ?? -1 }),
  column('Received', one => `${count(one.messagesIn)} · ${bytes(one.bytesIn)}`, { kind: 'number', by: one => one.bytesIn }),
  column('Sent', one => `${count(one.messagesOut)} · ${bytes(one.bytesOut)}`, { kind: 'number', by: one => one.bytesOut }),
  column('Send queue', one => bytes(one.waitingBytes), { kind: 'number', by: one => one.waitingBytes }),
], 'Nobody is connected.');

const ofTopic = (one, text) => (one.isPattern ? '–' : text);

const topics = new Paged('topics', 'Topics', [
  column('Topic or pattern', one => one.name, { kind: 'mono' }),
  column('Subscribers', one => count(one.subscribers), { kind: 'number', by: one => one.subscribers }),
  column('Present', one => ofTopic(one, count(one.members)), { kind: 'number', by: one => one.members }),
  column('History, messages', one => ofTopic(one, count(one.keptMessages)), { kind: 'number', by: one => one.keptMessages }),
  column('History, size', one => ofTopic(one, bytes(one.keptBytes)), { kind: 'number', by: one => one.keptBytes }),
], 'Nobody has subscribed to anything.');

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
every(2000, async () => showFaults(await ask('api/faults')));
every(2000, () => connections.refresh());
every(2000, () => topics.refresh());
