// kill -9 in the midst of metadata changes: the tenant is at the old revision or the new one, tables and
// metadata agree. TRELLIS_KILLS sets how often (the full proof is 50; a check-in does a few).

import assert from "node:assert/strict";
import { rm } from "node:fs/promises";
import { test } from "node:test";
import { setTimeout as wait } from "node:timers/promises";
import { ADMIN, makeFolder, runTrellis, startTrellis } from "./trellis.mjs";

const KILLS = Number(process.env.TRELLIS_KILLS ?? 3);

/** Calls the API as the administrator. */
async function api(url) {
  const json = { "content-type": "application/json" };
  const login = await fetch(`${url}/auth/v1/login`, { method: "POST", headers: json, body: JSON.stringify(ADMIN) });
  const { access_token: token } = await login.json();
  return async (method, path, body) => {
    const headers = { ...json, authorization: `Bearer ${token}` };
    const response = await fetch(url + path, { method, headers, body: body && JSON.stringify(body) });
    return { status: response.status, body: await response.json().catch(() => ({})) };
  };
}

async function newestRevision(call) {
  const { body } = await call("GET", "/metadata/v1/revisions?limit=1");
  return body.data[0]?.revision ?? 0;
}

/** Changes of metadata one after the other until the process is gone; the newest revision that was answered. */
async function churn(call, round, known) {
  try {
    for (let step = 0; ; step++) {
      const name = `f_${round}_${step}`;
      const made = await call("PUT", `/metadata/v1/objects/probe/fields/${name}`, { name, kind: "text", unique: step % 2 === 0 });
      known = made.body.revision ?? known;
      if (step % 3 === 2) {
        const gone = await call("DELETE", `/metadata/v1/objects/probe/fields/${name}?allow_data_loss=true`);
        known = gone.body.revision ?? known;
      }
    }
  } catch {
    return known; // the connection broke: killed
  }
}

test(`killed ${KILLS} times while metadata changes`, async () => {
  const keep = await makeFolder();
  try {
    for (let round = 0; round < KILLS; round++) {
      const trellis = await startTrellis({ keep, demo: false });
      const call = await api(trellis.url);
      if (round === 0) await call("PUT", "/metadata/v1/objects/probe", { name: "probe", plural: "probes", fields: [] });
      const churning = churn(call, round, await newestRevision(call));
      await wait(50 + Math.random() * 700);
      await trellis.kill();
      const known = await churning;
      const doctor = await runTrellis(keep, ["doctor"]);
      assert.equal(doctor.code, 0, `round ${round}: ${doctor.text}`);
      const again = await startTrellis({ keep, demo: false });
      const newest = await newestRevision(await api(again.url));
      // What was answered is there; at most the one change in flight came on top.
      assert.ok(newest >= known && newest <= known + 1, `round ${round}: answered ${known}, found ${newest}`);
      await again.stop();
    }
  } finally {
    await rm(keep, { recursive: true, force: true });
  }
});
