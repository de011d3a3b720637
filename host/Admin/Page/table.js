// A table that can be sorted by each of its columns, and filtered. On a narrow screen each row is a block whose cells name their columns.

import { byId, make } from './dom.js';

/**
 * A column: what it is called, how an item reads, and by what it is sorted.
 * kind: 'number' or 'mono', or nothing. by: what it is sorted by; the text where it is left out.
 */
export const column = (title, text, { kind = '', by = text } = {}) => ({ title, text, kind, by });

export class Table {
  /** Makes the table in an element. Items are shown in the order in which they come until somebody sorts them. */
  constructor(id, title, columns, empty) {
    Object.assign(this, { id, columns, empty, items: [], sorted: null, descending: false, filter: '' });
    this.heads = columns.map((one, at) => make('th', { scope: 'col', class: one.kind === 'number' ? 'number' : '' },
      make('button', { type: 'button', class: 'sort', onclick: () => this.sort(at) }, one.title)));
    this.body = make('tbody', { id: `${id}-rows` });
    byId(id).replaceChildren(make('div', { class: 'scroll', tabindex: '0', role: 'region', 'aria-label': title },
      make('table', {}, make('thead', {}, make('tr', {}, ...this.heads)), this.body)));
  }

  /** Shows items. */
  show(items, empty = this.empty) {
    Object.assign(this, { items, empty });
    this.draw();
  }

  /** Shows only items that have the text in one of their cells. */
  filterBy(text) {
    this.filter = text.trim().toLowerCase();
    this.draw();
  }

  /** Sorts by a column: a second time the other way round, a third time no more. Numbers begin with the largest. */
  sort(at) {
    const begins = this.columns[at].kind === 'number';
    if (this.sorted !== at) Object.assign(this, { sorted: at, descending: begins });
    else if (this.descending === begins) this.descending = !begins;
    else this.sorted = null;
    this.draw();
  }

  /** How many items are shown. */
  get shown() {
    return this.rows().length;
  }

  rows() {
    const cells = item => this.columns.map(one => String(one.text(item)));
    let rows = this.items.map(item => ({ item, cells: cells(item) }));
    if (this.filter) rows = rows.filter(row => row.cells.some(text => text.toLowerCase().includes(this.filter)));
    if (this.sorted !== null) {
      const { by } = this.columns[this.sorted];
      const compare = (a, b) => (typeof a === 'number' && typeof b === 'number' ? a - b : String(a ?? '').localeCompare(String(b ?? ''), 'en', { numeric: true }));
      rows.sort((a, b) => compare(by(a.item), by(b.item)) * (this.descending ? -1 : 1));
    }
    return rows;
  }

  draw() {
    this.heads.forEach((head, at) => head.setAttribute('aria-sort', this.sorted !== at ? 'none' : this.descending ? 'descending' : 'ascending'));
    const rows = this.rows();
    this.body.replaceChildren(...(rows.length > 0
      ? rows.map(row => make('tr', {}, ...row.cells.map((text, at) => make('td', { class: this.columns[at].kind, 'data-title': this.columns[at].title }, text))))
      : [make('tr', {}, make('td', { class: 'empty', colspan: this.columns.length }, this.filter && this.items.length > 0 ? 'Nothing on this page has that.' : this.empty))]));
  }
}
