"""What templates say in one word: a moment, an icon, whether an address may be linked."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, datetime
from functools import lru_cache
from html import escape as escape_quickly
from typing import Any

from django import forms, template
from django.forms.utils import flatatt
from django.template.defaultfilters import filesizeformat, linebreaksbr, urlize
from django.utils.formats import date_format
from django.utils.html import escape, format_html, format_html_join
from django.utils.safestring import SafeString, mark_safe
from django.utils.timezone import localtime
from django.utils.translation import get_language, gettext

from apps.archive.codes import Phase
from apps.archive.models import Capture
from apps.audit.models import Entry
from apps.claims.models import COUNTED_TO, Citation, Claim
from apps.desk.addresses import address
from apps.desk.badges import Note
from apps.desk.panels.grades import Grades
from apps.desk.subjects import Subject
from apps.desk.watch_panel import Chip
from apps.search.excerpts import Excerpt, marked
from apps.search.words import Query
from apps.teamwork.mentions import taken_apart

register = template.Library()

_RING = '<circle cx="8" cy="8" r="6"/>'
_NOT_EQUAL = '<path d="M3 6h10M3 10h10M10.6 2.6 5.4 13.4"/>'
ICONS = {
    "unverified": '<circle cx="8" cy="8" r="6" stroke-dasharray="2.7 2"/>',
    "corroborated": _RING + '<path d="m5.2 8.2 2 2 3.7-4.3"/>',
    "disputed": _NOT_EQUAL,
    "supports": '<path d="M8 3v10M3 8h10"/>',
    "disputes": _NOT_EQUAL,
    "context": '<path d="M3 4.5h10M3 8h10M3 11.5h6"/>',
    "queued": _RING + '<path d="M8 4.6V8l2.3 1.5"/>',
    "fetching": '<path d="M8 2v7.5M4.8 6.6 8 9.8l3.2-3.2M3 13.2h10"/>',
    "stored": '<path d="M2 3h12v3.2H2zM3.2 6.2v6.8h9.6V6.2M6.4 9h3.2"/>',
    "partial": '<path d="M2 3h12v3.2H2zM3.2 6.2v6.8h4.3M6.4 9h3.2M11 10v3.4"/>',
    "uploaded": '<path d="M8 10V2.5M4.8 5.4 8 2.2l3.2 3.2M3 13.2h10"/>',
    "failed": _RING + '<path d="m5.9 5.9 4.2 4.2m0-4.2-4.2 4.2"/>',
    "blocked": _RING + '<path d="m3.9 12.1 8.2-8.2"/>',
    "met": '<path d="m3.2 8.6 3.2 3.2 6.4-7.4"/>',
    "noted": '<path d="M4.5 8h7"/>',
    "missing": '<circle cx="8" cy="8" r="4.6"/>',
    "drift": '<path d="M2 5.5c2-2.4 4-2.4 6 0s4 2.4 6 0M2 10.5c2-2.4 4-2.4 6 0s4 2.4 6 0"/>',
    "flag": '<path d="M4 14V2.5M4 3h8l-2 3 2 3H4"/>',
    "out": '<path d="M6 3H3v10h10v-3M9 2.8h4.2V7M13 3 7.6 8.4"/>',
    "down": '<path d="M8 2v7.5M4.8 6.6 8 9.8l3.2-3.2M3 13.2h10"/>',
    "circle": '<path d="M12.8 6A5.2 5.2 0 1 0 13 9.6M13.2 2.8V6.2H9.8"/>',
    "against": '<path d="M8 2 1.8 13.4h12.4zM8 6.4v3.4m0 1.6v.2"/>',
    "lines": '<path d="M2.5 4h4l3 4h4M2.5 12h4l3-4"/>',
    "search": '<circle cx="7" cy="7" r="4.4"/><path d="m10.3 10.3 3.6 3.6"/>',
    "people": '<circle cx="6" cy="5.2" r="2.4"/><path d="M1.8 13c.3-2.6 2-4 4.2-4s3.9 1.4 4.2 4"/>'
    '<path d="M10.4 3.2a2.2 2.2 0 0 1 0 4.2M11.8 9.4c1.4.6 2.2 1.8 2.4 3.6"/>',
    "close": '<path d="m4 4 8 8m0-8-8 8"/>',
}


_DRAWN = {
    name: mark_safe(  # noqa: S308 - our own constants
        f'<svg class="icon icon-{name}" viewBox="0 0 16 16" width="16" height="16" aria-hidden="true">{lines}</svg>'
    )
    for name, lines in ICONS.items()
}

# As {% url %}, which looks for the pattern anew: a page has a hundred of them.
register.simple_tag(address)


@register.simple_tag
def icon(name: str) -> SafeString:
    """A small drawing beside a word; it says nothing by itself, so readers of the page aloud skip it."""
    return _DRAWN[name]


@register.filter
def as_style(sheet: str) -> SafeString:
    """A style sheet of our own inside of a page. One that could end its element there is refused."""
    if "<" in sheet:
        raise ValueError("A style sheet with a < in it can't stand in a page.")
    return mark_safe(sheet)  # noqa: S308 - our own file


@register.filter
def moment(value: datetime | None) -> str:
    """A time as the desk writes it, with the full one behind it: 27 Dec 2024, 14:05."""
    if value is None:
        return ""
    here = localtime(value)
    whole, short = _day(here.date(), get_language())
    full = f"{whole}, {here:%H:%M:%S} {_escaped(here.tzname())}"
    told = f'<time datetime="{here.isoformat(timespec="seconds")}" title="{full}">{short}, {here:%H:%M}</time>'
    return mark_safe(told)  # noqa: S308 - days and zones are escaped, the rest are numbers


@register.filter
def how_far(capture: Capture) -> str:
    """What is being done for a copy on its way, or what it waits for."""
    if capture.is_waiting_long:
        waiting = gettext("Waiting for its turn at {host}, not before {when}")
        return format_html(waiting, host=capture.page.host_id, when=moment(capture.next_attempt_at))
    if capture.phase == Phase.TURN:
        return gettext("Waiting for its turn at %(host)s") % {"host": capture.page.host_id}
    if capture.state == Capture.State.QUEUED:
        return gettext("Waiting for the archive")
    told = {"phase": capture.get_phase_display(), "size": filesizeformat(capture.progress_bytes)}
    if capture.phase == Phase.STORING:
        return gettext("%(phase)s: %(size)s") % told
    if capture.progress_bytes:
        return gettext("%(phase)s: %(size)s so far") % told
    tries = {"attempt": capture.attempt, "last": capture.last_attempt}
    return gettext("%(phase)s. Attempt %(attempt)s of %(last)s") % {**told, **tries}


@lru_cache(maxsize=1_000)
def _day(day: date, language: str | None) -> tuple[str, str]:
    """A day in full and in short. Most times of a page are of a few days, and Django spells each out anew."""
    return _escaped(date_format(day, "l j F Y")), _escaped(date_format(day, "j M Y"))


@register.simple_tag
def options(groups: Iterable[tuple[str | None, list[dict[str, Any]], int]]) -> SafeString:
    """The options of a select, by group. A filter has more than a hundred, and a template takes ten times as long."""
    told = []
    for group, choices, _ in groups:
        inner = "".join(
            f'<option value="{_escaped(one["value"])}"{flatatt(one["attrs"]) if one["attrs"] else ""}>'
            f"{_escaped(one['label'])}</option>"
            for one in choices
        )
        told.append(f'<optgroup label="{_escaped(group)}">{inner}</optgroup>' if group else inner)
    return mark_safe("".join(told))  # noqa: S308 - each part is escaped above


@register.simple_tag
def attributes(attrs: Mapping[str, Any]) -> SafeString:
    """The attributes of a widget, as Django's own template has them, which is an include and a loop for each."""
    told = "".join(
        f" {name}" if value is True else f' {name}="{_escaped(value)}"'
        for name, value in attrs.items()
        if value is not False
    )
    return mark_safe(told)  # noqa: S308 - values are escaped above, names are our own


