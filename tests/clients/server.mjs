// A Trellis with demo data and somebody who is signed in to it. It knows nothing of any client.

import { startTrellis, ADMIN } from "../browser/trellis.mjs";

/** `{ url, token, stop() }`: the token is an administrator's session. */
export async function startServer() {
  const trellis = await startTrellis();
  const answer = await fetch(`${trellis.url}/auth/v1/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(ADMIN),
  });
  const { access_token: token } = await answer.json();
  if (!token) throw new Error(`signing in answered ${answer.status}`);
  return { url: trellis.url, token, stop: trellis.stop };
}

/** The document of the API as the token's owner may use it. */
export async function loadDocument({ url, token }) {
  const answer = await fetch(`${url}/api/v1/openapi.json`, { headers: { authorization: `Bearer ${token}` } });
  if (answer.status !== 200) throw new Error(`openapi.json answered ${answer.status}`);
  return answer.text();
}
