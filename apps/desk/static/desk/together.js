"use strict";
// Two people on one claim, and what is typed while the line or the session is down.
(() => {
  const byId = (id) => document.getElementById(id);
  const fields = "textarea, input:not([type=hidden], [type=submit], [type=password], [type=file]), select";

  // What the poller brings replaces no part in which somebody types, or has an answer still to read.
  const isChosen = (field) => {
    const first = [...field.options].findIndex((option) => option.defaultSelected);
    return field.selectedIndex !== Math.max(first, 0);
  };
  const isChanged = (field) => {
    if (field.type === "checkbox" || field.type === "radio") return field.checked !== field.defaultChecked;
    return field.matches("select") ? isChosen(field) : field.value !== field.defaultValue;
  };
  const isHeld = (part) =>
    part.querySelector("[aria-invalid=true], [role=alert]") ||
    [...part.querySelectorAll(fields)].some((field) => field === document.activeElement || isChanged(field));

  // What somebody has opened to read stays open.
  const nameOf = (details) => details.querySelector("summary")?.textContent.trim();
  const opened = new Map();
  let isLive = false;
  let focused = null;
  document.addEventListener("htmx:beforeRequest", (event) => {
    if (["live", "unread"].includes(event.detail.elt.id) && document.hidden) event.preventDefault();
  });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    isLive = detail.requestConfig.elt.id === "live";
    focused = isLive ? document.activeElement : null;
  });
  document.addEventListener("htmx:oobBeforeSwap", (event) => {
    const part = event.detail.target;
    if (!isLive) return;
    if (isHeld(part)) {
      event.detail.shouldSwap = false;
      if (!part.querySelector(".held-back")) part.prepend(byId("held-back").content.cloneNode(true));
    } else if (part.id) opened.set(part.id, new Set([...part.querySelectorAll("details[open]")].map(nameOf)));
  });
  document.addEventListener("htmx:afterSettle", () => {
    // A link that was replaced by itself keeps the focus.
    if (focused && !focused.isConnected && document.activeElement === document.body) {
      const same = (focused.id && byId(focused.id)) ||
        [...document.querySelectorAll("a")].find((link) => link.href === focused.href && link.text === focused.text);
      same?.focus({ preventScroll: true });
    }
    for (const [id, names] of opened) {
      for (const details of byId(id)?.querySelectorAll("details") ?? []) if (names.has(nameOf(details))) details.open = true;
    }
    opened.clear();
    focused = null;
    isLive = false;
  });

  // Drafts: what was typed and not yet taken by the desk is kept in this browser, with what was chosen and ticked beside
  // it, and offered again.
  const owner = document.body.dataset.drafts;
  if (!owner) return;
  const words = "textarea, input:is([type=text], [type=url], [type=search], [type=number], [type^=date]), input:not([type])";
  const prefix = `draft:${owner}:`;
  const isDrafted = (form) => form?.method === "post" && !form.closest("[data-no-drafts]") && form.querySelector(words);
  const keyOf = (form) => prefix + new URL(form.getAttribute("action") ?? "", location.href).pathname;
  const read = (key) => {
    try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
  };
  const controls = (form) => [...form.elements].filter((field) => field.name && field.matches(fields));
  const isTick = ({ type }) => type === "checkbox" || type === "radio";
  // What stands in a form: the values of each name, of boxes those that are ticked.
  const state = (form) => {
    const told = {};
    for (const field of controls(form)) {
      told[field.name] ??= [];
      if (!isTick(field) || field.checked) told[field.name].push(field.value);
    }
    return told;
  };
  // What nobody touched stays out of it: it may be another's by the time when the draft is put back. What was offered and
  // not answered yet stays in it, until somebody puts it back, forgets it, or writes more than it was.
  const offered = new WeakMap();
  const size = (values) => values.join("").length;
  const keep = (form, sentTo) => {
    const left = offered.get(form) ?? {};
    const before = Object.keys(read(keyOf(form))?.typed ?? {}).filter((name) => !(name in left));
    const changed = controls(form).filter(isChanged).map(({ name }) => name);
    const isFilled = controls(form).some((field) => field.matches(words) && field.value);
    const now = state(form);
    const typed = Object.fromEntries([...new Set([...before, ...changed])].map((name) => [name, now[name] ?? []]));
    const isLeft = Object.keys(left).length > 0;
    try {
      if (changed.length || isLeft || (before.length && isFilled)) {
        localStorage.setItem(keyOf(form), JSON.stringify({ at: Date.now(), typed, left, sentTo }));
      } else localStorage.removeItem(keyOf(form));
    } catch { /* No room, or not allowed to keep anything: then there are no drafts. */ }
  };
  const forget = (key) => localStorage.removeItem(key);
  // What the desk has taken is no draft any more; what was offered beside it and never answered still is.
  const isTaken = (path) => {
    for (const key of Object.keys(localStorage).filter((one) => one.startsWith(prefix))) {
      const draft = read(key);
      if (key !== prefix + path && draft?.sentTo !== path) continue;
      if (Object.keys(draft?.left ?? {}).length) localStorage.setItem(key, JSON.stringify({ at: draft.at, typed: draft.left }));
      else forget(key);
    }
  };
  const putBack = (form, names, typed) => {
    const places = {};
    for (const field of controls(form).filter(({ name }) => names.includes(name))) {
      const kept = typed[field.name];
      if (isTick(field)) field.checked = kept.includes(field.value);
      else field.value = kept[places[field.name] = (places[field.name] ?? -1) + 1] ?? "";
      field.closest("details")?.setAttribute("open", "");
    }
    controls(form).find(({ name }) => names.includes(name)).focus();
  };

  const later = new Map();
  const stop = (form) => {
    clearTimeout(later.get(form));
    later.delete(form);
  };
  document.addEventListener("input", ({ target }) => {
    const form = target.closest?.("form");
    if (!isDrafted(form)) return;
    stop(form);
    later.set(form, setTimeout(() => { stop(form); keep(form); }, 250));
  });
  document.addEventListener("submit", ({ target, submitter }) => {
    if (target.matches("[data-sign-out]")) {
      for (const key of Object.keys(localStorage)) if (key.startsWith("draft:")) forget(key);
      for (const form of [...later.keys()]) stop(form);
    } else if (isDrafted(target)) {
      stop(target);
      const elsewhere = submitter?.getAttribute("formaction");
      keep(target, elsewhere ? new URL(elsewhere, location.href).pathname : undefined);
    }
  }, true);
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.requestConfig?.verb === "post" && detail.successful) {
      stop(detail.elt);
      isTaken(new URL(detail.requestConfig.path, location.href).pathname);
    }
  });

  // The desk says by a cookie which form it has taken, because a browser tells its pages nothing of what it sent.
  const taken = () => {
    const found = document.cookie.split("; ").find((one) => one.startsWith("taken="));
    if (!found) return;
    isTaken(decodeURIComponent(found.slice(6)));
    document.cookie = "taken=; Max-Age=0; path=/; SameSite=Strict";
  };

  // Once for each form, when it is first seen: later its draft is what somebody types there.
  let seen = new WeakSet();
  const offer = () => {
    for (const form of document.querySelectorAll("form")) {
      if (seen.has(form)) continue;
      seen.add(form);
      const draft = isDrafted(form) && !form.querySelector(".draft") && read(keyOf(form));
      if (!draft) continue;
      const now = state(form);
      const kept = Object.fromEntries(Object.entries(draft.typed).map(([name, values]) => [name, [values].flat()]));
      for (const [name, values] of Object.entries(draft.left ?? {})) {
        if (!(name in kept) || size(values) > size(kept[name])) kept[name] = values;
      }
      const missing = Object.keys(kept).filter((name) => name in now && JSON.stringify(kept[name]) !== JSON.stringify(now[name]));
      if (!missing.length) continue;
      offered.set(form, Object.fromEntries(missing.map((name) => [name, kept[name]])));
      const bar = byId("draft").content.cloneNode(true).firstElementChild;
      bar.querySelector("time").textContent = new Date(draft.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
      bar.querySelector("[data-put-back]").addEventListener("click", () => {
        offered.delete(form);
        putBack(form, missing, kept);
        keep(form);
        bar.remove();
      });
      bar.querySelector("[data-forget]").addEventListener("click", () => {
        offered.delete(form);
        forget(keyOf(form));
        keep(form);
        bar.remove();
      });
      form.prepend(bar);
    }
  };
  taken();
  offer();
  window.addEventListener("pageshow", ({ persisted }) => { if (persisted) { taken(); seen = new WeakSet(); offer(); } });
  // A form that an answer of the desk has brought.
  document.addEventListener("htmx:afterSettle", offer);
})();