@register.simple_tag
def line_of_trail(
    entry: Entry, subjects: Mapping[int, list[Subject]] | None = None, *, with_door: bool = False
) -> SafeString:
    """A line of the trail, and what it is about on a page that names subjects. A template takes eight times as long."""
    about = "".join(
        f'<p class="entry-about"><a href="{_escaped(one.url)}" dir="auto">{_escaped(one.name)}</a></p>'
        for one in (subjects or {}).get(entry.pk, [])
    )
    url, label = _escaped(address("desk:entry", entry.pk)), _escaped(gettext("Entry %(number)s") % {"number": entry.pk})
    reason = f'<blockquote class="reason" dir="auto">{linebreaksbr(entry.reason)}</blockquote>' if entry.reason else ""
    erased = f'<p class="under">{_escaped(gettext("Words of this line were erased."))}</p>' if entry.erasures else ""
    door = f'<div class="entry-door">{_escaped(entry.door)}</div>' if with_door else ""
    return mark_safe(  # noqa: S308 - each part is escaped
        f'<li class="entry entry-{_escaped(entry.verb)} entry-{_escaped(entry.actor_kind)}">'
        f'<div class="entry-when"><a href="{url}" aria-label="{label}">{moment(entry.at)}</a></div>'
        '<div class="entry-what">'
        f'<p class="entry-sentence" dir="auto">{_escaped(entry.sentence)}</p>{about}{reason}{changes(entry)}</div>'
        f"{erased}{door}</li>"
    )


