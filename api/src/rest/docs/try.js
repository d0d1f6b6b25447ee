// Trying an operation: what it takes is typed, told as curl, and sent; what changes something is sent when one says so
// once more.

import { block, element, marked } from "./element.js";
import { curl, isSafe, made, pretty, sent } from "./request.js";
import { kind, opened, resolved, sample, words } from "./schema.js";

/** More parameters than these stand in a list that opens. */
const FEW = 10;
/** More of an answer than this nobody reads here. */
const SHOWN = 200_000;

/** The form of an operation. */
export function form(root, { method, path, operation }) {
  const verb = method.toUpperCase();
  const parameters = (operation.parameters ?? []).map((one) => resolved(root, one));
  const inputs = [...parameters, ...ofResellers(operation)].map((one, i) => input(root, one, `${operation.operationId}-${i}`));
  const body = bodyOf(root, operation);
  const isOpen = operation.security?.length === 0;
  const line = block("");
  const request = () => made(verb, path, inputs.map(({ parameter, value }) => [parameter, value()]), body?.value());
  const tell = () => {
    line.textContent = curl(request(), isOpen);
  };
  const sending = sender(verb, request);
  const all = marked("form", { "aria-label": `Try ${verb} ${path}` });
  all.append(...parametersOf(inputs), ...(body ? body.parts : []), element("h3", "As curl"), line, ...sending.parts);
  all.addEventListener("input", () => {
    tell();
    sending.forget();
  });
  all.addEventListener("submit", (event) => {
    event.preventDefault();
    sending.press(event.submitter);
  });
  tell();
  return all;
}

/** What resellers do needs a key that is nobody's session. */
function ofResellers({ security = [] }) {
  if (!security.some((one) => one.reseller)) return [];
  const schema = { type: "string", format: "password" };
  return [{ name: "Authorization", in: "header", required: true, schema, description: "Bearer and a reseller's key" }];
}

function parametersOf(inputs) {
  if (inputs.length === 0) return [];
  const rows = (some) => element("table", "", element("tbody", "", ...some.map(({ row }) => row)));
  const must = inputs.filter(({ parameter }) => parameter.required);
  const may = inputs.filter(({ parameter }) => !parameter.required);
  const more = may.length > FEW ? element("details", "", element("summary", `${may.length} that may be left out`)) : element("div");
  if (may.length) more.append(rows(may));
  return [element("h3", "Parameters"), ...(must.length ? [rows(must)] : []), more];
}

/** A parameter with its line and what is typed there. */
function input(root, parameter, id) {
  const { name, in: where, required, description } = parameter;
  const schema = parameter.schema ?? Object.values(parameter.content ?? {})[0]?.schema;
  const field = fieldOf(root, parameter, resolved(root, schema) ?? {});
  field.id = id;
  field.required = Boolean(required);
  const label = marked("label", { for: id }, element("code", name));
  const form = marked("div", { class: "quiet" }, `${where}${required ? ", required" : ""} · `, kind(root, schema));
  const about = element("td", description ?? "", form);
  const row = element("tr", "", marked("th", { scope: "row" }, label), about, element("td", "", field));
  return { parameter, row, value: () => (where === "path" ? field.value : field.value.trim()) };
}

function fieldOf(root, parameter, schema) {
  const some = schema.enum ?? (schema.type === "boolean" ? [true, false] : undefined);
  if (some) return element("select", "", element("option"), ...some.filter((one) => one !== null).map((one) => element("option", String(one))));
  if (parameter.content || parameter.style === "deepObject") return marked("textarea", { rows: "2", spellcheck: "false" });
  const secret = schema.format === "password";
  const field = marked("input", { type: secret ? "password" : "text", autocomplete: "off", spellcheck: "false" });
  const items = resolved(root, schema.items);
  field.placeholder = String(schema.default ?? schema.examples?.[0] ?? items?.enum?.slice(0, 2).join(",") ?? "");
  return field;
}

