// Served as /sw.js, below a line that says what is KEPT, and under which NAME. It keeps static files and one page that
// says that there is no network, both without anything about anybody; all else is always asked for.

const OFFLINE = "/offline";

self.addEventListener("install", (event) => {
  event.waitUntil((async () => {
    const cache = await caches.open(NAME);
    // As a visitor: what is kept must not know who was logged in.
    await cache.addAll([...KEPT, new Request(OFFLINE, { credentials: "omit", cache: "no-cache" })]);
    await self.skipWaiting();
  })());
});

self.addEventListener("activate", (event) => {
  event.waitUntil((async () => {
    const old = (await caches.keys()).filter((name) => name !== NAME);
    await Promise.all(old.map((name) => caches.delete(name)));
    await self.registration.navigationPreload?.enable();
    await self.clients.claim();
  })());
});

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const { origin, pathname, search } = new URL(request.url);
  // What a form sends goes past the worker: the browser itself asks before it sends it a second time.
  if (request.mode === "navigate" && request.method === "GET") event.respondWith(pageOrOffline(event));
  else if (request.method === "GET" && origin === location.origin && KEPT.includes(pathname + search)) event.respondWith(kept(request));
});

async function pageOrOffline(event) {
  try {
    return (await event.preloadResponse) ?? (await fetch(event.request));
  } catch {
    return (await caches.match(OFFLINE)) ?? Response.error();
  }
}

async function kept(request) {
  return (await caches.match(request)) ?? fetch(request);
}
