"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  const isPoller = (elt) => ["poller", "live", "unread"].includes(elt?.id);
  let held = "";
  let heading = "";

  // Where nobody has chosen a time zone, times are told in the browser's.
  const { timeZone } = Intl.DateTimeFormat().resolvedOptions();
  const safely = location.protocol === "https:" ? "; Secure" : "";
  if (timeZone) document.cookie = `zone=${timeZone}; Max-Age=31536000; path=/; SameSite=Lax${safely}`;

  // A control that a fragment replaced, or that was disabled while its request was under way, gets the focus back;
  // when it is gone for good, the heading of its part does.
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (!detail.elt.contains(document.activeElement)) return;
    held = document.activeElement.id;
    heading = detail.elt.closest(".panel")?.getAttribute("aria-labelledby");
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (!held || document.activeElement !== document.body || isPoller(detail.requestConfig?.elt)) return;
    const wrong = byId(detail.target.id)?.querySelector("[aria-invalid=true]");
    if (wrong) wrong.focus();
    else if (byId(held)) byId(held).focus({ preventScroll: true });
    else byId(heading)?.focus();
    held = "";
  });

  // News for a poller that the answer to a form has replaced meanwhile is old, and has nowhere to go: the new one asks.
  document.addEventListener("htmx:beforeRequest", ({ detail: { elt } }) => {
    if (!isPoller(elt)) return;
    const pass = (event) => elt.isConnected || event.preventDefault();
    elt.addEventListener("htmx:beforeOnLoad", pass, { once: true });
  });

  // What is being typed outlives its form when an answer replaces that: to another form, or to this one, sent before.
  const asSent = new WeakMap();
  const fields = "textarea, input:is([type=text], [type=url]), input:not([type])";
  let typed = [];
  document.addEventListener("htmx:beforeRequest", ({ detail: { elt } }) => {
    for (const field of elt.querySelectorAll(fields)) asSent.set(field, field.value);
  });
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const isTyped = (field) =>
      detail.requestConfig.elt.contains(field)
        ? asSent.has(field) && field.value !== asSent.get(field)
        : !field.closest("[role=search]") && field.value !== field.defaultValue;
    typed = [...document.querySelectorAll(fields)].filter(isTyped);
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const { id, value } of typed.filter((area) => !area.isConnected)) {
      if (byId(id)) {
        byId(id).value = value;
        byId(id).closest("details")?.setAttribute("open", "");
      } else if (byId("kept")) {
        const copy = byId("kept").content.cloneNode(true);
        copy.querySelector("textarea").value = value;
        byId("kept").after(copy);
      }
    }
    typed = [];
  });

  // What waits for an answer says so; the style sheet shows it when the answer takes more than a moment.
  const waits = new Map();
  document.addEventListener("htmx:beforeSend", ({ detail }) => {
    if (isPoller(detail.elt)) return;
    waits.set(detail.xhr, detail.target);
    detail.target.setAttribute("aria-busy", "true");
  });
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    const target = waits.get(detail.xhr);
    waits.delete(detail.xhr);
    if (![...waits.values()].includes(target)) target?.removeAttribute("aria-busy");
  });

  // A form that the browser sends is sent once, however often somebody clicks.
  const onTheirWay = "form[method=post][aria-busy]";
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (event.defaultPrevented || form.getAttribute("method") !== "post") return;
    if (form.matches(onTheirWay)) event.preventDefault();
    form.setAttribute("aria-busy", "true");
    // Nothing tells that somebody stopped the browser, or that it has a file: then the form may go again after a while.
    const seconds = form.matches("[data-downloads]") ? 3 : form.enctype === "multipart/form-data" ? 600 : 10;
    setTimeout(() => form.removeAttribute("aria-busy"), seconds * 1000);
  });
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll(onTheirWay)) form.removeAttribute("aria-busy");
  });

  // Rows that are ticked are counted; the link that ticks all of them needs no journey then.
  const ticks = () => [...document.querySelectorAll(".cell-tick input")];
  const count = () => {
    const told = document.querySelector("[data-ticked]");
    const number = ticks().filter((box) => box.checked).length;
    if (!told) return;
    told.textContent = number ? told.dataset.ticked.replace("%n", number) : "";
    const link = document.querySelector("[data-ticks]");
    link.dataset.ticks = number && number === ticks().length ? "none" : "page";
    link.textContent = link.dataset.ticks === "none" ? link.dataset.none : link.dataset.all;
  };
  document.addEventListener("change", ({ target }) => target.closest(".cell-tick") && count());
  document.addEventListener("htmx:afterSettle", count);
  window.addEventListener("pageshow", count);
  document.addEventListener("click", (event) => {
    const link = event.target.closest?.("[data-ticks]");
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    for (const box of ticks()) box.checked = link.dataset.ticks === "page";
    count();
  });

  // A file that the desk would refuse for its size is refused before it is sent.
  document.addEventListener("change", ({ target }) => {
    const most = Number(target.dataset?.mostBytes);
    if (most) target.setCustomValidity(target.files[0]?.size > most ? target.dataset.tooLarge : "");
    if (most) target.reportValidity();
  });

  // Words that somebody selects go into a form, with a little of what stands before and after them. The number of a
  // paragraph selects all of it; with Shift, up to it.
  const picker = document.querySelector("[data-picks]");
  if (picker) {
    const text = document.querySelector(picker.dataset.from);
    const form = document.querySelector(picker.dataset.picks);
    const said = (range) => {
      const copy = range.cloneContents();
      copy.querySelectorAll(".paragraph-number, .passage-note").forEach((element) => element.remove());
      return [...copy.childNodes].map((node) => node.textContent).join(copy.querySelector("p") ? "\n" : "").trim();
    };
    const part = (start, startAt, end, endAt) => {
      const range = document.createRange();
      range.setStart(start, startAt);
      range.setEnd(end, endAt);
      const words = document.createElement("div");
      words.append(range.cloneContents());
      words.querySelectorAll(".paragraph-number, .passage-note").forEach((element) => element.remove());
      return words.textContent;
    };
    const picked = () => {
      const selection = getSelection();
      if (!selection.rangeCount || selection.isCollapsed) return null;
      const range = selection.getRangeAt(0);
      return text.contains(range.commonAncestorContainer) && said(range) ? range : null;
    };
    document.addEventListener("selectionchange", () => { picker.hidden = !picked(); });
    text.addEventListener("click", (event) => {
      const number = event.target.closest(".paragraph-number");
      if (!number) return;
      const selection = getSelection();
      const paragraph = number.parentElement;
      if (event.shiftKey && picked()) selection.extend(paragraph, paragraph.childNodes.length);
      else selection.setBaseAndExtent(paragraph, 1, paragraph, paragraph.childNodes.length);
      picker.hidden = !picked();
      // Whoever pressed a key is led on to the button; whoever pointed sees it.
      if (event.detail !== 0 || picker.hidden) return;
      event.preventDefault();
      picker.querySelector("button").focus();
    });
    // A press on the button must not take the selection away before it has been read.
    picker.addEventListener("pointerdown", (event) => event.preventDefault());
    picker.querySelector("button").addEventListener("click", () => {
      const range = picked();
      if (!range) return;
      const { startContainer, startOffset, endContainer, endOffset } = range;
      const field = (name) => form.querySelector(`[name=${name}]`);
      field("exact").value = said(range);
      field("before").value = part(text, 0, startContainer, startOffset).slice(-64);
      field("after").value = part(endContainer, endOffset, text, text.childNodes.length).slice(0, 64);
      form.open = true;
      form.scrollIntoView({ block: "start" });
      (form.querySelector("[type=radio]:checked") || field("claim")).focus({ preventScroll: true });
      getSelection().removeAllRanges();
      picker.hidden = true;
    });
  }

  // Filters that are not set stay out of the address.
  document.addEventListener("htmx:configRequest", ({ detail }) => {
    if (detail.verb !== "get") return;
    for (const [name, value] of Object.entries(detail.parameters)) if (value === "") delete detail.parameters[name];
  });

  // A request without a readable answer says so once, and takes it back when the desk answers again.
  const unanswered = () => {
    if (!byId("alerts").firstElementChild) byId("alerts").replaceChildren(byId("unanswered").content.cloneNode(true));
  };
  document.addEventListener("htmx:sendError", unanswered);
  document.addEventListener("htmx:responseError", unanswered);
  document.addEventListener("htmx:afterRequest", ({ detail }) => {
    // 286 ends polling: what it says, that the session is over, stays to be read.
    if (!detail.successful || detail.xhr.status === 286) return;
    if (isPoller(detail.elt)) document.querySelector("[data-unanswered]")?.remove();
    else byId("alerts").replaceChildren();
  });

  document.addEventListener("keydown", (event) => {
    if (event.key === "Escape") byId("alerts").replaceChildren();
    if (event.key === "Enter" && (event.ctrlKey || event.metaKey)) event.target.closest?.("form")?.requestSubmit();
  });
  document.addEventListener("click", (event) => {
    event.target.closest?.("[data-dismiss]")?.closest(".notice").remove();
  });
})();
