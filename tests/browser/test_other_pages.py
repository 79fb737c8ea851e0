"""What is seen of the desk beside its pages as they stand: answers, refusals, other roles' pages, an empty desk, open parts.

Only what is built otherwise than a page that test_pages.py has looked at is put into a browser.
"""

from __future__ import annotations

import pytest
from django.core.exceptions import BadRequest
from django.test import Client, RequestFactory
from django.urls import resolve, reverse
from django.views.defaults import bad_request, server_error
from lxml import html
from playwright.sync_api import expect

from apps.accounts.models import User
from tests.browser.everything import NO_PAGES, everything
from tests.browser.judging import AXE, judge, marked, most_new, signs, with_all_opened
from tests.newsroom import make_citation, make_claim, make_editor, make_extract, make_person

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
ROLES = ("reporter", "auditor", "administrator")
# What lists, counts or leads on, and says so when there is nothing yet.
LISTS = (
    "home", "queue", "stories", "suggestions", "flags", "replies_due", "corrections", "needs_a_person", "drifts",
    "archive_health", "trail", "verifications", "notices", "confidentials", "search", "policy",
)  # fmt: skip


def at(username):
    client = Client(raise_request_exception=False)
    client.force_login(User.objects.get(username=username))
    return client


def answers(client, asked):
    """The page that the desk answers each with, and under which status it does."""
    found = {}
    for name, ask in asked.items():
        response = ask(client)
        if response.headers.get("Content-Type", "").startswith("text/html") and response.content:
            found[f"{response.status_code} {name}"] = response.content.decode()
    return found


def got(paths):
    return {path: lambda client, path=path: client.get(path) for path in paths}


def is_a_form(text):
    """Whether the page is there to be filled in: who may, sees what Sofia sees, and who may not, that they may not."""
    return any(form.get("method") == "post" and not form.get("action") for form in html.fromstring(text).iter("form"))


def sent_back(client, pages):
    """Every form of these pages, sent with nothing in it, and as if somebody else had been quicker."""
    found, tried = {}, set()
    for path, text in pages.items():
        for form in html.fromstring(text).iter("form"):
            address = form.get("action") or path
            if not address.startswith("/"):
                continue
            view = resolve(address.partition("?")[0]).url_name
            if form.get("method") != "post" or view in tried | {"sign_in", "sign_out"}:
                continue
            tried.add(view)
            fields, typed = {name: value or "" for name, value in form.fields.items()}, [{}]
            if "expected_version" in fields:
                words = {one.name for one in form.iter("textarea")}
                another = "2" if fields["expected_version"] == "1" else "1"
                typed.append({**fields, **dict.fromkeys(words, "Typed meanwhile."), "expected_version": another})
            for number, values in enumerate(typed):
                asked = {f"{view} {number}": lambda one, to=address, values=values: one.post(to, values)}
                found |= answers(client, asked)
    return found


def refusals(claim):
    """What the desk says where it can't or won't answer: each as the desk itself comes to say it."""
    strict = Client(enforce_csrf_checks=True)
    strict.force_login(User.objects.get(username="sofia"))
    comment, typed = reverse("desk:claim_comment", args=[claim]), {"text": "Who has the video?"}
    request = RequestFactory().get("/")
    found = {
        "400": bad_request(request, BadRequest()).content.decode(),
        "500": server_error(request).content.decode(),
    }
    asked = {
        "nothing there": lambda _: at("sofia").get("/no/such/page/"),
        "not allowed": lambda _: at("some_auditor").get(reverse("desk:policy_edit")),
        "a form of an earlier sign-in": lambda _: strict.post(comment, typed, headers={"Origin": "http://testserver"}),
        "an ended session": lambda one: one.post(comment, typed),
        "a wrong password": lambda one: one.post("/sign-in/", {"username": "nobody", "password": "wrong"}),
    }
    found |= answers(Client(), asked)
    for _ in range(6):
        asked["a wrong password"](Client())
    found |= answers(Client(), {"too many": asked["a wrong password"]})
    assert sorted(int(name[:3]) for name in found) == [400, 401, 403, 403, 404, 422, 429, 500]
    return found


