"""What a page of the demo newsroom weighs and how soon it stands: ``python -m tests.bench.desk.pages [--rounds 5]``.

Starts the demo once for its data, then the same desk as for deployment (DEBUG=0: files compressed and named by what is
in them). Follows the links of its pages to one address of every kind, the fullest of the first five that differ by a
number, adds those that stand behind a search, a filter and a form, and opens each in Chromium with an empty cache, as
wide as a desk's window and a phone's. Prints, for each, the compressed bytes of scripts and styles, the largest
contentful paint (median of the rounds) and the sum of layout shifts. Says which of the bounds of 60 kB, 40 kB, 1 s and
0.05 is broken, and ends with 1 then.
"""

from __future__ import annotations

import argparse
import json
import re
import shutil
import statistics
import sys
import tempfile
from pathlib import Path
from typing import Any

from playwright.sync_api import Browser, sync_playwright

from tests.processes.supervised import supervised_desk

WIDTHS = (1280, 390)
# The panel is Django's; the others are files and what replay shows.
NO_PAGES = ("/admin/", "/static/", "/replay/")
# Behind a query, which the links that are followed lose: the board, hits, a filter with its chips, and a paste.
ASKED_FOR = (
    "/claims/?view=board",
    "/claims/?stage=open",
    "/search/?q=soldiers",
    "/add/?text=https://www.example.com/one%20https://www.example.org/two%20Two%20soldiers%20were%20captured.",
)
# So many pages of a kind are looked at for the fullest.
LOOKED_AT = 5
BOUNDS = {"script": 60_000, "style": 40_000, "paint": 1_000, "shift": 0.05}
FLAGS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
OBSERVE = """
window.seen = {paint: 0, shift: 0};
new PerformanceObserver(l => { for (const e of l.getEntries()) seen.paint = Math.max(seen.paint, e.startTime); })
  .observe({type: 'largest-contentful-paint', buffered: true});
new PerformanceObserver(l => { for (const e of l.getEntries()) if (!e.hadRecentInput) seen.shift += e.value; })
  .observe({type: 'layout-shift', buffered: true});
"""
READ = """() => {
  const of = kind => performance.getEntriesByType('resource').filter(e => e.name.split('?')[0].endsWith(kind))
    .reduce((sum, e) => sum + e.encodedBodySize, 0);
  return {...seen, script: of('.js'), style: of('.css')};
}"""


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    asked = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        var = Path(folder)
        with supervised_desk(var, is_new=True, DEBUG="1", DEMO="1") as desk:
            if not desk.says("VerifyDesk is open", 240):
                raise SystemExit(desk.output)
        told = json.loads((var / "demo-sign-ins.json").read_text())
        deployed = {"DEBUG": "0", "SECRET_KEY": "x" * 60, "ALLOWED_HOSTS": "127.0.0.1", "SECURE_COOKIES": "0"}
        with supervised_desk(var, is_new=True, SECURE_SSL_REDIRECT="0", **deployed) as desk:
            if not desk.says("VerifyDesk is open", 120):
                raise SystemExit(desk.output)
            broken = measure(desk.address, told, asked.rounds)
    sys.exit(1 if broken else 0)


def measure(address: str, told: dict[str, Any], rounds: int) -> int:
    """Each page in its rounds; returns how many bounds are broken."""
    editor = next(one for one in told["people"] if one["role"] == "standards editor")
    broken = 0
    with sync_playwright() as playwright:
        path = shutil.which("chromium-headless-shell") or shutil.which("chromium")
        browser = playwright.chromium.launch(executable_path=path, args=FLAGS)
        state = signed_in(browser, address, editor["username"], told["password"])
        say(f"{'page':32} {'px':>5} {'script':>8} {'style':>8} {'paint':>8} {'shift':>7}")
        for page in [*kinds_of_pages(browser, address, state), *ASKED_FOR]:
            for width in WIDTHS:
                seen = [look(browser, address, state, page, width) for _ in range(rounds)]
                found = {name: statistics.median(one[name] for one in seen) for name in BOUNDS}
                over = [name for name, bound in BOUNDS.items() if found[name] > bound]
                broken += len(over)
                words = f"{found['script']:8.0f} {found['style']:8.0f} {found['paint']:5.0f} ms {found['shift']:7.3f}"
                say(f"{page[:32]:32} {width:5} {words} {'over: ' + ', '.join(over) if over else ''}")
        browser.close()
    return broken


def signed_in(browser: Browser, address: str, username: str, password: str) -> Any:
    """The cookies of somebody who has signed in."""
    context = browser.new_context(base_url=address)
    page = context.new_page()
    page.goto("/sign-in/")
    page.fill("#id_username", username)
    page.fill("#id_password", password)
    page.keyboard.press("Enter")
    page.wait_for_selector(".person")
    state = context.storage_state()
    context.close()
    return state


def kinds_of_pages(browser: Browser, address: str, state: Any) -> list[str]:
    """Of each kind that links lead to from the first page, the longest; a kind differs by more than a number."""
    context = browser.new_context(base_url=address, storage_state=state, java_script_enabled=False)
    page = context.new_page()
    found: dict[str, dict[str, int]] = {"/": {"/": 0}}
    waiting = ["/"]
    while waiting:
        path = waiting.pop(0)
        same = found[kind_of(path)]
        answer = context.request.get(path)
        if answer.status != 200 or not answer.headers.get("content-type", "").startswith("text/html"):
            del same[path]
            continue
        same[path] = len(answer.text())
        page.set_content(answer.text())
        for link in page.locator("a[href^='/']").evaluate_all("links => links.map(link => link.getAttribute('href'))"):
            target = link.partition("#")[0].partition("?")[0]
            like = found.setdefault(kind_of(target), {})
            if target not in like and len(like) < LOOKED_AT and not target.startswith(NO_PAGES):
                like[target] = 0
                waiting.append(target)
    context.close()
    return sorted(max(like, key=lambda path: like[path]) for like in found.values() if like)


def kind_of(path: str) -> str:
    return re.sub(r"\d+", "N", path)


def look(browser: Browser, address: str, state: Any, path: str, width: int) -> dict[str, float]:
    """One page, with nothing in the cache."""
    context = browser.new_context(base_url=address, storage_state=state, viewport={"width": width, "height": 900})
    page = context.new_page()
    page.add_init_script(OBSERVE)
    answer = page.goto(path, wait_until="load")
    if answer is None or answer.status != 200:
        raise SystemExit(f"{path}: {answer and answer.status}")
    page.wait_for_timeout(500)
    found: dict[str, float] = page.evaluate(READ)
    context.close()
    return found


def say(line: str) -> None:
    sys.stdout.write(f"{line.rstrip()}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main()
