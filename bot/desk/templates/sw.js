// Keeps one page for when there is no line, and shows news. Nothing that the desk answers is kept: it is about people.
"use strict";
const KEPT = {{ kept|tojson }}, OFFLINE = {{ offline|tojson }}, ICON = {{ icon|tojson }}, NAME = KEPT.join(" ");
const WORDS = {
  id: { kasus: ["Kasus baru untuk Anda", "Buka meja petugas."], alarm: ["Panggilan darurat", "Nyawa warga mungkin terancam. Buka sekarang."], kabar: ["Kabar untuk Anda", "Buka meja petugas."] },
  en: { kasus: ["A new case for you", "Open the officers' desk."], alarm: ["Emergency call", "A life may be in danger. Open it now."], kabar: ["News for you", "Open the officers' desk."] },
};
addEventListener("install", (event) => {
  const fetched = KEPT.map((url) => new Request(url, { credentials: "omit", cache: "reload" }));
  event.waitUntil(caches.open(NAME).then((cache) => cache.addAll(fetched)).then(() => skipWaiting()));
});
addEventListener("activate", (event) => event.waitUntil(
  caches.keys().then((names) => Promise.all(names.filter((name) => name !== NAME).map((name) => caches.delete(name)))).then(() => clients.claim())));
addEventListener("fetch", (event) => {
  const { request } = event;
  if (request.mode === "navigate" && request.method === "GET") event.respondWith(fetch(request).catch(() => caches.match(OFFLINE)));
  else if (KEPT.some((url) => request.url.endsWith(url))) event.respondWith(fetch(request).catch(() => caches.match(request.url)));
});
addEventListener("push", (event) => {
  let told = {};
  try { told = event.data.json(); } catch {}
  const words = WORDS[told.lang] || WORDS.id, what = words[told.what] ? told.what : "kabar", path = String(told.path || "");
  const [title, body] = words[what];
  event.waitUntil(registration.showNotification(title, { body, icon: ICON, tag: what + path, renotify: what === "alarm", requireInteraction: what === "alarm", data: path.startsWith("/desk") ? path : "/desk" }));
});
addEventListener("notificationclick", (event) => {
  event.notification.close();
  const path = event.notification.data;
  event.waitUntil(clients.matchAll({ type: "window" }).then(async (open) => {
    for (const each of open) if (new URL(each.url).pathname === path) return each.focus();
    return clients.openWindow(path);
  }));
});
