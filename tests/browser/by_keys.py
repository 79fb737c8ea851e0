"""A keyboard and nothing else: a control is walked to from where the focus is, as whoever has no mouse walks to it."""

from __future__ import annotations

from playwright.sync_api import Locator, expect

# A long page has some two hundred stops.
MOST = 400
# Where the control is, seen from the focus.
WHERE = """one => {
  const here = document.activeElement;
  if (here === one) return "here";
  if ([here, one].every(({type}) => type === "radio") && here.name === one.name && here.form === one.form) return "in its group";
  return one.compareDocumentPosition(here) & Node.DOCUMENT_POSITION_FOLLOWING ? "behind" : "ahead";
}"""
# How many stops are sure to lie between it and the focus: those that can be seen, no choice of one among few, less three.
BETWEEN = """one => {
  const stops = [...document.querySelectorAll("a[href], button, input, select, textarea, summary, [tabindex]")]
    .filter(stop => stop.tabIndex >= 0 && !stop.disabled && stop.type !== "radio")
    .filter(stop => stop.checkVisibility({visibilityProperty: true}));
  const here = document.activeElement === document.body ? -1 : stops.indexOf(document.activeElement);
  const there = stops.indexOf(one);
  return (here < 0 && document.activeElement !== document.body) || there < 0 ? 0 : Math.max(0, Math.abs(there - here) - 3);
}"""
STEPS = {"ahead": "Tab", "behind": "Shift+Tab", "in its group": "ArrowDown"}
RING = "one => { const style = getComputedStyle(one); return style.outlineStyle !== 'none' || style.boxShadow !== 'none'; }"


def reach(what: Locator) -> None:
    """Walk to a control by Tab, Shift+Tab and, among the choices of one question, an arrow; and see that it has the focus."""
    expect(what).to_be_visible()
    turns, before = 0, ""
    for _ in range(MOST):
        where = what.evaluate(WHERE)
        if where == "here":
            assert what.evaluate(RING), f"{what}: that it has the focus can't be seen"
            return
        # Once is a page that begins at its fragment. Who is sent to and fro is sent past it.
        turns += {before, where} == {"ahead", "behind"}
        if turns > 1:
            break
        # Who looks after each step looks at the same stops, and takes twice as long.
        for _ in range(what.evaluate(BETWEEN) if where != before and where in {"ahead", "behind"} else 0):
            what.page.keyboard.press(STEPS[where])
        what.page.keyboard.press(STEPS[where])
        before = where
    raise AssertionError(f"{what} can't be reached by keys")


def press(what: Locator) -> None:
    """Press a link, a button, a box or what opens a part of the page."""
    reach(what)
    kind = what.get_attribute("type")
    if kind != "radio" or not what.is_checked():
        what.page.keyboard.press("Space" if kind in {"radio", "checkbox"} else "Enter")


def write(what: Locator, words: str) -> None:
    """Type into a field, instead of what is in it."""
    reach(what)
    what.page.keyboard.press("Control+A")
    what.page.keyboard.type(words)
    expect(what).to_have_value(words)


def choose(what: Locator, label: str) -> None:
    """Choose from a list by the first letters of what one wants."""
    reach(what)
    what.page.keyboard.type(label)
    expect(what.locator("option:checked")).to_have_text(label)


def write_moment(what: Locator, moment: str) -> None:
    """Type a day, or a day and a time as 2031-02-03T04:05, part by part as the browser asks for them."""
    reach(what)
    keys = what.page.keyboard
    for _ in range(6):
        keys.press("ArrowLeft")
    day, _, time = moment.partition("T")
    year, month, number = day.split("-")
    keys.type(month + number + year)
    if time:
        keys.press("ArrowRight")
        keys.type(time.replace(":", "") + "AM")
    expect(what).to_have_value(moment)
