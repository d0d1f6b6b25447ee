// A Trellis with demo data and somebody who is signed in to it. It knows nothing of any client.

import { startTrellis, ADMIN } from "../browser/trellis.mjs";

/** `{ url, token, stop() }`: the token is an administrator's session. `keep` is a folder that stays. */
export async function startServer({ keep } = {}) {
  const trellis = await startTrellis({ keep });
  return { url: trellis.url, token: await signIn(trellis.url, ADMIN), stop: trellis.stop };
}

/** The token of a new session. */
export async function signIn(url, who) {
  const answer = await fetch(`${url}/auth/v1/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(who),
  });
  const { access_token: token } = await answer.json();
  if (!token) throw new Error(`signing in answered ${answer.status}`);
  return token;
}

/** The document of the API as the token's owner may use it. */
export async function loadDocument({ url, token }) {
  const answer = await fetch(`${url}/api/v1/openapi.json`, { headers: { authorization: `Bearer ${token}` } });
  if (answer.status !== 200) throw new Error(`openapi.json answered ${answer.status}`);
  return answer.text();
}
