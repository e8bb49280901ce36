// What HTML cannot do alone: one live stream, drafts that survive, keys. htmx fetches and swaps.
(() => {
  "use strict";
  const $ = (what, where = document) => where.querySelector(what);
  const on = (name, act, capture) => document.addEventListener(name, act, capture);
  const number = () => $("#kasus").dataset.nomor || "";
  const form = () => $("#kasus form.tulis");
  const tell = (name) => document.dispatchEvent(new Event(name)); // what composer.js waits for
  const store = { // a private window may refuse
    get: (name) => { try { return JSON.parse(localStorage[name]); } catch { return null; } },
    set: (name, value) => { try { localStorage[name] = JSON.stringify(value); } catch {} },
  };

  // Hints only: what was missed is fetched at each connection. The server speaks every 15 s; 40 silent ones: a dead line.
  let source, timer, topic, heard = 0, wait = 500;
  const fetchAgain = (...names) => names.forEach((name) => htmx.trigger(document.body, name));
  function lamp(lit) {
    const light = $("#sambungan"), words = light.dataset[lit ? "ya" : "belum"];
    light.classList.toggle("ya", lit);
    if (light.lastElementChild.textContent !== words) light.lastElementChild.textContent = words;
  }
  function connect() {
    clearTimeout(timer);
    source?.close();
    heard = Date.now();
    topic = number();
    const mine = source = new EventSource("/desk/peristiwa" + (topic && "?tiket=" + topic));
    const hear = (name, act) => mine.addEventListener(name, () => { heard = Date.now(); act?.(); });
    hear("ping");
    for (const name of ["antrean", "kasus", "alarm", "siapa"]) hear(name, () => fetchAgain(name));
    hear("halo", () => { wait = 500; lamp(true); fetchAgain("antrean", "kasus", "alarm"); tell("wargi:sambung"); });
    hear("keluar", () => location.reload());
    mine.onerror = () => mine === source && later();
  }
  function later() {
    source.close();
    lamp(false);
    clearTimeout(timer);
    timer = setTimeout(() => { fetchAgain("antrean"); connect(); }, wait * (0.5 + Math.random()));
    wait = Math.min(wait * 2, 8000);
  }
  setInterval(() => { if (Date.now() - heard > 40000) { lamp(false); connect(); } }, 5000);
  addEventListener("online", connect);

  // A region's own refresh that began before the officer went elsewhere must not take the page back.
  on("htmx:config:request", ({ target, detail: { ctx } }) => { ctx.asked = target.getAttribute("hx-get"); });
  on("htmx:before:swap", (event) => {
    const { ctx } = event.detail, region = ctx.sourceElement, name = { daftar: "antrean", kasus: "kasus" }[region.id];
    if (!name || (region.isConnected && region.getAttribute("hx-get") === ctx.asked)) return;
    event.preventDefault();
    setTimeout(fetchAgain, 0, name);
  });

  // After each swap: title, mark, draft, stream, focus, scroll.
  let open, atEnd = true, acting = false;
  const toEnd = () => { const p = $("#pesan"); if (p) p.scrollTop = p.scrollHeight; };
  on("scroll", ({ target: p }) => { if (p.id === "pesan") atEnd = p.scrollHeight - p.scrollTop - p.clientHeight < 80; }, true);
  function settle() {
    const waiting = $("#daftar").dataset.menunggu, now = number(), head = $("#judul-kasus"), fresh = form() && !form().ready;
    document.title = ($("#alarm form") ? "‼ " : "") + (waiting > 0 ? `(${waiting > 99 ? "99+" : waiting}) ` : "") + (head?.textContent || "Meja petugas") + " · Wargi";
    for (const card of document.querySelectorAll(".kartu")) {
      if (now && card.pathname.endsWith(now)) card.ariaCurrent = "true";
      else card.removeAttribute("aria-current");
    }
    tell("wargi:tampil");
    if (now !== open) {
      document.body.classList.remove("fakta-buka");
      if (open !== undefined) head?.focus({ preventScroll: true });
      open = now;
      atEnd = true;
    }
    if (atEnd) toEnd();
    ring();
    if (source && now !== topic) connect();
    if (acting && (fresh || document.activeElement === document.body)) ($("#teks") || head)?.focus();
  }
  on("htmx:before:request", ({ target }) => { if (target.matches?.("#kasus form")) acting = true; });
  // who has pressed something since has chosen a place already
  for (const name of ["keydown", "pointerdown"]) on(name, () => { acting = false; }, true);
  on("htmx:after:settle", settle);
  on("htmx:finally:request", ({ detail: { ctx } }) => {
    if (ctx.request.method === "POST") setTimeout(() => { acting = false; }, 100);
  });
  on("htmx:response:error", ({ detail: { ctx } }) => {
    if (![401, 409, 422].includes(ctx.response.status)) toast(ctx.text.length < 200 ? ctx.text : "Tidak berhasil. Coba lagi.");
  });
  on("htmx:error", ({ detail: { ctx } }) => {
    if (ctx?.request.method === "POST") toast("Tidak tersambung. Coba lagi sebentar.");
  });
  function toast(text) {
    const slice = $("#roti");
    slice.textContent = text;
    slice.hidden = false;
    setTimeout(() => { slice.hidden = true; }, 7000);
  }

  // An alarm is heard once by who has touched this page (browsers allow no sound before), and is seen in the title.
  const heard_ = new Set();
  function ring() {
    const fresh = ($("#alarm")?.dataset.baru || "").split(" ").filter((id) => id && !heard_.has(id));
    if (!fresh.length) return;
    fresh.forEach((id) => heard_.add(id));
    const audio = new AudioContext(), at = audio.currentTime;
    for (let i = 0; i < 6; i++) {
      const tone = audio.createOscillator();
      tone.frequency.value = i % 2 ? 660 : 880;
      tone.connect(audio.destination);
      tone.start(at + i * 0.4);
      tone.stop(at + i * 0.4 + 0.25);
    }
  }

  // Keys.
  on("click", ({ target }) => {
    const opener = target.closest("[data-buka]"), facts = target.closest("[data-fakta]");
    if (opener) document.getElementById(opener.dataset.buka)?.showModal();
    if (facts) facts.ariaExpanded = document.body.classList.toggle("fakta-buka");
  });
  function move(step) {
    const cards = [...document.querySelectorAll(".kartu")], focused = cards.indexOf(document.activeElement);
    const at = focused < 0 ? cards.findIndex((card) => card.ariaCurrent) : focused;
    cards[Math.min(Math.max(at + step, 0), cards.length - 1)]?.focus();
  }
  const press = (what) => () => $(what)?.click();
  const write = (kind) => () => {
    const f = form();
    if (!f) return;
    if (f.jenis.length && !(kind === "balas" && f.jenis[0].disabled)) f.jenis.value = kind;
    f.closest("details")?.setAttribute("open", "");
    f.teks.focus();
  };
  const keys = {
    j: () => move(1), k: () => move(-1), r: write("balas"), n: write("catatan"), a: press("#tombol-ambil"), b: press("#tombol-berikutnya"), e: press("#tombol-selesai"),
    "/": () => $("#cari").focus(), "?": () => $("#pintasan").showModal(),
    gq: press("#tab-antrean"), gm: press("#tab-milik"), gs: press("#tab-semua"),
  };
  let g = -Infinity;
  on("keydown", (event) => {
    const { key, target } = event, chord = event.ctrlKey || event.metaKey || event.altKey;
    const writing = target.matches(".tulis textarea");
    if (writing && key === "Enter" && chord) { event.preventDefault(); target.form.requestSubmit(); }
    if (writing && key === "Escape") target.blur();
    if (chord || event.isComposing || $("dialog[open]") || store.get("wargi:pintasan") === false) return;
    if (target.matches("input:not([type=radio]), textarea, select")) return;
    const act = keys[(event.timeStamp - g < 1500 ? "g" : "") + key]; // when it was pressed: a page that is busy is not the officer's hesitation
    g = key === "g" ? event.timeStamp : -Infinity;
    if (act) { event.preventDefault(); act(); }
  });

  on("DOMContentLoaded", () => {
    const box = $("#pakai-pintasan");
    box.checked = store.get("wargi:pintasan") !== false;
    box.addEventListener("change", () => store.set("wargi:pintasan", box.checked));
    if (!$("#roti").hidden) toast($("#roti").textContent);
    settle();
    connect();
  });
})();
