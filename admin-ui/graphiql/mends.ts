// What GraphiQL leaves without a name or out of the keyboard's reach, set right on its own elements as often as it draws
// them: its editors, what scrolls in them, and its tabs, which are two buttons each.

const EDITORS: [string, string][] = [
  [".graphiql-query-editor", "Query"],
  [".graphiql-editor-tool > :first-child", "Variables"],
  [".graphiql-editor-tool > :last-child", "Headers"],
  [".graphiql-response", "Answer"],
];

function mend(root: HTMLElement): void {
  for (const [place, name] of EDITORS)
    for (const field of root.querySelectorAll(`${place} .CodeMirror textarea:not([aria-label])`))
      field.setAttribute("aria-label", name);
  for (const scroller of root.querySelectorAll(".CodeMirror-scroll[tabindex='-1']"))
    scroller.setAttribute("tabindex", "0");
  for (const list of root.querySelectorAll("[role=tablist]")) list.setAttribute("role", "list");
  for (const tab of root.querySelectorAll(".graphiql-tab[aria-selected]")) {
    tab.querySelector("button")?.setAttribute("aria-current", String(tab.getAttribute("aria-selected") === "true"));
    tab.setAttribute("role", "listitem");
    tab.removeAttribute("aria-selected");
  }
}

/** Mends what is in an element, now and whenever it changes. */
export function keepMended(root: HTMLElement): void {
  const watch = { childList: true, subtree: true, attributeFilter: ["role", "aria-selected", "tabindex"] };
  new MutationObserver(() => mend(root)).observe(root, watch);
}
