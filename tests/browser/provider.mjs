// A provider of OpenID Connect on loopback: a page with one button on which somebody signs in, codes for tokens with PKCE
// and a client secret, and tokens that it signs with a key of its own.

import { createHash, createSign, generateKeyPairSync, randomUUID } from "node:crypto";
import { createServer } from "node:http";

export const CLIENT = { id: "trellis", secret: "browser secret" };

const base64 = (value) => Buffer.from(typeof value === "string" ? value : JSON.stringify(value)).toString("base64url");

/** Who signs in there, by default: `{ issuer, person(claims), stop() }`. */
export async function startProvider() {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const grants = new Map();
  let claims = { sub: "grace", email: "grace@example.com", email_verified: true, name: "Grace Hopper" };
  let issuer;

  const token = (grant) => {
    const now = Math.floor(Date.now() / 1000);
    const body = { iss: issuer, aud: CLIENT.id, iat: now, exp: now + 300, nonce: grant.nonce, ...grant.claims };
    const text = `${base64({ alg: "RS256", kid: "k" })}.${base64(body)}`;
    return `${text}.${createSign("RSA-SHA256").update(text).sign(privateKey).toString("base64url")}`;
  };

  const routes = {
    "/.well-known/openid-configuration": () => ({
      issuer,
      authorization_endpoint: `${issuer}/authorize`,
      token_endpoint: `${issuer}/token`,
      jwks_uri: `${issuer}/jwks`,
      end_session_endpoint: `${issuer}/end`,
    }),
    "/jwks": () => ({ keys: [{ ...publicKey.export({ format: "jwk" }), kid: "k", use: "sig", alg: "RS256" }] }),
    "/token": (_, form, headers) => {
      const basic = Buffer.from(headers.authorization?.slice("Basic ".length) ?? "", "base64").toString();
      const grant = grants.get(form.get("code"));
      grants.delete(form.get("code"));
      const shown = createHash("sha256").update(form.get("code_verifier")).digest("base64url");
      const known = basic === new URLSearchParams({ [CLIENT.id]: CLIENT.secret }).toString().replace("=", ":");
      if (!known || shown !== grant?.challenge) return { error: "invalid_grant" };
      return { access_token: "opaque", token_type: "Bearer", id_token: token(grant) };
    },
  };

  const page = (title, link) =>
    `<!doctype html><html lang="en"><title>${title}</title><h1>${title}</h1>${link.map(([to, text]) => `<p><a href="${to}">${text}</a></p>`).join("")}`;

  /** Back to whoever asked, with a code or without. */
  const back = (asked, more) => {
    const url = new URL(asked.get("redirect_uri"));
    for (const [key, value] of Object.entries({ state: asked.get("state"), ...more })) url.searchParams.set(key, value);
    return url.href.replaceAll("&", "&amp;");
  };

  const server = createServer(async (request, response) => {
    const url = new URL(request.url, issuer);
    let body = "";
    for await (const part of request) body += part;
    if (url.pathname === "/authorize") {
      const asked = url.searchParams;
      const code = randomUUID();
      grants.set(code, { challenge: asked.get("code_challenge"), nonce: asked.get("nonce"), claims });
      response.setHeader("content-type", "text/html");
      const links = [
        [back(asked, { code }), "Yes, it is me"],
        [back(asked, { error: "access_denied" }), "No"],
      ];
      return response.end(page("Sign in at Acme", links));
    }
    if (url.pathname === "/end") {
      response.setHeader("content-type", "text/html");
      const home = url.searchParams.get("post_logout_redirect_uri");
      return response.end(page("Signed out of Acme", [[home, "Back"]]));
    }
    const answer = routes[url.pathname]?.(url, new URLSearchParams(body), request.headers);
    response.statusCode = !answer ? 404 : answer.error ? 400 : 200;
    response.setHeader("content-type", "application/json");
    response.end(JSON.stringify(answer ?? {}));
  });
  await new Promise((resolve) => server.listen(0, "127.0.0.1", resolve));
  issuer = `http://127.0.0.1:${server.address().port}`;
  return {
    issuer,
    person: (next) => {
      claims = next;
    },
    stop: () => new Promise((resolve) => server.close(resolve)),
  };
}
