// Writing at the desk: words that survive, messages that leave once and in order, colleagues' names, the window's clock.
(() => {
  "use strict";
  const $ = (what, where = document) => where.querySelector(what);
  const on = (name, act, where = document) => where.addEventListener(name, act, name === "submit");
  const part = () => $("#kasus"), form = () => $("#kasus form.tulis"), number = () => part().dataset.nomor || "";
  const words = () => JSON.parse(part().dataset.kata || "{}");
  const fetchAgain = (name) => htmx.trigger(document.body, name);
  const store = { // a private window may refuse; then words last as long as the page
    kept: {},
    get(name) { try { return JSON.parse(localStorage[name]); } catch { return this.kept[name]; } },
    set(name, value) {
      delete this.kept[name];
      try { localStorage[name] = JSON.stringify(value); } catch { this.kept[name] = value; }
    },
    drop(name) { delete this.kept[name]; try { delete localStorage[name]; } catch {} },
    names(start) {
      let all = Object.keys(this.kept);
      try { all = [...all, ...Object.keys(localStorage)]; } catch {}
      return all.filter((name) => name.startsWith(start));
    },
  };
  // By officer: who signs in next at this desk neither reads nor sends what the one before has written.
  const files = window.wargiFiles; // kept.js
  const mine = (what) => `wargi:${what}:${document.body.dataset.petugas}`;
  const draftOf = (of) => store.get(`${mine("draf")}:${of}`) || { text: "", kind: "balas", saved: "", at: 0 }; // at: the server's moment of `saved`
  const setDraft = (of, more) => store.set(`${mine("draf")}:${of}`, { ...draftOf(of), ...more });
  // Each message under a name of its own: two windows that write one list at once would lose what the other has added.
  const queued = (key) => `${mine("kirim")}:${key}`;
  const queue = () => store.names(queued("")).map((name) => store.get(name)).filter(Boolean).sort((a, b) => a.at - b.at || a.nth - b.nth);
  const put = (item) => store.set(queued(item.key), item), drop = (item) => store.drop(queued(item.key));
  let nth = 0;
  const post = (path, values, more) => fetch(path, {
    method: "POST", headers: { "HX-Request": "true", Accept: "application/json", "X-CSRF": $("[name=csrf]").value },
    signal: AbortSignal.timeout(15000), body: values instanceof FormData ? values : new URLSearchParams(values), ...more,
  });

  // What is being written: kept here at once, on the server a moment later, so that it is there at another desk as well.
  let timer, last = 0, flying = false, saving = Promise.resolve();
  function keep() {
    const f = form();
    setDraft(number(), { text: f.teks.value, kind: f.jenis.value });
    timer ??= setTimeout(save, Date.now() - last > 4000 ? 300 : 3000);
  }
  function save(more) {
    clearTimeout(timer);
    timer = undefined;
    const f = form(), of = number();
    if (!f?.ready || f.teks.value === draftOf(of).saved) return;
    if (flying && !more) { // on a slow line the older words could arrive last and stay
      timer = setTimeout(save, 300);
      return;
    }
    last = Date.now();
    flying = true;
    const text = f.teks.value;
    saving = post(`/desk/tiket/${of}/draf`, { teks: text, jenis: f.jenis.value }, more)
      .then(async (answer) => answer.ok && setDraft(of, { saved: text, ...(await answer.json()) }))
      .catch(() => { timer ??= setTimeout(save, 5000); })
      .finally(() => { flying = false; });
  }
  function restore() {
    const f = form();
    if (!f || f.ready) return;
    f.ready = true;
    const d = draftOf(number()), server = f.dataset.draf, shown = f.teks.value;
    const older = f.dataset.pada < d.at; // read before the last words were stored, shown after
    const ours = older || d.text !== d.saved, begun = ours ? d.text : server; // what was saved may have been changed at another desk since
    const chosen = shown === server ? "" : shown; // words that the page has put there itself
    f.teks.value = chosen && begun && !chosen.includes(begun) ? `${begun}\n${chosen}` : chosen || begun;
    if (f.jenis.length && f.teks.value) f.jenis.value = ours ? d.kind : f.dataset.jenis;
    if (!older) setDraft(number(), { saved: server });
    if (f.teks.value !== draftOf(number()).saved) keep();
  }

  // Messages leave one after the other. The key of each makes a second try the same message.
  let busy = false, again, wait = 1000;
  const gone = []; // has left, and is not yet among the others on the page
  function say(text, bad) {
    const line = $("#kasus .tulis .status");
    line?.classList.toggle("gagal", !!bad);
    if (line && line.textContent !== text) line.textContent = text;
  }
  function join(item) {
    const key = [...crypto.getRandomValues(new Uint32Array(4))].map((n) => n.toString(16).padStart(8, "0")).join("");
    const { akhir, ubahan } = part().dataset, of = { number: number(), seen: akhir, changes: ubahan, at: Date.now() };
    put({ key, nth: nth += 1, kind: "balas", ...of, ...item });
    return key;
  }
  function leave() {
    say(words().sending);
    paint();
    drain();
  }
  async function enqueueFile(f) {
    const of = { number: number(), seen: f.lihat.value, changes: f.ubahan.value }; // before it is awaited: the officer may go on to another case
    const file = f.berkas.files[0], text = f.teks.value, button = $("button", f);
    button.disabled = true;
    const kept = `baru:${Date.now()}`;
    await files.put(kept, file);
    join({ act: "kirim", text, file: file.name, blob: kept, ...of });
    f.reset();
    $(".status", f).textContent = "";
    button.disabled = false;
    f.closest("details").open = false;
    leave();
  }
  function enqueueTemplate(f) {
    const skip = ["csrf", "kunci", "lihat", "ubahan"], values = Object.fromEntries([...new FormData(f)].filter(([name]) => !skip.includes(name)));
    join({ act: "templat", text: [$("b", f).textContent, ...Object.entries(values).filter(([name]) => name !== "templat").map(([, value]) => value)].join(" · "), values });
    $("button", f).disabled = true;
    leave();
  }
  function enqueue(f) {
    const answered = $("#menjawab [name=jawab]");
    join({ text: f.teks.value, kind: f.jenis.value, answers: answered?.value || "", ready: $("#balasan-dipakai")?.value || "" });
    if ($("#balasan-dipakai")) $("#balasan-dipakai").value = "";
    f.teks.value = "";
    setDraft(number(), { text: "", saved: draftOf(number()).saved });
    if (answered) $("#menjawab a").click();
    f.teks.focus();
    leave();
  }
  async function drain() {
    if (busy || !queue().length) return;
    busy = true;
    clearTimeout(again);
    try { // of several windows one sends; without locks the key alone sees to it that nothing arrives twice
      await (navigator.locks ? navigator.locks.request("wargi:kirim", work) : work());
    } finally {
      busy = false;
    }
  }
  // In order within a case, words before files: an upload on a slow line holds up nobody else's answer.
  function next() {
    const all = queue().filter((each) => !each.held), first = (each) => all.find(({ number: of }) => of === each.number) === each;
    return all.find((each) => !each.blob && first(each)) || all[0];
  }
  async function work() {
    await saving.catch(() => {});
    for (const old of queue().filter((each) => each.held && Date.now() - each.at > 86400000)) { // nobody has come back to it
      drop(old);
      if (old.blob) files.drop(old.blob);
    }
    for (let item; (item = next());) {
      if (Date.now() - item.at > 600000) { // what was meant ten minutes ago is looked at again before it leaves
        refuse(item, { problem: words().old });
        continue;
      }
      const file = item.blob && (await files.get(item.blob));
      if (item.blob && !file) {
        refuse(item, { problem: words().lost });
        continue;
      }
      const answer = await post(`/desk/tiket/${item.number}/${item.act || "tulis"}`, body(item, file), file
        ? { signal: AbortSignal.timeout(180000) } : { keepalive: true }) // words leave also when the page is left now
        .catch(() => null);
      if (answer?.status === 401) return location.reload();
      item.tries = (item.tries || 0) + 1;
      if (!answer || answer.status === 503 || (answer.status >= 500 && item.tries < 4)) {
        put(item);
        say(words().later);
        paint();
        again = setTimeout(drain, wait);
        wait = Math.min(wait * 2, 8000);
        return;
      }
      wait = 1000;
      const text = await answer.text().catch(() => "");
      if (!answer.ok) {
        refuse(item, read(text));
        continue;
      }
      drop(item);
      if (item.blob) files.drop(item.blob);
      gone.push(item);
      if (item.number === number()) {
        setDraft(item.number, { saved: "", at: read(text).at });
        if (form()?.teks.value) keep();
        if (!next()) say("");
      }
      paint();
      fetchAgain("kasus");
    }
  }
  function body(item, file) {
    const seen = { kunci: item.key, lihat: item.seen, ubahan: item.changes || "" };
    if (item.act === "templat") return { ...item.values, ...seen };
    const values = { teks: item.text, jenis: item.kind, jawab: item.answers || "", balasan: item.ready || "", ...seen };
    if (!file) return values;
    const form = new FormData();
    for (const [name, value] of Object.entries(values)) form.append(name, value);
    form.append("berkas", file, item.file);
    return form;
  }
  function read(text) {
    try { return JSON.parse(text); } catch { return { problem: text.length < 200 && !text.includes("<") ? text : "" }; }
  }
  // Not sent: the words go back to where they were written, and with them whatever was to follow them.
  const template = (item) => [...document.querySelectorAll("#templat form")].find((f) => f.templat.value === item.values.templat);
  // Whether its own form stands there, empty: only then do a file or a template's words have a place to go back to.
  function welcome(item) {
    if (item.number !== number()) return false;
    const f = $("#kasus .kirim-berkas form");
    return item.act === "kirim" ? !!f && !f.berkas.files.length : !!template(item);
  }
  async function refuseFile(item, problem) {
    const f = $("#kasus .kirim-berkas form"), file = await files.get(item.blob);
    files.drop(item.blob);
    if (!file) return say(problem, true);
    const carrier = new DataTransfer();
    carrier.items.add(new File([file], item.file, { type: file.type }));
    f.berkas.files = carrier.files;
    f.teks.value = [item.text, f.teks.value].filter(Boolean).join(" ");
    f.closest("details").open = true;
    $(".status", f).textContent = problem;
  }
  function refuse(item, { problem, stale, changed }) {
    if (item.act) {
      const said = problem || words().refused;
      if (!welcome(item)) { // it waits until the officer is back there
        put({ ...item, held: said });
        $("#roti").textContent = `${item.number}: ${said}`;
        $("#roti").hidden = false;
        return paint();
      }
      drop(item);
      if (item.act === "kirim") refuseFile(item, said);
      else {
        for (const [name, value] of Object.entries(item.values)) template(item).elements[name].value = value;
        say(said, true);
      }
      document.querySelectorAll("#templat button").forEach((each) => { each.disabled = false; });
      if (stale) [unread, others] = [+item.seen, changed || []];
      paint();
      return fetchAgain("kasus");
    }
    const back = queue().filter((each) => each.number === item.number && (each.key === item.key || (!each.act && each.kind === item.kind)));
    back.forEach(drop);
    const text = back.map((each) => each.text).join("\n"), f = form();
    if (item.number !== number() || !f) {
      const d = draftOf(item.number);
      setDraft(item.number, { text: d.text ? `${text}\n${d.text}` : text, kind: item.kind });
      const slice = $("#roti");
      slice.textContent = `${item.number}: ${problem || words().refused}`;
      slice.hidden = false;
    } else {
      f.teks.value = f.teks.value ? `${text}\n${f.teks.value}` : text;
      if (f.jenis.length) f.jenis.value = item.kind;
      keep();
      say(problem || words().refused, true);
      if (stale) [unread, others] = [+item.seen, changed || []];
    }
    paint();
    fetchAgain("kasus");
  }
  // Bubbles of what is on its way stand below the others until the server's own take their place.
  function paint() {
    const list = $("#pesan .tunda");
    const of = number(), there = (key) => $(`#pesan ol:not(.tunda) [data-kunci="${key}"]`);
    for (let i = gone.length; i--;) if (gone[i].number !== of || there(gone[i].key)) gone.splice(i, 1);
    if (!list) return;
    const items = [...gone, ...queue().filter((each) => each.number === of && !there(each.key))];
    const state = items.map((each) => `${each.key}${each.tries ? "!" : ""}${each.held || ""}`).join();
    if (list.dataset.isi === state) return;
    list.dataset.isi = state;
    const grows = items.length > list.children.length;
    list.replaceChildren(...items.map((each) => {
      const bubble = document.createElement("li"), who = document.createElement("p"), what = document.createElement("bdi"), how = document.createElement("p");
      bubble.className = `m ${each.kind === "catatan" ? "note" : "officer"} jalan`;
      bubble.dataset.kunci = each.key;
      who.className = "siapa";
      who.textContent = each.kind === "catatan" ? words().note : words().reply;
      what.className = "isi";
      what.textContent = each.file ? `${each.file}\n${each.text}`.trim() : each.text;
      how.className = "meta";
      how.textContent = each.held || (each.tries && !gone.includes(each) ? words().later : words().sending);
      bubble.append(who, what, how);
      return bubble;
    }));
    if (grows) $("#pesan").scrollTop = $("#pesan").scrollHeight;
  }

  // What was said while the officer wrote is marked until they write on.
  let unread = Infinity, others = [], open; // others: older messages that say something else now
  function mark() {
    if (number() !== open) [unread, others] = [Infinity, []];
    open = number();
    const fresh = [...document.querySelectorAll("#pesan [data-seq]")]
      .filter((each) => (+each.dataset.seq > unread && !each.matches(".sistem, .bot")) || others.includes(+each.dataset.seq));
    fresh.forEach((each) => each.classList.add("baru"));
    fresh[0]?.scrollIntoView({ block: "nearest" });
  }

  // The reply window: counted down, and closed on the page when it closes.
  let skew = 0;
  function tick() {
    const end = $("#jendela time"), left = end && Date.parse(end.dateTime) - Date.now() - skew;
    if (!end) return;
    if (left <= 0) return fetchAgain("kasus");
    const { hours, minutes } = words();
    $("#sisa").textContent = `${Math.floor(left / 3600000)} ${hours} ${Math.floor(left / 60000) % 60} ${minutes}`;
    $("#jendela").classList.toggle("awas", left < 3600000);
  }
  setInterval(tick, 15000);
  function lock() {
    const reply = $("#jenis-balas"), shut = !!$("#templat");
    if (!reply || reply.disabled === shut) return;
    reply.disabled = shut;
    if (shut) $("#jenis-catatan").checked = true;
  }

  // Names after an at-sign, in notes.
  let asked = 0;
  async function offer(field) {
    const box = $(".rekan", field.form), turn = ++asked;
    const found = field.form.jenis.value === "catatan" && /(?:^|[\s(])@([\p{L}\d][\p{L}\d. -]{0,40})$/u.exec(field.value.slice(0, field.selectionEnd));
    const names = found ? await fetch(`/desk/rekan?awal=${encodeURIComponent(found[1])}`).then((answer) => (answer.ok ? answer.json() : []), () => []) : [];
    if (turn !== asked || !box) return;
    box.hidden = !names.length;
    box.replaceChildren(...names.map(({ name }) => {
      const button = document.createElement("button");
      button.type = "button";
      button.textContent = `@${name}`;
      button.onclick = () => {
        const end = field.selectionEnd, start = end - found[1].length;
        field.setRangeText(`${name} `, start, end, "end");
        field.focus();
        box.hidden = true;
        keep();
      };
      return button;
    }));
  }

  on("submit", (event) => {
    const f = event.target;
    if (f.lihat) [f.lihat.value, f.ubahan.value] = [part().dataset.akhir, part().dataset.ubahan]; // a form that a refresh leaves alone knows the page as it was
    if (f.getAttribute("action") === "/desk/keluar" && !queue().length) { // the next one at this desk finds nothing
      for (const name of store.names(`${mine("draf")}:`)) store.drop(name);
    }
    const other = f.closest("#kasus") && { "/kirim": enqueueFile, "/templat": enqueueTemplate }[(f.getAttribute("action") || "").match(/\/(kirim|templat)$/)?.[0]];
    if (!other && f !== form()) return;
    event.preventDefault();
    if (other) return other(f);
    if (f.teks.value.trim()) enqueue(f);
  });
  on("input", ({ target }) => {
    if (!target.matches(".tulis textarea")) return;
    say("");
    if (unread < Infinity) {
      [unread, others] = [Infinity, []];
      document.querySelectorAll("#pesan .baru").forEach((each) => each.classList.remove("baru"));
    }
    keep();
    offer(target);
  });
  on("change", ({ target }) => { if (target.name === "jenis") keep(); });
  on("keydown", ({ key, target }) => { if (key === "Escape" && target.matches(".tulis textarea")) $(".rekan", target.form).hidden = true; });
  on("storage", ({ key }) => { // another window of mine
    const f = form();
    if (key?.startsWith(queued(""))) { paint(); drain(); }
    if (key === `${mine("draf")}:${number()}` && f && document.activeElement !== f.teks) f.teks.value = draftOf(number()).text;
  }, window);
  on("visibilitychange", () => { if (document.hidden) save({ keepalive: true }); });
  on("wargi:tampil", () => {
    skew = Date.parse(part().dataset.jam) - Date.now() || 0;
    restore();
    lock();
    queue().filter((each) => each.held && welcome(each)).forEach((each) => refuse(each, { problem: each.held }));
    paint();
    mark();
    tick();
  });
  on("wargi:sambung", () => { wait = 1000; drain(); });
})();
