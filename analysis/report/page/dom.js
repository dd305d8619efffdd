// Elements in one expression. Text is always text, so nothing that a scenario says can become markup.

/** `element('li', {class: 'row', onclick: f}, 'text', child, …)`; children that are null are left out. */
export function element(tag, attributes = {}, ...children) {
  const made = document.createElement(tag);
  for (const [name, value] of Object.entries(attributes)) {
    if (name.startsWith('on')) made.addEventListener(name.slice(2), value);
    else if (value === true) made.setAttribute(name, '');
    else if (value !== false && value != null) made.setAttribute(name, value);
  }
  made.append(...children.flat().filter((child) => child != null));
  return made;
}

/** A table of cells that are texts, elements or `{value, class}`. The first cell of a row is its heading. */
export function table(caption, heads, rows) {
  const cell = (tag, content, more = {}) => {
    const plain = content?.value === undefined || content instanceof Node;
    return element(tag, { ...more, class: plain ? null : content.class }, plain ? content ?? '' : content.value);
  };
  return element('table', {},
    caption ? element('caption', {}, caption) : null,
    element('thead', {}, element('tr', {}, heads.map((head) => cell('th', head, { scope: 'col' })))),
    element('tbody', {}, rows.map((row) => element('tr', {},
      row.map((content, i) => (i === 0 ? cell('th', content, { scope: 'row' }) : cell('td', content)))))));
}

/** A labelled choice: `options` are [value, text]. */
export function choice(label, options, chosen, changed) {
  const select = element('select', { onchange: () => changed(select.value) },
    options.map(([value, text]) => element('option', { value, selected: value === chosen }, text)));
  return element('label', {}, label, select);
}
