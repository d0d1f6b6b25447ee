// Keeps only harmless HTML. The server sanitises what it stores; this is the second lock on the same door.

const ALLOWED = new Set([
  "P",
  "BR",
  "B",
  "STRONG",
  "I",
  "EM",
  "U",
  "S",
  "A",
  "UL",
  "OL",
  "LI",
  "H1",
  "H2",
  "H3",
  "BLOCKQUOTE",
  "CODE",
  "PRE",
  "DIV",
  "SPAN",
  "HR",
]);
const DROPPED = new Set(["SCRIPT", "STYLE", "TEMPLATE", "IFRAME", "OBJECT", "EMBED", "SVG", "MATH", "NOSCRIPT"]);

function copy(from: Node, to: Node, into: Document): void {
  for (const node of from.childNodes) {
    if (node.nodeType === 3) to.appendChild(into.createTextNode(node.textContent ?? ""));
    if (node.nodeType !== 1) continue;
    const el = node as Element;
    if (DROPPED.has(el.tagName.toUpperCase())) continue;
    if (!ALLOWED.has(el.tagName)) {
      copy(el, to, into);
      continue;
    }
    const made = into.createElement(el.tagName.toLowerCase());
    const href = el.tagName === "A" ? safeUrl(el.getAttribute("href")) : null;
    if (href) {
      made.setAttribute("href", href);
      made.setAttribute("target", "_blank");
      made.setAttribute("rel", "noopener noreferrer");
    }
    copy(el, made, into);
    to.appendChild(made);
  }
}

export function harmlessHtml(html: string): string {
  const parsed = new DOMParser().parseFromString(html, "text/html");
  const clean = document.implementation.createHTMLDocument("");
  copy(parsed.body, clean.body, clean);
  return clean.body.innerHTML;
}

/** The words of HTML without its marks. */
export function htmlText(html: string): string {
  const spaced = html.replace(/<(br|\/p|\/li|\/div|\/h\d)[^>]*>/gi, " ");
  return (new DOMParser().parseFromString(spaced, "text/html").body.textContent ?? "").replace(/\s+/g, " ").trim();
}

/** An address that may be followed, or null: the web, mail and phone, nothing that runs. */
export function safeUrl(raw: string | null | undefined): string | null {
  if (!raw) return null;
  const text = raw.trim();
  if (/^(https?:\/\/|mailto:|tel:)/i.test(text)) return text;
  return /^[\w-]+(\.[\w-]+)+([/?#]|$)/.test(text) ? `https://${text}` : null;
}
