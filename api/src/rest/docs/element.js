// Pieces of the page. What is shown is set as text, never as HTML.

/** An element with its text and what is in it. */
export function element(name, text, ...children) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

/** The same with attributes. */
export function marked(name, attributes, ...children) {
  const made = element(name, "", ...children);
  for (const [key, value] of Object.entries(attributes)) made.setAttribute(key, value);
  return made;
}

/** A table whose rows begin with their names. */
export function table(rows) {
  const body = element("tbody");
  for (const [name, ...cells] of rows) {
    const row = element("tr", "", marked("th", { scope: "row" }, name));
    row.append(...cells.map((cell) => element("td", "", cell)));
    body.append(row);
  }
  return element("table", "", body);
}

/** Something long that the keyboard can scroll. */
export const block = (text) => marked("pre", { tabindex: "0" }, text);
