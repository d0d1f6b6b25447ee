// The service worker: keeps the files of the shell, so that the app opens at once and without a network. Records are
// never kept here: what the server says is asked of the server. The build puts the names of the files in.

const FILES = __FILES__;
const NAME = "shell-__VERSION__";

self.addEventListener("install", (event) => {
  event.waitUntil(
    caches
      .open(NAME)
      .then((cache) => cache.addAll(FILES))
      .then(() => self.skipWaiting()),
  );
});

self.addEventListener("activate", (event) => {
  const forget = (names) => Promise.all(names.filter((name) => name !== NAME).map((name) => caches.delete(name)));
  event.waitUntil(
    caches
      .keys()
      .then(forget)
      .then(() => self.clients.claim()),
  );
});

/** From the network, and kept; from what was kept when there is none. */
async function page(request) {
  try {
    return await fetch(request);
  } catch (error) {
    const kept = await caches.match("/");
    if (kept) return kept;
    throw error;
  }
}

/** Files whose names change with what is in them: once kept, always right. */
async function asset(request) {
  const kept = await caches.match(request);
  if (kept) return kept;
  const answer = await fetch(request);
  if (answer.ok) {
    const copy = answer.clone();
    caches.open(NAME).then((cache) => cache.put(request, copy));
  }
  return answer;
}

const SERVER = /^\/(api|auth|metadata|admin|reseller|graphql|graphiql|docs|mcp|scim|healthz|readyz|metrics)(\/|$)/;

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname } = new URL(request.url);
  if (request.method !== "GET" || origin !== self.location.origin) return;
  if (pathname.startsWith("/assets/")) event.respondWith(asset(request));
  else if (request.mode === "navigate" && !SERVER.test(pathname)) event.respondWith(page(request));
});
