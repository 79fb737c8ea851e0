"""A newsroom that lays down a catalogue works in its own language; what is written down stays as it was."""

import struct
from pathlib import Path

import pytest
from django.urls import reverse

from apps.audit.models import Entry
from apps.claims.models import Claim
from tests.newsroom import make_claim, make_reporter

WORDS = {
    "Queue": "Warteschlange",
    "Unverified": "Ungeprüft",
    "Write something first.": "Schreiben Sie zuerst etwas.",
}


def lay_down(folder: Path, language: str, words: dict[str, str]) -> None:
    """A compiled catalogue, as gettext's manual describes one: a head, two tables, and the texts ended by NUL."""
    head = "Content-Type: text/plain; charset=UTF-8\nPlural-Forms: nplurals=2; plural=(n != 1);\n"
    texts = sorted({"": head, **words}.items())
    place = 28 + 16 * len(texts)
    tables: list[list[int]] = [[], []]
    bodies = b""
    for side in (0, 1):
        for pair in texts:
            text = pair[side].encode()
            tables[side] += [len(text), place + len(bodies)]
            bodies += text + b"\0"
    numbers = [0x950412DE, 0, len(texts), 28, 28 + 8 * len(texts), 0, 0, *tables[0], *tables[1]]
    path = folder / language / "LC_MESSAGES" / "django.mo"
    path.parent.mkdir(parents=True)
    path.write_bytes(struct.pack(f"<{len(numbers)}I", *numbers) + bodies)


@pytest.fixture
def german(settings, tmp_path):
    lay_down(tmp_path, "de", WORDS)
    settings.LOCALE_PATHS = [tmp_path]
    settings.LANGUAGE_CODE = "de"


@pytest.mark.django_db
def test_pages_speak_the_catalogues_language_and_english_where_it_has_no_words(client, german):
    rita = make_reporter()
    make_claim(rita)
    client.force_login(rita)

    page = client.get(reverse("desk:queue")).content.decode()

    assert '<html lang="de">' in page
    assert "Warteschlange" in page
    assert "Ungeprüft" in page
    assert "Stories" in page


@pytest.mark.django_db
def test_a_refusal_is_said_in_it_and_the_trail_is_written_as_ever(client, german):
    rita = make_reporter()
    claim = make_claim(rita, "Two were captured.")
    client.force_login(rita)

    answer = client.post(reverse("desk:claim_comment", args=[claim.pk]), {"text": ""})

    assert "Schreiben Sie zuerst etwas." in answer.content.decode()
    opened = Entry.objects.get(stream=claim.stream, verb="claim_opened")
    assert opened.sentence == "Rita opened the claim"
    assert Claim.objects.get(pk=claim.pk).get_state_display() == "Ungeprüft"
