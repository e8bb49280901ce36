// `/` in the empty field: ready replies to choose from, by keys or by hand. Without it the list beside the field does the same.
(() => {
  "use strict";
  const $ = (what) => document.querySelector(what);
  let asked = 0, timer;
  const field = () => $("#teks"), box = () => $("#balasan-daftar");
  function close(back) {
    asked++;
    const b = box();
    if (!b || b.hidden) return;
    b.hidden = true;
    b.replaceChildren();
    if (back) field()?.focus();
  }
  async function look() {
    const f = field(), b = box(), mine = ++asked;
    if (!f || !b) return;
    if (!/^\/[^\n]{0,60}$/.test(f.value)) return close();
    try {
      const answer = await fetch(b.dataset.alamat + "?q=" + encodeURIComponent(f.value.slice(1)));
      const text = answer.ok ? await answer.text() : "";
      if (mine !== asked || !text) return;
      b.innerHTML = text; // the server's own page, escaped there
      b.hidden = false;
    } catch { close(); }
  }
  function take(button) {
    const f = field();
    f.value = button.dataset.teks;
    $("#balasan-dipakai").value = button.dataset.balasan;
    close(true);
    f.dispatchEvent(new Event("input", { bubbles: true })); // the draft is kept
    f.setSelectionRange(f.value.length, f.value.length);
  }
  document.addEventListener("input", ({ target }) => {
    if (target.id !== "teks") return;
    clearTimeout(timer);
    if (target.value.startsWith("/")) timer = setTimeout(look, 120);
    else close();
  });
  document.addEventListener("click", ({ target }) => {
    const button = target.closest?.("[data-balasan]");
    if (button) take(button);
    else if (!target.closest?.("#balasan-daftar, #teks")) close();
  });
  document.addEventListener("keydown", (event) => {
    const b = box();
    if (!b || b.hidden) return;
    const buttons = [...b.querySelectorAll("button")], at = buttons.indexOf(document.activeElement), inField = document.activeElement === field();
    if (!inField && at < 0) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      event.preventDefault();
      if (at + step < 0) field().focus();
      else buttons[Math.min(at + step, buttons.length - 1)]?.focus();
    } else if (event.key === "Escape") {
      event.preventDefault();
      event.stopPropagation();
      close(true);
    } else if (event.key === "Enter" && inField && !event.ctrlKey && !event.metaKey && buttons[0]) {
      event.preventDefault();
      take(buttons[0]);
    }
  }, true);
})();