/** What is sent along, in the first form that the operation takes: JSON to be changed, or a file. */
function bodyOf(root, { operationId, requestBody }) {
  const [[mime, content] = []] = Object.entries(requestBody?.content ?? {});
  if (!mime) return undefined;
  const id = `${operationId}-body`;
  if (!mime.includes("json")) return fileOf(Object.keys(requestBody.content), id);
  // What need not be there begins with nothing said.
  const first = content.example ?? (requestBody.required ? sample(root, content.schema) : {});
  const start = JSON.stringify(first, null, 2);
  const field = marked("textarea", { id, spellcheck: "false", rows: String(Math.min(16, start.split("\n").length + 1)) });
  field.value = start;
  const about = element("details", "", element("summary", `What it may hold: ${words(content.schema)}`));
  about.append(opened(root, content.schema, "required"));
  const title = element("h3", "", marked("label", { for: id }, `Body: ${mime}`));
  // What may be missing is missing when nothing is typed.
  const value = () => (field.value.trim() === "" ? undefined : { kind: mime, content: field.value });
  return { parts: [title, field, about], value };
}

function fileOf(kinds, id) {
  const field = marked("input", { id, type: "file" });
  const choice = element("select", "", ...kinds.map((one) => element("option", one)));
  choice.setAttribute("aria-label", "What the file is");
  const title = element("h3", "", marked("label", { for: id }, "Body: a file"));
  const value = () => ({ kind: choice.value, content: field.files[0], file: field.files[0]?.name ?? "" });
  return { parts: [title, element("p", "", field, " ", choice)], value };
}

/** The buttons, and what came back. */
function sender(verb, request) {
  const send = marked("button", { type: "submit" }, `Send ${verb}`);
  const yes = marked("button", { type: "submit" }, `Yes, send ${verb}`);
  const no = marked("button", { type: "button" }, "No");
  const sure = marked("p", { class: "sure", role: "alert", hidden: "" }, "This may change what is kept here. ", yes, " ", no);
  const said = marked("div", { class: "answer" });
  let running;
  const forget = () => {
    sure.hidden = true;
  };
  no.addEventListener("click", () => {
    forget();
    send.focus();
  });
  async function go() {
    forget();
    running = new AbortController();
    send.textContent = "Stop";
    send.focus();
    said.replaceChildren(marked("p", { role: "status" }, "Sent …"));
    try {
      said.replaceChildren(...(await answered(await sent(request(), running.signal))));
    } catch (error) {
      const why = error.name === "AbortError" ? "Stopped." : `No answer: ${error.message}`;
      said.replaceChildren(marked("p", { role: "status" }, why));
    }
    running = undefined;
    send.textContent = `Send ${verb}`;
  }
  function press(by) {
    if (running) return running.abort();
    if (isSafe(verb) || by === yes) return go();
    sure.hidden = false;
  }
  return { parts: [element("p", "", send), sure, said], press, forget };
}

async function answered({ answer, blob, took }) {
  const mime = answer.headers.get("content-type")?.split(";")[0] ?? "";
  const facts = [`${answer.status} ${answer.statusText}`.trim(), `${took} ms`, `${blob.size.toLocaleString("en")} bytes`, mime];
  const status = marked("p", { role: "status" }, element("strong", facts[0]), ` · ${facts.slice(1).filter(Boolean).join(" · ")}`);
  status.dataset.ok = String(answer.ok);
  const headers = element("details", "", element("summary", "Headers"));
  headers.append(block([...answer.headers].map(([name, value]) => `${name}: ${value}`).join("\n")));
  if (blob.size === 0) return [status, headers];
  if (!/json|^text\//.test(mime)) return [status, headers, saved(blob)];
  const text = mime.includes("json") ? pretty(await blob.text()) : await blob.text();
  const rest = text.length > SHOWN ? `\n… ${(text.length - SHOWN).toLocaleString("en")} more characters` : "";
  return [status, headers, block(text.slice(0, SHOWN) + rest)];
}

function saved(blob) {
  return element("p", "", marked("a", { href: URL.createObjectURL(blob), download: "answer" }, "Save the file that came back"));
}
