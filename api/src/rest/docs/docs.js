// Draws openapi.json for people. No library, no network but this server; what it shows is set as text, never as HTML.
"use strict";

const at = (id) => document.getElementById(id);

function element(name, text, ...children) {
  const made = document.createElement(name);
  if (text) made.textContent = text;
  made.append(...children);
  return made;
}

async function load(token) {
  const headers = token ? { authorization: `Bearer ${token}` } : {};
  const answer = await fetch("/api/v1/openapi.json", { headers, credentials: "same-origin" });
  const body = await answer.json();
  if (!answer.ok) throw new Error(answer.status === 401 ? "Sign in, or give a token." : body.detail);
  return body;
}

function resolved(document_, value) {
  if (!value || !value.$ref) return value;
  return value.$ref.slice(2).split("/").reduce((here, part) => here?.[part], document_);
}

function type(schema) {
  if (!schema) return "";
  if (schema.$ref) return schema.$ref.split("/").pop();
  if (schema.oneOf) return schema.oneOf.map(type).join(" or ");
  const name = [].concat(schema.type ?? "anything").join(" or ");
  const of = schema.items ? ` of ${type(schema.items)}` : "";
  const form = schema.format ? ` (${schema.format})` : "";
  const one = schema.enum ? `: ${schema.enum.filter((value) => value !== null).join(", ")}` : "";
  return name + of + form + one;
}

function table(rows) {
  const body = element("tbody");
  for (const [name, kind, text] of rows) {
    const row = element("tr");
    row.append(element("th", "", element("code", name)), element("td", kind), element("td", text ?? ""));
    body.append(row);
  }
  return element("table", "", body);
}

function properties(document_, schema, depth = 0) {
  const found = resolved(document_, schema);
  if (!found) return [];
  if (found.oneOf) return properties(document_, found.oneOf[0], depth);
  if (found.type === "array") return properties(document_, found.items, depth);
  const rows = [];
  for (const [name, property] of Object.entries(found.properties ?? {})) {
    const must = (found.required ?? []).includes(name) ? "required. " : "";
    rows.push([name, type(property), must + (property.title ?? "") + (property.description ? ` – ${property.description}` : "")]);
    if (name === "data" && depth < 2) {
      rows.push(...properties(document_, property, depth + 1).map(([inner, ...rest]) => [`data.${inner}`, ...rest]));
    }
  }
  return rows;
}

function curl(method, path, operation) {
  const sends = operation.requestBody ? " -H 'content-type: application/json' -d '{…}'" : "";
  return `curl -X ${method.toUpperCase()} -H "Authorization: Bearer $TOKEN"${sends} '${location.origin}${path}'`;
}

function describe(document_, method, path, operation) {
  const inside = element("div");
  inside.append(element("pre", curl(method, path, operation)));
  const parameters = (operation.parameters ?? []).map((parameter) => resolved(document_, parameter));
  if (parameters.length) {
    inside.append(element("h4", "Parameters"));
    const row = (one) => [one.name, `${one.in}${one.required ? ", required" : ""}`, [one.description, type(one.schema)].filter(Boolean).join(" – ")];
    inside.append(table(parameters.map(row)));
  }
  for (const [kind, content] of Object.entries(operation.requestBody?.content ?? {})) {
    inside.append(element("h4", `Body: ${kind}`));
    inside.append(table(properties(document_, content.schema)));
  }
  for (const [status, response] of Object.entries(operation.responses)) {
    const found = resolved(document_, response);
    inside.append(element("h4", `${status}: ${found.description}`));
    const content = found.content?.["application/json"];
    if (content && status < 300) inside.append(table(properties(document_, content.schema)));
    const codes = found.content?.["application/problem+json"]?.schema?.allOf?.[1]?.properties?.code?.enum;
    if (codes) inside.append(element("p", `code: ${codes.join(", ")}`));
  }
  return inside;
}

function draw(document_) {
  at("title").textContent = document_.info.title;
  document.title = `API – ${document_.info.title}`;
  at("contents").replaceChildren();
  at("operations").replaceChildren();
  for (const tag of document_.tags) {
    const link = element("a", tag.name);
    link.href = `#${tag.name}`;
    at("contents").append(link);
    const heading = element("h2", tag.name);
    heading.id = tag.name;
    at("operations").append(element("section", "", heading, element("p", tag.description)));
    const section = at("operations").lastElementChild;
    for (const [path, item] of Object.entries(document_.paths)) {
      for (const [method, operation] of Object.entries(item)) {
        if (operation.tags[0] !== tag.name) continue;
        const verb = element("span", method.toUpperCase());
        verb.className = "method";
        const one = element("details", "", element("summary", "", verb, element("code", path), ` ${operation.summary}`));
        one.dataset.words = `${method} ${path} ${operation.summary}`.toLowerCase();
        one.addEventListener("toggle", () => {
          if (one.open && one.childElementCount === 1) one.append(describe(document_, method, path, operation));
        });
        section.append(one);
      }
    }
  }
}

async function show(token) {
  at("state").textContent = "Reading …";
  try {
    draw(await load(token));
    at("state").textContent = "";
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
  for (const one of document.querySelectorAll("details")) {
    one.hidden = !words.every((word) => one.dataset.words.includes(word));
  }
  for (const section of document.querySelectorAll("section")) {
    section.hidden = words.length > 0 && !section.querySelector("details:not([hidden])");
  }
});
show("");
