// Making elements. What others have sent goes into text nodes only; nothing here is ever parsed as HTML.

export const byId = id => document.getElementById(id);

export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === 'class') element.className = value;
    else if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value);
  }
  element.append(...children.map(child => (child instanceof Node ? child : String(child))));
  return element;
}

export function cell(text, kind = '') {
  return make('td', kind ? { class: kind } : {}, text);
}

/** Rows of a table; a line that says so where there is none. */
export function fill(body, rows, columns, empty) {
  body.replaceChildren(...(rows.length > 0 ? rows : [make('tr', {}, make('td', { class: 'empty', colspan: columns }, empty))]));
}
