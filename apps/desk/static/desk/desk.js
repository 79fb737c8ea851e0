"use strict";
(() => {
  const byId = (id) => document.getElementById(id);
  let held = "";

  // A control that a fragment replaced, or that was disabled while its request was under way, gets the focus back.
  document.addEventListener("htmx:beforeRequest", ({ detail }) => {
    if (detail.elt.contains(document.activeElement)) held = document.activeElement.id;
  });
  document.addEventListener("htmx:afterSettle", ({ detail }) => {
    if (!held || document.activeElement !== document.body || detail.requestConfig?.elt.id === "poller") return;
    const wrong = byId(detail.target.id)?.querySelector("[aria-invalid=true]");
    (wrong || byId(held))?.focus({ preventScroll: !wrong });
    held = "";
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
    if (!detail.successful) return;
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
