"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  let held = "";
  let heading = "";

  // A control that a fragment replaced, or that was disabled while its request was under way, gets the focus back;
  // when it is gone for good, the heading of its part does.
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (!detail.elt.contains(document.activeElement)) return;
    held = document.activeElement.id;
    heading = detail.elt.closest(".panel")?.getAttribute("aria-labelledby");
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (!held || document.activeElement !== document.body || detail.requestConfig?.elt.id === "poller") return;
    const wrong = byId(detail.target.id)?.querySelector("[aria-invalid=true]");
    if (wrong) wrong.focus();
    else if (byId(held)) byId(held).focus({ preventScroll: true });
    else byId(heading)?.focus();
    held = "";
  });

  // What is being typed outlives its form when the answer to another one replaces that.
  let typed = [];
  document.addEventListener("htmx:beforeSwap", ({ detail }) => {
    const isTyped = (area) => area.value !== area.defaultValue && !detail.requestConfig.elt.contains(area);
    typed = [...document.querySelectorAll("textarea")].filter(isTyped);
  });
  document.addEventListener("htmx:afterSwap", () => {
    for (const { id, value } of typed.filter((area) => !area.isConnected)) {
      if (byId(id)) byId(id).value = value;
      else if (byId("kept")) {
        const copy = byId("kept").content.cloneNode(true);
        copy.querySelector("textarea").value = value;
        byId("kept").after(copy);
      }
    }
    typed = [];
  });

  // A form that the browser sends is sent once, however often somebody clicks.
  const onTheirWay = new Set();
  document.addEventListener("submit", (event) => {
    if (event.defaultPrevented || event.target.getAttribute("method") !== "post") return;
    if (onTheirWay.has(event.target)) event.preventDefault();
    onTheirWay.add(event.target);
    // Nothing tells that somebody stopped the browser: then the form may go again after a while.
    setTimeout(() => onTheirWay.delete(event.target), 10_000);
  });
  window.addEventListener("pageshow", () => onTheirWay.clear());

  // A file that the desk would refuse for its size is refused before it is sent.
  document.addEventListener("change", ({ target }) => {
    const most = Number(target.dataset?.mostBytes);
    if (most) target.setCustomValidity(target.files[0]?.size > most ? target.dataset.tooLarge : "");
    if (most) target.reportValidity();
  });

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
    if (detail.elt.id === "poller") document.querySelector("[data-unanswered]")?.remove();
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
