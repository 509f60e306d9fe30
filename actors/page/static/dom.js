// Elements from names and text. Nothing is ever parsed as HTML, so what the bot tells stays text.

/** An element with attributes (class, aria-…) and children: elements or text; null ones are left out. */
export function make(name, attributes = {}, ...children) {
  const node = document.createElement(name);
  for (const [key, value] of Object.entries(attributes)) node.setAttribute(key, value);
  node.append(...children.filter((child) => child !== null));
  return node;
}

/** Text that is touched only when it differs: a reader's place and a selection stay. */
export function put(node, text) {
  if (node.textContent !== text) node.textContent = text;
}

export function byId(id) {
  return document.getElementById(id);
}

/** A table with a heading for those who hear it. */
export function table(caption, heads, attributes = {}) {
  const body = make("tbody");
  const row = make("tr", {}, ...heads.map((head) => make("th", { scope: "col" }, head)));
  const title = make("caption", { class: "hearing-only" }, caption);
  return { root: make("table", attributes, title, make("thead", {}, row), body), body, title };
}

/** A value under its name. */
export function figure(name) {
  const value = make("span", { class: "value" }, "–");
  return { root: make("div", { class: "figure" }, make("span", { class: "name" }, name), value), value };
}