@register.simple_tag
def changes(entry: Entry) -> SafeString:
    """What a line of the trail changed, folded away. Fifty stand on a page: a template takes eight times as long."""
    told = entry.changes
    if not told:
        return mark_safe("")
    nothing = _escaped(gettext("nothing"))
    rows = "".join(
        f'<div><dt>{_escaped(name)}</dt><dd dir="auto">'
        f"{'' if _is_nothing(before) else f'<del>{_escaped(before)}</del> → '}"
        f"{nothing if _is_nothing(after) else f'<ins>{_escaped(after)}</ins>'}</dd></div>"
        for name, before, after in told
    )
    return mark_safe(  # noqa: S308 - each part is escaped above
        f'<details class="changes"><summary>{_escaped(gettext("Details"))}</summary><dl>{rows}</dl></details>'
    )


def _is_nothing(value: object) -> bool:
    return value is None or value == ""


def _escaped(value: object) -> str:
    """As ``conditional_escape`` has it, without its way round lazy texts."""
    text = str(value)
    return text if isinstance(text, SafeString) else escape_quickly(text)


@register.filter
def remark(text: str) -> SafeString:
    """A comment with its paragraphs, its web addresses as links and the names it calls set apart; all else as typed."""
    shown = [_called(part) if is_name else urlize(part, autoescape=True) for part, is_name in taken_apart(text)]
    return linebreaksbr(format_html_join("", "{}", ((part,) for part in shown)))


def _called(name: str) -> SafeString:
    return format_html('<b class="called">{}</b>', name)


@register.filter
def counted(number: int) -> str:
    """A number of claims, as far as the desk counts: 12, 10,000, 10,000+."""
    return up_to(number, COUNTED_TO)


@register.filter
def up_to(number: int, most: int) -> str:
    """A number that was counted no further than one above ``most``: 12, 1,000, 1,000+."""
    return f"{number:,}" if number <= most else f"{most:,}+"


@register.filter
def thousands(number: int) -> str:
    """A number with its thousands apart: 1,204,003."""
    return f"{number:,}"


@register.filter
def per_cent(share: float) -> str:
    """A share as a sentence has it: 0.914 is "91 %"."""
    return f"{round(float(share) * 100)} %"


@register.filter
def with_code(sentence: str) -> SafeString:
    """A sentence whose `commands` are set apart from its words."""
    parts = sentence.split("`")
    return format_html_join("", "{}<code>{}</code>", zip(parts[:-1:2], parts[1::2], strict=True)) + escape(parts[-1])


@register.filter
def with_marks(found: Excerpt) -> SafeString:
    """A stretch of text with what was looked for marked. Every part of it is escaped."""
    return format_html_join(
        "", "{}", ((format_html("<mark>{}</mark>", one.text) if one.is_hit else one.text,) for one in found.parts)
    )


@register.filter
def looked_for(text: object, query: Query) -> SafeString:
    """A short text, whole, with what was looked for marked."""
    return with_marks(marked(str(text), query))


@register.filter
def is_web_address(value: str) -> bool:
    """Whether a link to this address is safe to offer: only http and https are."""
    return value.lower().startswith(("http://", "https://"))


@register.filter
def note_of(notes: Mapping[int, Note] | None, claim: Claim) -> Note | None:
    """What a list says of a claim's lines and of the move that is asked for; nothing on a page that has no notes."""
    return notes.get(claim.pk) if notes else None


@register.filter
def chip_of(chips: Mapping[int, Chip], citation: Citation) -> Chip | None:
    """What the watch has found since the copy that this citation rests on, in short."""
    return chips.get(citation.pk)


@register.filter
def grades_of(grades: Mapping[int, Grades], citation: Citation) -> Grades | None:
    """What was graded of this citation, and what may be."""
    return grades.get(citation.pk)


@register.filter
def has_words(form: forms.BaseForm) -> bool:
    """Whether somebody has typed anything into a form that was sent; what is chosen or only pressed has no words."""
    chosen = (forms.widgets.ChoiceWidget, forms.CheckboxInput)
    typed = [one for one in form.visible_fields() if not isinstance(one.field.widget, chosen)]
    return form.is_bound and any(one.name in form.changed_data for one in typed)
