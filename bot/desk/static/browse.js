// A list that is being worked on does not move under the hand: what changed is told, and the list is drawn anew when nothing is chosen.
(() => {
  "use strict";
  const $ = (what) => document.querySelector(what);
  const boxes = () => [...document.querySelectorAll("#baris input[type=checkbox]")];
  const chosen = () => boxes().filter((box) => box.checked).length;
  function tell() {
    const all = $("#pilih-semua");
    if (!all) return;
    all.hidden = false;
    const one = all.querySelector("input"), count = chosen();
    one.checked = count > 0 && count === boxes().length;
    one.indeterminate = count > 0 && !one.checked;
    const words = all.querySelector("span");
    words.textContent = count ? `${count} ${words.dataset.kata}` : "";
  }
  document.addEventListener("change", ({ target }) => {
    if (target.closest("#pilih-semua")) boxes().forEach((box) => { box.checked = target.checked; });
    if (target.type === "checkbox") tell();
  });
  async function renew() {
    const news = $("#kabar-daftar");
    if (chosen() || $("#massal")?.contains(document.activeElement)) {
      if (news.firstChild) return;
      const link = document.createElement("a");
      link.href = location.href;
      link.textContent = news.dataset.muat;
      news.append(news.dataset.ada + " ", link);
      return;
    }
    try {
      const answer = await fetch(location.href);
      if (!answer.ok || answer.redirected) return;
      const fresh = new DOMParser().parseFromString(await answer.text(), "text/html").querySelector("#massal");
      if (!fresh || chosen() || $("#massal").contains(document.activeElement)) return;
      $("#massal").replaceWith(fresh);
      tell();
    } catch { /* the next hint tries again */ }
  }
  let timer;
  const source = new EventSource("/desk/peristiwa");
  source.addEventListener("antrean", () => { clearTimeout(timer); timer = setTimeout(renew, 800); });
  source.addEventListener("keluar", () => location.reload());
  tell();
})();
