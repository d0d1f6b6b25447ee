// A request: made of what was typed, told as curl, and sent as whoever looks at the page.

const SAFE = ["GET", "HEAD", "OPTIONS"];

/** A token in place of the session of the browser. It is kept nowhere. */
let token = "";

export function speakWith(given) {
  token = given;
}

export const isSafe = (method) => SAFE.includes(method);

const encode = (text) => encodeURIComponent(text).replaceAll("%2C", ",");

/** What is left empty is not sent; in the path it keeps its braces. `body` is `{ kind, content, file }`. */
export function made(method, path, values, body) {
  let place = path;
  const query = [];
  const headers = body ? { "content-type": body.kind } : {};
  for (const [{ in: where, name, style }, value] of values) {
    if (value === "") continue;
    if (where === "path") place = place.replace(`{${name}}`, () => encodeURIComponent(value));
    else if (where === "header") headers[name.toLowerCase()] = value;
    else if (style === "deepObject") query.push(...pairs(name, value));
    else query.push(`${encode(name)}=${encode(value)}`);
  }
  return { method, url: [place, ...(query.length ? [query.join("&")] : [])].join("?"), headers, body };
}

/** `Header=field`, a line each, as `map[Header]=field`. */
function pairs(name, value) {
  const lines = value.split("\n").filter((line) => line.includes("="));
  return lines.map((line) => {
    const at = line.indexOf("=");
    return `${encode(`${name}[${line.slice(0, at).trim()}]`)}=${encode(line.slice(at + 1).trim())}`;
  });
}

const quoted = (text) => `'${text.replaceAll("'", "'\\''")}'`;

/** A text as it is, or JSON on one line. */
function tight(text) {
  try {
    JSON.parse(text);
    return pieces(text).join("");
  } catch {
    return text;
  }
}

/** The same for a shell; what proves who asks is left to a variable. */
export function curl({ method, url, headers, body }, open) {
  const { authorization, ...others } = headers;
  const words = ["curl", ...(method === "GET" ? [] : ["-X", method])];
  if (!open || authorization) words.push('-H "Authorization: Bearer $TOKEN"');
  for (const [name, value] of Object.entries(others)) words.push("-H", quoted(`${name}: ${value}`));
  if (body?.file !== undefined) words.push("--data-binary", quoted(`@${body.file || "FILE"}`));
  else if (body) words.push("--data-raw", quoted(tight(body.content)));
  return [...words, quoted(location.origin + url)].join(" ");
}

/** What proves who asks: the token, or the browser's cookie, beside which a change shows the session's own word. */
async function proof(method) {
  if (token) return { authorization: `Bearer ${token}` };
  if (isSafe(method)) return {};
  const answer = await fetch("/auth/v1/me", { credentials: "same-origin" });
  const me = answer.ok ? await answer.json() : {};
  return me.data?.csrf_token ? { "x-csrf-token": me.data.csrf_token } : {};
}

/** Sends it and waits for all of the answer. */
export async function sent({ method, url, headers, body }, signal) {
  const whole = { ...(headers.authorization ? {} : await proof(method)), ...headers };
  const begun = performance.now();
  const options = { method, headers: whole, credentials: "same-origin", signal };
  const answer = await fetch(url, body ? { ...options, body: body.content } : options);
  const blob = await answer.blob();
  return { answer, blob, took: Math.round(performance.now() - begun) };
}

const pieces = (json) => json.match(/"(?:[^"\\]|\\.)*"|[{}[\],:]|[^\s{}[\],:"]+/g) ?? [];

/** JSON with lines and indents, each value as the server wrote it: a number may have more digits than a script keeps. */
export function pretty(json) {
  const all = pieces(json);
  let depth = 0;
  const line = () => `\n${"  ".repeat(depth)}`;
  const one = (piece, at) => {
    if ("{[".includes(piece)) {
      if ("}]".includes(all[at + 1])) return piece;
      depth++;
      return piece + line();
    }
    if ("}]".includes(piece)) {
      if ("{[".includes(all[at - 1])) return piece;
      depth--;
      return line() + piece;
    }
    if (piece === ",") return piece + line();
    return piece === ":" ? ": " : piece;
  };
  return all.map(one).join("");
}