def test_whatever_else_the_desk_shows_gives_axe_nothing_to_find_and_fits_a_phone(somebody):
    """Every rule in light, colours in dark, and a phone's width."""
    make_person("early", "standards_editor", "administrator")
    for name in ROLES:
        make_person(f"some_{name}", name)
    lists = [reverse(f"desk:{name}") for name in LISTS]
    empty = answers(at("early"), got([*lists, f"{reverse('desk:queue')}?view=board"]))
    views = everything()
    assert not views.keys() & NO_PAGES
    paths = ["/sign-in/", *(path for found in views.values() for path in found)]
    seen = {path: text for name, text in answers(at("sofia"), got(paths)).items() for path in [name.split()[1]]}
    known = set().union(*(signs(text) for text in seen.values()))
    others = {f"an empty desk: {name}": text for name, text in empty.items()}
    for role in ROLES:
        asked = paths if role == "reporter" else [path for path, text in seen.items() if not is_a_form(text)]
        others |= {f"{role}: {name}": text for name, text in answers(at(f"some_{role}"), got(asked)).items()}
    others |= {f"opened: {name}": with_all_opened(text) for name, text in seen.items()}
    refused = refusals(resolve(views["claim"][0]).kwargs["pk"])
    back = sent_back(at("sofia"), seen)
    assert any(name.startswith("422 ") for name in back)
    assert any(name.startswith("409 ") and "Changed meanwhile." in text for name, text in back.items())
    others |= back
    page = somebody("sofia", color_scheme="light", bypass_csp=True).page
    page.add_init_script(AXE)
    found = []
    for name, text in refused.items():
        found += looked_at(page, name, text, "html")
    for name in most_new(others, known):
        text = marked(others[name], known)
        if not text:
            break
        found += looked_at(page, name, text, "[data-new]")
    assert found == [], "\n".join(found)


def looked_at(page, name, text, part):
    """What is found on a page that the desk has answered somebody."""
    page.route("**/looked-at/", lambda route: route.fulfill(body=text, content_type="text/html; charset=utf-8"))
    page.goto("/looked-at/")
    page.unroute("**/looked-at/")
    assert page.locator("h1").count() == 1, name
    assert page.locator("main").count() == 1, name
    return judge(page, name, part)


def test_what_opens_while_somebody_works_gives_axe_nothing_to_find_and_fits_a_phone(somebody):
    """The sheet of keys, the colleagues offered, a draft offered again, a passage picked, a desk that does not answer."""
    ada, _ = make_editor(), make_editor("ben")
    citation = make_citation(make_claim(ada), ada)
    make_extract(citation.capture, "Seoul, 27 Dec.\nOne wounded soldier was captured.\nIt said no more.")
    person = somebody("ada", color_scheme="light", bypass_csp=True)
    page, found = person.page, []
    page.add_init_script(AXE)

    def opened(what, part):
        expect(part).to_be_visible()
        part.evaluate("one => one.toggleAttribute('data-new')")
        found.extend(judge(page, what, "[data-new]"))
        expect(part).to_be_visible()
        part.evaluate("one => one.toggleAttribute('data-new')")

    page.goto(reverse("desk:claim", args=[citation.claim_id]))
    page.keyboard.press("?")
    opened("the sheet of keys", page.get_by_role("dialog", name="Keyboard"))
    page.keyboard.press("Escape")
    remark = page.locator("#id_text")
    remark.press_sequentially("@b")
    offered = page.get_by_role("listbox", name="Colleagues")
    expect(offered).to_be_visible()
    opened("the colleagues offered", page.locator("#comment-form"))
    expect(offered).to_be_visible()
    remark.press("Escape")
    page.wait_for_timeout(400)
    page.reload()
    expect(page.locator(".draft")).to_be_visible()
    opened("a draft offered again", page.locator("#comment-form"))
    page.get_by_role("button", name="Put it back").click()
    page.route("**/comment/", lambda route: route.abort())
    page.get_by_role("button", name="Comment", exact=True).click()
    opened("a desk that does not answer", page.locator("#alerts"))
    person.troubles.clear()
    page.goto(reverse("desk:capture", args=[citation.capture_id]))
    page.evaluate("getSelection().selectAllChildren(document.querySelector('#p2'))")
    opened("a passage picked", page.locator(".picker"))
    page.get_by_role("button", name="Cite this passage").click()
    opened("the passage's form", page.locator("#cite-passage"))
    assert found == [], "\n".join(found)
