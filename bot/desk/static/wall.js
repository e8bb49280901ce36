// The wall: one live stream that says what changed, and the chart of the backlog. Without it the page is whole, with its tables.
(() => {
  "use strict";
  let source, heard = 0;
  const lamp = (lit) => {
    const light = document.querySelector("#sambungan");
    light.classList.toggle("ya", lit);
    light.lastElementChild.textContent = light.dataset[lit ? "ya" : "belum"];
  };
  function connect() {
    source?.close();
    heard = Date.now();
    const mine = (source = new EventSource("/desk/peristiwa"));
    const hear = (name, act) => mine.addEventListener(name, () => { heard = Date.now(); act?.(); });
    hear("ping");
    for (const name of ["antrean", "alarm"]) hear(name, () => htmx.trigger(document.body, name));
    hear("halo", () => { lamp(true); htmx.trigger(document.body, "antrean"); htmx.trigger(document.body, "alarm"); });
    hear("keluar", () => location.reload());
    mine.onerror = () => { if (mine !== source) return; mine.close(); lamp(false); setTimeout(connect, 2000 + 3000 * Math.random()); };
  }
  setInterval(() => { if (Date.now() - heard > 40000) { lamp(false); connect(); } }, 5000);

  let chart;
  function draw() {
    const place = document.querySelector(".garis-antrean[data-titik]");
    if (!place || !self.uPlot) return;
    const colour = (name) => getComputedStyle(probe(name)).color;
    const when = (seconds, how) => new Date(seconds * 1000).toLocaleString(document.documentElement.lang, how);
    const names = place.dataset.nama.split("|");
    const axis = (more) => ({ stroke: colour("--tinta"), grid: { stroke: colour("--garis") }, ...more });
    const day = { day: "numeric", month: "short" }, minute = { ...day, hour: "2-digit", minute: "2-digit" };
    const now = Date.now() / 1000; // always the seven days of the heading, also where hardly anything has been counted yet
    chart?.destroy();
    chart = new uPlot({
      width: Math.max(240, place.parentElement.clientWidth - 20), height: 220, scales: { x: { range: (_, low, high) => [Math.min(low ?? high, now - 7 * 86400), Math.max(high ?? 0, now)] }, y: { range: (_, low, high) => [0, Math.max(5, high)] } },
      series: [{ label: names[3], value: (_, at) => at == null ? "–" : when(at, minute) }, ...["--merah", "--hijau", "--biru"].map((name, n) => ({ label: names[n], stroke: colour(name), width: 2, dash: [[], [8, 4], [2, 4]][n] }))],
      axes: [axis({ values: (_, ticks, __, ___, step) => ticks.map((at) => when(at, step < 86400 ? minute : day)), space: 110 }), axis()],
    }, JSON.parse(place.dataset.titik), place);
  }
  function probe(name) { // a colour of the sheet, as the browser has worked it out for this theme
    probe.box ||= document.body.appendChild(Object.assign(document.createElement("i"), { hidden: true }));
    probe.box.style.color = `var(${name})`;
    return probe.box;
  }
  let later;
  addEventListener("resize", () => { clearTimeout(later); later = setTimeout(draw, 200); });
  matchMedia("(prefers-color-scheme: dark)").addEventListener("change", draw);
  document.addEventListener("htmx:after:swap", () => { if (!document.querySelector(".garis-antrean .uplot")) draw(); });
  addEventListener("DOMContentLoaded", () => { draw(); connect(); });
})();
