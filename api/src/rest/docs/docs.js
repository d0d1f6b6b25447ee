// Draws openapi.json for people, to be read and tried. No library, no network but this server.

import { element, marked, table } from "./element.js";
import { speakWith } from "./request.js";
import { opened, resolved } from "./schema.js";
import { form } from "./try.js";

const at = (id) => document.getElementById(id);

/** The document of whoever asks; nothing when that is nobody. */
async function load(token) {
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  const answer = await fetch("/api/v1/openapi.json", { headers, credentials: "same-origin" });
  if (answer.status === 401) return undefined;
  const body = await answer.json();
  if (!answer.ok) throw new Error(body.detail);
  return body;
}

function answers(root, responses) {
  const rows = Object.entries(responses).map(([status, response]) => {
    const found = resolved(root, response);
    const parts = Object.entries(found.content ?? {}).map(([mime, content]) => {
      const codes = content.schema?.allOf?.[1]?.properties?.code?.enum;
      if (codes) return element("p", `code: ${codes.join(", ")}`);
      return element("div", "", element("p", mime), ...(mime.includes("json") ? [opened(root, content.schema, "")] : []));
    });
    return [status, element("div", "", found.description, ...parts)];
  });
  return table(rows);
}

/** An operation that is opened: what it takes, to be tried, and what it answers. */
function describe(root, one) {
  return element("div", "", form(root, one), element("h3", "Answers"), answers(root, one.operation.responses));
}

function operationOf(root, one) {
  const { method, path, operation } = one;
  const verb = marked("span", { class: `method ${method}` }, method.toUpperCase());
  const line = marked("details", { class: "operation", id: operation.operationId });
  line.append(element("summary", "", verb, element("code", path), ` ${operation.summary}`));
  line.dataset.words = `${method} ${path} ${operation.summary}`.toLowerCase();
  line.addEventListener("toggle", () => {
    if (line.open && line.childElementCount === 1) line.append(describe(root, one));
  });
  return line;
}

function draw(root) {
  at("title").textContent = root.info.title;
  document.title = `API – ${root.info.title}`;
  const all = Object.entries(root.paths).flatMap(([path, item]) =>
    Object.entries(item).map(([method, operation]) => ({ method, path, operation })),
  );
  const link = ({ name }) => marked("a", { href: `#${name}` }, name);
  const section = ({ name, description }) => {
    const own = all.filter(({ operation }) => operation.tags[0] === name).map((one) => operationOf(root, one));
    return element("section", "", marked("h2", { id: name }, name), element("p", description), ...own);
  };
  at("contents").replaceChildren(...root.tags.map(link));
  at("operations").replaceChildren(...root.tags.map(section));
}

/** An address that names an operation or a group leads to it. */
function follow() {
  const named = location.hash && at(decodeURIComponent(location.hash.slice(1)));
  if (!named) return;
  if (named.matches("details")) named.open = true;
  named.scrollIntoView();
}

async function show(token) {
  at("state").textContent = "Reading …";
  speakWith(token);
  try {
    const root = await load(token);
    at("state").replaceChildren(...(root ? [] : [marked("a", { href: "/sign-in?next=/docs" }, "Sign in"), ", or give a token."]));
    if (root) draw(root);
    if (root) follow();
  } catch (error) {
    at("state").textContent = error.message;
  }
}

at("key").addEventListener("submit", (event) => {
  event.preventDefault();
  show(at("token").value.trim());
});
at("find").addEventListener("input", () => {
  const words = at("find").value.toLowerCase().split(/\s+/).filter(Boolean);
  for (const one of document.querySelectorAll(".operation")) {
    one.hidden = !words.every((word) => one.dataset.words.includes(word));
  }
  for (const section of document.querySelectorAll("section")) {
    section.hidden = words.length > 0 && !section.querySelector(".operation:not([hidden])");
  }
});
addEventListener("hashchange", follow);
show("");
