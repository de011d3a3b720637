// Making elements. What others have sent goes into text nodes only; nothing here is ever parsed as HTML.

export const byId = id => document.getElementById(id);

export function make(name, attributes = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) {
    if (key === 'class' && value) element.className = value;
    else if (key === 'class') continue;
    else if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value);
  }
  element.append(...children.map(child => (child instanceof Node ? child : String(child))));
  return element;
}

/** What the server answers; an Error with its words where it refuses. */
export async function ask(path) {
  const answer = await fetch(path, { headers: { Accept: 'application/json' } });
  const value = await answer.json();
  if (!answer.ok) throw new Error(value.error ?? `status ${answer.status}`);
  return value;
}
