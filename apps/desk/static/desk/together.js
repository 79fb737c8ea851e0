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

  // Drafts: words that were typed and not yet taken by the desk are kept in this browser, and offered again.
  const owner = document.body.dataset.drafts;
  if (!owner) return;
  const words = "textarea, input[type=text], input[type=url], input[type=search]";
  const prefix = `draft:${owner}:`;
  const isDrafted = (form) => form?.method === "post" && !form.closest("[data-no-drafts]") && form.querySelector("textarea");
  const keyOf = (form) => prefix + new URL(form.getAttribute("action") ?? "", location.href).pathname;
  const read = (key) => {
    try { return JSON.parse(localStorage.getItem(key)); } catch { return null; }
  };
  const keep = (form) => {
    const filled = [...form.querySelectorAll(words)].filter((field) => field.name && field.value);
    const isWanted = filled.some(isChanged) || (filled.length && read(keyOf(form)));
    const typed = Object.fromEntries(filled.map((field) => [field.name, field.value]));
    try {
      if (isWanted) localStorage.setItem(keyOf(form), JSON.stringify({ at: Date.now(), typed }));
      else localStorage.removeItem(keyOf(form));
    } catch { /* No room, or not allowed to keep anything: then there are no drafts. */ }
  };
  const forget = (key) => localStorage.removeItem(key);

  let later;
  document.addEventListener("input", ({ target }) => {
    const form = target.closest?.("form");
    if (!isDrafted(form)) return;
    form.querySelector(".draft")?.remove();
    clearTimeout(later);
    later = setTimeout(() => keep(form), 250);
  });
  document.addEventListener("submit", ({ target }) => {
    if (target.matches("[data-sign-out]")) {
      for (const key of Object.keys(localStorage)) if (key.startsWith("draft:")) forget(key);
      clearTimeout(later);
    } else if (isDrafted(target)) {
      clearTimeout(later);
      keep(target);
    }
  }, true);
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    if (detail.requestConfig?.verb === "post" && detail.successful) {
      forget(prefix + new URL(detail.requestConfig.path, location.href).pathname);
    }
  });

  // The desk says by a cookie which form it has taken, because a browser tells its pages nothing of what it sent.
  const taken = () => {
    const found = document.cookie.split("; ").find((one) => one.startsWith("taken="));
    if (!found) return;
    forget(prefix + decodeURIComponent(found.slice(6)));
    document.cookie = "taken=; Max-Age=0; path=/; SameSite=Strict";
  };

  const offer = () => {
    for (const form of document.querySelectorAll("form")) {
      const draft = isDrafted(form) && !form.querySelector(".draft") && read(keyOf(form));
      if (!draft) continue;
      const missing = Object.entries(draft.typed).filter(([name, value]) => {
        const field = form.elements.namedItem(name);
        return field instanceof HTMLElement && field.matches(words) && field.value !== value;
      });
      if (!missing.length) continue;
      const bar = byId("draft").content.cloneNode(true).firstElementChild;
      bar.querySelector("time").textContent = new Date(draft.at).toLocaleString(document.documentElement.lang, { dateStyle: "medium", timeStyle: "short" });
      bar.querySelector("[data-put-back]").addEventListener("click", () => {
        for (const [name, value] of missing) {
          const field = form.elements.namedItem(name);
          field.closest("details")?.setAttribute("open", "");
          field.value = value;
        }
        bar.remove();
        form.elements.namedItem(missing[0][0]).focus();
      });
      bar.querySelector("[data-forget]").addEventListener("click", () => {
        forget(keyOf(form));
        bar.remove();
      });
      form.prepend(bar);
    }
  };
  taken();
  offer();
  window.addEventListener("pageshow", ({ persisted }) => { if (persisted) { taken(); offer(); } });
})();
