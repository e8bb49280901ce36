// What an officer asks for in this browser: a sound or a notice when a case comes, news while the desk is closed. All off at first.
(() => {
  "use strict";
  const words = document.currentScript.dataset;
  const $ = (what) => document.querySelector(what);
  const get = (name) => { try { return localStorage["wargi:" + name] === "ya"; } catch { return false; } };
  const set = (name, value) => { try { localStorage["wargi:" + name] = value ? "ya" : ""; } catch {} };
  const worker = "serviceWorker" in navigator ? navigator.serviceWorker.register("/desk/sw.js", { scope: "/desk" }).catch(() => null) : Promise.resolve(null);

  // At the desk: more wait than before.
  let before;
  function beep() {
    const audio = new AudioContext(), tone = audio.createOscillator(), level = audio.createGain();
    level.gain.value = 0.15;
    tone.frequency.value = 520;
    tone.connect(level).connect(audio.destination);
    tone.start();
    tone.stop(audio.currentTime + 0.18);
  }
  function look() {
    const list = $("#daftar");
    if (!list) return;
    const now = Number(list.dataset.menunggu || 0), more = before !== undefined && now > before;
    before = now;
    if (!more) return;
    if (get("suara")) beep();
    if (get("notis") && document.hidden && Notification.permission === "granted") {
      const notice = new Notification(words.baru || "Wargi", { tag: "antrean" });
      notice.onclick = () => { focus(); notice.close(); };
    }
  }
  document.addEventListener("htmx:after:settle", look);
  document.addEventListener("DOMContentLoaded", look);

  // On the page about oneself: the switches.
  async function push(box, key, on) {
    const registration = await worker, manager = registration?.pushManager;
    if (!manager) throw new Error("push");
    const old = await manager.getSubscription();
    if (!on) {
      if (old) { await tell("/desk/perangkat/hapus", { endpoint: old.endpoint }); await old.unsubscribe(); }
      return;
    }
    const made = old || await manager.subscribe({ userVisibleOnly: true, applicationServerKey: key });
    const { endpoint, keys } = made.toJSON();
    await tell("/desk/perangkat", { endpoint, ...keys });
  }
  async function tell(path, form) {
    const body = new URLSearchParams(form), answer = await fetch(path, { method: "POST", body, headers: { "X-CSRF": $("input[name=csrf]").value } });
    if (!answer.ok) throw new Error(answer.status);
  }
  document.addEventListener("DOMContentLoaded", async () => {
    const panel = $("#perangkat");
    if (!panel) return;
    panel.hidden = false;
    const line = $("#perangkat-kabar"), key = panel.dataset.kunci;
    for (const box of panel.querySelectorAll("input")) {
      const name = box.name;
      box.disabled = true; // a tick before we know what holds would be taken back
      if (name !== "dorong") box.checked = get(name);
      else box.checked = !!(await (await worker)?.pushManager?.getSubscription().catch(() => null));
      box.addEventListener("change", async () => {
        line.textContent = "";
        try {
          if (box.checked && name !== "suara" && (await Notification.requestPermission()) !== "granted") throw new Error("permission");
          if (name === "dorong") await push(box, key, box.checked);
          else set(name, box.checked);
          if (name === "suara" && box.checked) beep();
          line.textContent = panel.dataset.simpan;
        } catch {
          box.checked = !box.checked;
          line.textContent = panel.dataset.gagal;
        }
      });
      box.disabled = false;
    }
  });
})();
