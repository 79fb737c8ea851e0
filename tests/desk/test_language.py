"""A newsroom that lays down a catalogue works in its own language; what is written down stays as it was."""

import struct
from pathlib import Path

import pytest
from django.urls import reverse
from django.utils import timezone

from apps.audit.models import Entry
from apps.claims.models import Claim
from apps.teamwork import mailing
from apps.teamwork.models import Delivery
from tests.newsroom import make_claim, make_reporter

WORDS = {
    "Queue": "Warteschlange",
    "Unverified": "Ungeprüft",
    "Write something first.": "Schreiben Sie zuerst etwas.",
    "The mail server said: %(words)s": "Der Mailserver sagte: %(words)s",
    "The mail server did not answer in time, again and again.": "Der Mailserver antwortete nicht.",
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


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("kept", "said"),
    [
        ("The mail server said: 550 100% No", "Der Mailserver sagte: 550 100% No"),
        ("The mail server did not answer in time, again and again.", "Der Mailserver antwortete nicht."),
        ("Written down by an earlier release.", "Written down by an earlier release."),
    ],
)
def test_why_a_mail_was_given_up_is_said_in_it_and_kept_as_ever(client, german, kept, said):
    rita = make_reporter()
    Delivery.objects.create(person=rita, failed_at=timezone.now(), failure=kept)
    client.force_login(rita)
    assert said in client.get(reverse("desk:notices_settings")).content.decode()
    assert Delivery.objects.get().failure == kept


@pytest.mark.django_db
def test_a_desk_of_another_language_keeps_the_reason_as_it_stands_in_the_code(german, settings):
    settings.EMAIL_HOST = "127.0.0.1"
    rita = make_reporter()
    rita.email = "rita@paper.example"
    rita.save(update_fields=["email"])
    row = Delivery.objects.create(person=rita, attempt=settings.EMAIL_ATTEMPTS)
    mailing.send(row.pk)
    assert Delivery.objects.get().failure == "The mail server did not answer in time, again and again."
