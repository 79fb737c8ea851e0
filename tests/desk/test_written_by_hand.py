"""What is written without a template, for the many that stand on a page, escapes as a template would."""

from datetime import UTC, datetime

import pytest
from django import forms
from django.template import Context, Template
from django.utils.safestring import mark_safe
from django.utils.translation import gettext_lazy as _

from apps.audit.models import Entry
from apps.desk.subjects import Subject
from apps.desk.templatetags.desk import attributes, changes, line_of_trail, options

HOSTILE = "<script>alert('x')</script>\"&"
ESCAPED = "&lt;script&gt;alert(&#x27;x&#x27;)&lt;/script&gt;&quot;&amp;"


def test_what_a_line_changed_is_shown_as_it_was_typed():
    entry = Entry(before={HOSTILE: HOSTILE, "gone": "x", "kept": 1}, after={HOSTILE: [HOSTILE], "new": 0, "kept": 1})
    shown = changes(entry)
    assert "<script" not in shown
    assert shown.count(ESCAPED) == 2
    assert '<dt>new</dt><dd dir="auto"><ins>0</ins></dd>' in shown
    assert '<dt>gone</dt><dd dir="auto"><del>x</del> → nothing</dd>' in shown
    assert "kept" not in shown


def test_a_line_that_changed_nothing_says_nothing():
    assert changes(Entry(before={}, after={})) == ""


CHOICES = [
    ("", _("Anybody")),
    (HOSTILE, HOSTILE),
    (HOSTILE, [("a", mark_safe("<b>bold</b>")), (7, "Seven"), (None, "None")]),
]


@pytest.mark.parametrize("value", ["", HOSTILE, "7", "a"])
def test_a_select_is_the_one_that_djangos_own_templates_write(value):
    widget = forms.Select(attrs={"id": HOSTILE, "required": True, "disabled": False}, choices=CHOICES)
    told = widget.get_context("name", value, {})["widget"]
    theirs = "".join(
        Template(
            '{% for group, options, index in widget.optgroups %}{% if group %}<optgroup label="{{ group }}">{% endif %}'
            "{% for option in options %}{% include 'django/forms/widgets/select_option.html' with widget=option %}"
            "{% endfor %}{% if group %}</optgroup>{% endif %}{% endfor %}"
        )
        .render(Context({"widget": told}))
        .splitlines()
    )
    assert options(told["optgroups"]) == theirs
    assert "<script" not in widget.render("name", value)


def test_the_attributes_of_a_field_are_those_that_djangos_own_template_writes():
    attrs = {
        "id": HOSTILE,
        "required": True,
        "disabled": False,
        "rows": 3,
        "title": mark_safe("a&amp;b"),
        "x": _("Any"),
    }
    theirs = Template('{% include "django/forms/widgets/attrs.html" %}').render(Context({"widget": {"attrs": attrs}}))
    assert attributes(attrs) == theirs
    assert "<script" not in theirs


def test_a_line_of_the_trail_is_shown_as_it_was_typed():
    entry = Entry(pk=1204, at=datetime(2024, 12, 27, 14, 5, tzinfo=UTC), verb="claim_opened", actor_kind="person")
    entry.actor_label, entry.reason, entry.erasures, entry.channel = HOSTILE, f"{HOSTILE}\nTwice.", 1, "web"
    shown = line_of_trail(entry, {1204: [Subject(HOSTILE, "/claims/1/?a&b")]}, with_door=True)
    assert "<script" not in shown
    assert f'<p class="entry-sentence" dir="auto">{ESCAPED} opened the claim</p>' in shown
    assert f'<a href="/claims/1/?a&amp;b" dir="auto">{ESCAPED}</a>' in shown
    assert f'<blockquote class="reason" dir="auto">{ESCAPED}<br>Twice.</blockquote>' in shown
    assert '<a href="/trail/1204/" aria-label="Entry 1204"><time datetime="2024-12-27T14:05:00+00:00"' in shown
    assert '<p class="under">Words of this line were erased.</p>' in shown
    assert '<div class="entry-door">' in shown


def test_a_line_says_nothing_of_what_it_lacks():
    shown = line_of_trail(Entry(pk=1, at=datetime(2024, 12, 27, tzinfo=UTC), verb="claim_opened", actor_label="Ada"))
    assert not any(one in shown for one in ("entry-about", "reason", "under", "entry-door", "details"))
