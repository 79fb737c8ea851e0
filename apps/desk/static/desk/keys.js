"use strict";
// Single keys: the sheet names them, and its links are where they lead. Whoever speaks or trembles turns them off there.
(() => {
  const sheet = document.getElementById("keys");
  if (!sheet) return;
  const isOn = () => localStorage.getItem("keys") !== "off";
  const links = new Map([...sheet.querySelectorAll("a[data-keys]")].map((link) => [link.dataset.keys, link]));
  const begins = new Set([...links.keys()].filter((keys) => keys.includes(" ")).map((keys) => keys.split(" ")[0]));
  const rows = "main a.statement, main .entry-when a, main .stories th a";
  let before = "";
  let forget = 0;

  const open = () => {
    if (sheet.open) return;
    const turn = sheet.querySelector("[name=keys]");
    turn.checked = isOn();
    sheet.showModal();
  };
  sheet.querySelector("[name=keys]").addEventListener("change", ({ target }) => {
    localStorage.setItem("keys", target.checked ? "on" : "off");
  });
  document.addEventListener("click", (event) => {
    if (!event.target.closest("[data-opens-keys]")) return;
    event.preventDefault();
    open();
  });

  const step = (by) => {
    const all = [...document.querySelectorAll(rows)];
    const at = all.indexOf(document.activeElement);
    const next = at < 0 ? (by > 0 ? 0 : all.length - 1) : Math.min(Math.max(at + by, 0), all.length - 1);
    all[next]?.focus();
  };
  const acts = {
    "?": open,
    j: () => step(1),
    k: () => step(-1),
    x: () => document.activeElement.closest("tr")?.querySelector(".cell-tick input")?.click(),
    "/": () => (document.getElementById("search") || document.querySelector(".filters input:not([type=hidden])"))?.focus(),
    c: () => document.getElementById("id_url")?.focus(),
  };

  document.addEventListener("keydown", (event) => {
    const { key, target } = event;
    if (!isOn() || event.ctrlKey || event.altKey || event.metaKey || event.isComposing || event.defaultPrevented) return;
    if (sheet.open || target.isContentEditable || target.matches("input, textarea, select")) return;
    const keys = before ? `${before} ${key}` : key;
    clearTimeout(forget);
    before = "";
    if (links.has(keys)) links.get(keys).click();
    else if (begins.has(keys)) {
      before = keys;
      forget = setTimeout(() => { before = ""; }, 1500);
    } else if (Object.hasOwn(acts, keys)) acts[keys]();
    else return;
    event.preventDefault();
  });
})();
