"use strict";
// Whom to tell: while somebody types @ and a few letters, the colleagues whose names begin so are offered below.
(() => {
  const most = 6;
  const typed = /(?:^|[^\w@.+/-])@([\w.+-]{0,40})$/;
  let field = null;
  let box = null;
  let chosen = 0;

  const close = () => {
    box?.remove();
    box = null;
    field?.removeAttribute("aria-controls");
    field?.removeAttribute("aria-activedescendant");
  };
  const called = () => typed.exec(field.value.slice(0, field.selectionStart));
  const choose = (number) => {
    chosen = (number + box.children.length) % box.children.length;
    [...box.children].forEach((one, at) => one.setAttribute("aria-selected", String(at === chosen)));
    field.setAttribute("aria-activedescendant", box.children[chosen].id);
  };
  const take = (one) => {
    const begin = field.selectionStart - called()[1].length;
    field.setRangeText(`${one.dataset.name} `, begin, field.selectionStart, "end");
    close();
    field.dispatchEvent(new Event("input", { bubbles: true }));
    field.focus();
  };
  const offer = () => {
    const letters = called()?.[1].toLowerCase();
    close();
    if (letters === undefined || field.selectionStart !== field.selectionEnd) return;
    const colleagues = [...(document.getElementById(field.dataset.mentions)?.options ?? [])]
      .filter(({ value, text }) => [value, ...text.split(/\s+/)].some((name) => name.toLowerCase().startsWith(letters)));
    if (!colleagues.length || (colleagues.length === 1 && colleagues[0].value.toLowerCase() === letters)) return;
    box = document.createElement("ul");
    box.id = "mentions";
    box.className = "mentions";
    box.setAttribute("role", "listbox");
    box.setAttribute("aria-label", field.dataset.mentionsLabel);
    colleagues.slice(0, most).forEach(({ value, text }, at) => {
      const one = document.createElement("li");
      one.id = `mention-${at}`;
      one.dataset.name = value;
      one.setAttribute("role", "option");
      one.append(text, " ");
      one.append(Object.assign(document.createElement("span"), { className: "faint", textContent: `@${value}` }));
      // Before the field would lose the focus.
      one.addEventListener("pointerdown", (event) => { event.preventDefault(); take(one); });
      box.append(one);
    });
    field.after(box);
    field.setAttribute("aria-controls", box.id);
    choose(0);
  };

  document.addEventListener("input", ({ target }) => {
    if (!target.matches("textarea[data-mentions]")) return;
    field = target;
    offer();
  });
  document.addEventListener("focusout", ({ target }) => { if (target === field) close(); });
  document.addEventListener("keydown", (event) => {
    if (!box || event.target !== field || event.isComposing) return;
    const steps = { ArrowDown: 1, ArrowUp: -1 };
    if (event.key in steps) choose(chosen + steps[event.key]);
    else if ((event.key === "Enter" && !event.ctrlKey && !event.metaKey) || event.key === "Tab") take(box.children[chosen]);
    else if (event.key === "Escape") close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  }, true);
})();
