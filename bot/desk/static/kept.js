// Files that wait to be sent lie in the browser's own database, so that a reload or a dead line does not lose them.
(() => {
  "use strict";
  window.wargiFiles = {
    kept: new Map(),
    base: () => new Promise((good, bad) => {
      const asked = indexedDB.open("wargi", 1);
      asked.onupgradeneeded = () => asked.result.createObjectStore("berkas");
      asked.onsuccess = () => good(asked.result);
      asked.onerror = asked.onblocked = bad;
    }),
    async ask(mode, act) {
      const base = await this.base();
      try {
        return await new Promise((good, bad) => {
          const asked = act(base.transaction("berkas", mode).objectStore("berkas"));
          asked.onsuccess = () => good(asked.result);
          asked.onerror = bad;
        });
      } finally {
        base.close();
      }
    },
    async put(key, file) { this.kept.set(key, file); await this.ask("readwrite", (all) => all.put(file, key)).catch(() => {}); },
    async get(key) { return this.kept.get(key) || this.ask("readonly", (all) => all.get(key)).catch(() => null); },
    async drop(key) { this.kept.delete(key); await this.ask("readwrite", (all) => all.delete(key)).catch(() => {}); },
  };
})();
