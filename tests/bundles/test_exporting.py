"""What is in a bundle, what never is, who may take one, and what is on record of it."""

from __future__ import annotations

import hashlib
import io
import json
import os
import tempfile
import tracemalloc
import zipfile
from functools import partial
from pathlib import Path

import pytest
from cryptography.hazmat.primitives.serialization import load_pem_private_key
from django.core.management import CommandError, call_command
from django.urls import reverse

from apps.accounts.permissions import NotAllowed
from apps.archive.models import Contents
from apps.archive.records.storage import archive
from apps.audit.erasing import erase
from apps.audit.models import Entry, Pending
from apps.audit.sealing import keys
from apps.bundles.actions import export_bundle
from apps.claims.states import Stance, State
from tests.archive import sounds
from tests.archive.copies import NOTE, Copies, copies_of_a_site
from tests.archive.object_store import running
from tests.archive.servers import Route, site
from tests.archive.stores import Objects
from tests.bundles.authority import make_authority
from tests.bundles.forging import Forged
from tests.bundles.made import PROVIDER, SECRET, STATEMENT, Desk, exported, log_key, sealed, verified
from tests.newsroom import make_claim, make_confidential, make_person

pytestmark = pytest.mark.django_db


def files_of(data: bytes) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(data)) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_everything_of_the_claim_is_in_it(shared):
    files = shared.forged().files
    told = json.loads(files["claim.json"])
    assert told["statement"] == STATEMENT
    assert (told["state"], told["stage"]) == ("corroborated", "settled")
    assert [(one["from_state"], one["to_state"]) for one in told["decisions"]] == [
        ("unverified", "corroborated"),
        ("corroborated", "unverified"),
        ("unverified", "corroborated"),
    ]
    assert told["decisions"][0]["reason"] == "Two bodies know."
    assert told["decisions"][0]["asked_by"] == "Ada"
    assert told["decisions"][0]["decided_by"] == "Vera"
    assert [rule["version"] for rule in told["rules"]] == [1, 2]
    assert [one["outcome"] for one in told["requests"]] == ["signed"]
    assert {one["outlet"] for one in told["citations"]} == {"NIS", "SBU", "Away", "Wrong", ""}
    assert [one["withdrawn"]["because"] for one in told["citations"] if one["withdrawn"]] == [
        "It is about something else."
    ]
    assert {line["name"] for line in told["lines"]} >= {"NIS", "SBU"}
    assert told["figures"][0]["says"] == "nearly 3,000"
    assert told["caveats"][0]["caveat"].startswith("AFP: could not independently verify")
    assert told["links"][0]["statement"] == "One was captured."
    assert told["replies"][0]["party"] == "Moscow"
    assert told["uses"][0]["headline"] == "Two captured in Kursk"
    assert [one["url"].rpartition("/")[2] for one in told["not_here"]] == ["refused"]
    names = {name.split("/", 2)[-1] for name in files if name.startswith("captures/")}
    assert names == {"capture.json", "record.warc.gz", "text.txt", "original.pdf", "original.mhtml"}
    assert len(told["captures"]) == 4
    verbs = {json.loads(line)["verb"] for line in files["entries/related.jsonl"].splitlines()}
    assert verbs >= {"source_registered", "source_corrected", "capture_requested", "capture_stored", "policy_edited"}
    assert "capture_uploaded" in verbs


def test_names_are_in_order_and_the_same_each_time(desk):
    claim = desk.claim()
    desk.cite(claim, "/story", "NIS")
    desk.cite(claim, "/paper.pdf", "SBU")
    first, second = exported(claim), exported(claim)
    names = [list(files_of(one)) for one in (first, second)]
    proofs = [name for name in names[0] if name.startswith("proofs/")]
    assert [name for name in names[0] if name not in proofs] == [
        name for name in names[1] if not name.startswith("proofs/")
    ]
    assert names[0][-3:] == ["manifest.json", "SHA256SUMS", "SHA256SUMS.sig"]
    listed = [line[66:] for line in files_of(first)["SHA256SUMS"].decode().splitlines()]
    assert listed == sorted(listed)


def test_nothing_leads_from_a_bundle_to_a_confidential_source(shared, desk):
    """Of the source not a word, not a key, not a person who was named on it; and with it or without, the same files."""
    files = shared.forged().files
    for name, content in files.items():
        assert SECRET.encode() not in content, name
        assert b"confidential:" not in content, name
    claim = desk.claim()
    desk.cite(claim, "/story", "NIS", stance=Stance.DISPUTES)
    desk.decide(claim, State.DISPUTED)
    before = files_of(exported(claim))
    confided = make_confidential(claim, desk.rita, SECRET)
    after = files_of(exported(claim))
    for name, content in after.items():
        assert SECRET.encode() not in content, name
        assert str(confided.source.key).encode() not in content, name
        assert confided.salt.encode() not in content, name
    assert before["claim.json"] == after["claim.json"]
    assert {name for name in before if "proofs" not in name} == {name for name in after if "proofs" not in name}
    assert len(after["entries/claim.jsonl"].splitlines()) == len(before["entries/claim.jsonl"].splitlines()) + 1


def test_addresses_and_where_a_file_came_from_stay_at_the_desk(shared):
    files = shared.forged().files
    for name, content in files.items():
        assert b"203.0.113.77" not in content, name
        assert NOTE.encode() not in content, name
    told = [json.loads(line) for line in files["entries/told.jsonl"].splitlines()]
    assert {field for line in told for field in line["withheld"]} == {"address", "reason"}
    assert not any("address" in line["told"] for line in told)


def test_who_gave_the_desk_a_document_stays_at_the_desk(desk):
    claim = desk.claim()
    desk.hand_in(claim)
    files = files_of(exported(claim))
    assert any(name.endswith("/original.pdf") for name in files)
    for name, content in files.items():
        assert PROVIDER.encode() not in content, name
        assert NOTE.encode() not in content, name


def test_a_recording_lies_beside_the_notes(desk, tmp_path):
    data = exported(desk.talked())
    files = files_of(data)
    (name,) = (one for one in files if one.endswith("/recording.wav"))
    assert files[name] == sounds.wav()
    assert b"He saw two of them." in files[name.replace("recording.wav", "original.text")]
    it = Forged(data, load_pem_private_key((Path(keys._folder()) / keys.SECRET).read_bytes(), None))
    it.files[name] += b"?"
    said = verified(it.signed().folder(tmp_path), "--key", log_key())
    assert any("recording.wav: is not what lies in the record" in reason for reason in said.reasons)


def test_what_was_erased_is_not_in_it(desk, tmp_path):
    claim = desk.claim()
    desk.cite(claim, "/story", "NIS", stance=Stance.DISPUTES)
    desk.decide(claim, State.DISPUTED, "Because of Mallory.")
    last = Entry.objects.get(stream=claim.stream, seq=claim.version)
    erase(last, ["reason", "actor"], by=desk.sofia, reason="Mallory asked.")
    data = exported(claim)
    assert b"Because of Mallory" not in data
    decided = json.loads(files_of(data)["claim.json"])["decisions"][0]
    assert (decided["reason"], decided["decided_by"]) == ("", "[erased]")
    (tmp_path / "bundle.zip").write_bytes(data)
    said = verified(tmp_path / "bundle.zip", "--key", log_key())
    assert said.code == 0, said.reasons
    assert any("reason was erased, as the trail says" in note for note in said.told["complete"]["notes"])


def test_an_export_is_on_record_and_what_waits_is_sealed_first(desk):
    claim = desk.claim()
    assert Pending.objects.exists()
    with desk.at_the_desk():
        data = exported(claim, desk.ada)
    entry = Entry.objects.get(verb="bundle_exported")
    assert (entry.actor, entry.stream, entry.seq) == (desk.ada, claim.stream, None)
    assert entry.after["bundle_sha256"] == hashlib.sha256(data).hexdigest()
    assert entry.sentence == "Ada exported the claim as a bundle: 1 lines, 0 copies"
    assert list(Pending.objects.values_list("entry", flat=True)) == [entry.pk]


@pytest.mark.parametrize("role", ["reporter", "administrator"])
def test_whoever_may_not_export_gets_nothing(role, desk):
    claim = desk.claim()
    with pytest.raises(NotAllowed, match="may not export claims as bundles"):
        export_bundle(claim, io.BytesIO(), by=make_person("nobody", role))
    assert not Entry.objects.filter(verb="bundle_exported").exists()


def test_the_claims_page_offers_it_to_those_who_may_and_gives_it(desk, client, tmp_path):
    claim = desk.claim()
    address, page = reverse("desk:claim_bundle", args=[claim.pk]), reverse("desk:claim", args=[claim.pk])
    client.force_login(desk.rita)
    assert address not in client.get(page).content.decode()
    assert client.post(address).status_code == 403
    client.force_login(desk.ada)
    assert f'action="{address}"' in client.get(page).content.decode()
    response = client.post(address)
    assert response.headers["Content-Disposition"] == f'attachment; filename="claim-{claim.pk}.zip"'
    assert response.headers["Content-Type"] == "application/zip"
    (tmp_path / "bundle.zip").write_bytes(b"".join(response.streaming_content))
    assert verified(tmp_path / "bundle.zip", "--key", log_key()).code == 0
    assert "Ada exported the claim as a bundle" in client.get(page).content.decode()
    assert client.get(address).status_code == 405


@pytest.mark.parametrize("harm", ["missing", "damaged"])
def test_a_record_that_is_missing_or_damaged_is_refused_in_words_and_nothing_is_on_record(harm, desk, client):
    claim = desk.claim()
    path = Path(archive().path(desk.cite(claim, "/story", "NIS").capture.warc_name))
    path.unlink() if harm == "missing" else path.write_bytes(path.read_bytes()[:-1])
    client.force_login(desk.ada)
    response = client.post(reverse("desk:claim_bundle", args=[claim.pk]))
    assert response.status_code == 409
    assert "Nothing was handed out" in response.content.decode()
    assert not Entry.objects.filter(verb="bundle_exported").exists()


def test_a_trail_that_is_not_what_was_signed_is_refused_in_words(desk, client):
    claim = desk.claim()
    sealed()
    make_claim(desk.rita, "Another.")
    (Path(keys._folder()) / keys.SECRET).write_text("no key")
    client.force_login(desk.ada)
    response = client.post(reverse("desk:claim_bundle", args=[claim.pk]))
    assert response.status_code == 409
    assert "read the key that signs the trail" in response.content.decode().replace("&#x27;", "'")


def test_a_disk_without_room_is_refused_in_words(desk, client, monkeypatch):
    """A device that is always full stands in for the disk."""
    claim = desk.claim()
    client.force_login(desk.ada)
    monkeypatch.setattr(tempfile, "TemporaryFile", partial(open, "/dev/full", "w+b", buffering=0))
    response = client.post(reverse("desk:claim_bundle", args=[claim.pk]))
    assert response.status_code == 409
    assert "no room left" in response.content.decode()


def test_a_key_that_is_newer_than_the_last_checkpoint_signs_it_too(desk, settings, tmp_path):
    """After a change of keys a reader needs the new key alone."""
    claim = desk.claim()
    sealed()
    folder = Path(settings.AUDIT_KEYS_DIR)
    old = log_key()
    (folder / keys.SECRET).rename(tmp_path / "old.pem")
    (tmp_path / "bundle.zip").write_bytes(exported(claim))
    (new,) = set(folder.glob("*.vkey")) - {old}
    assert verified(tmp_path / "bundle.zip", "--key", new).code == 0
    assert verified(tmp_path / "bundle.zip", "--key", old).code == 5


def test_an_authority_that_is_away_costs_the_stamp_and_not_the_bundle(desk, settings, tmp_path):
    settings.AUDIT_TSA_URL = "http://127.0.0.1:9/"
    claim, out = desk.claim(), io.BytesIO()
    bundle = export_bundle(claim, out, by=desk.ada)
    assert bundle.notes == ("The time-stamping authority gave no stamp: the bundle has none of its own.",)
    assert "SHA256SUMS.tsr" not in files_of(out.getvalue())


def test_certificates_that_stand_between_go_with_the_stamp(desk, settings, tmp_path):
    """A reader who knows the root alone needs them; who lays them down is the operator."""
    authority = make_authority(tmp_path / "tsa", between=True)
    claim = desk.claim()
    known = ("--tsa-ca", authority.root)
    with authority.served() as settings.AUDIT_TSA_URL:
        (tmp_path / "without.zip").write_bytes(exported(claim))
        between = (authority.folder / "between.pem").read_bytes()
        (Path(settings.AUDIT_KEYS_DIR) / keys.AUTHORITY).write_bytes(between)
        (tmp_path / "bundle.zip").write_bytes(exported(claim))
    assert "keys/tsa.pem" not in files_of((tmp_path / "without.zip").read_bytes())
    assert verified(tmp_path / "without.zip", "--key", log_key(), *known).holds("time-stamped") is False
    assert files_of((tmp_path / "bundle.zip").read_bytes())["keys/tsa.pem"] == between
    assert verified(tmp_path / "bundle.zip", "--key", log_key(), *known).holds("time-stamped") is True


def test_records_out_of_a_bucket_are_in_it_as_out_of_a_folder(settings, tmp_path):
    with running() as address:
        chosen = Objects(address)
        settings.STORAGES = {
            **settings.STORAGES,
            "archive": {"BACKEND": chosen.backend, "OPTIONS": chosen.options},
        }
        chosen.make()
        settings.ARCHIVE_HOST_PAUSE_SECONDS = 0
        with copies_of_a_site(settings) as copies:
            desk = Desk(copies)
            claim = desk.claim()
            capture = desk.cite(claim).capture
            (tmp_path / "bundle.zip").write_bytes(exported(claim))
        record = chosen.get(capture.warc_name)
    assert record in files_of((tmp_path / "bundle.zip").read_bytes()).values()
    assert verified(tmp_path / "bundle.zip", "--key", log_key()).code == 0


def test_the_command_writes_a_new_file_and_never_over_one(desk, tmp_path, capsys, monkeypatch):
    claim = desk.claim()
    monkeypatch.chdir(tmp_path)
    call_command("export_bundle", claim.pk)
    assert verified(tmp_path / f"claim-{claim.pk}.zip", "--key", log_key()).code == 0
    assert f"claim-{claim.pk}.zip: 1 lines, 0 copies" in capsys.readouterr().out
    assert Entry.objects.get(verb="bundle_exported").actor_label == "The command line"
    with pytest.raises(CommandError, match="is there already"):
        call_command("export_bundle", claim.pk)
    with pytest.raises(CommandError, match="There is no claim 999999"):
        call_command("export_bundle", 999_999, output=tmp_path / "new.zip")
    desk.cite(claim, "/story", "NIS")
    Contents.objects.update(cdxj="")
    with pytest.raises(CommandError, match="does not lead to the page"):
        call_command("export_bundle", claim.pk, output=tmp_path / "new.zip")
    Contents.objects.update(cdxj="no line of an index")
    with pytest.raises(CommandError, match="does not fit its index"):
        call_command("export_bundle", claim.pk, output=tmp_path / "new.zip")
    assert not (tmp_path / "new.zip").exists()


@pytest.mark.django_db
def test_a_giant_record_takes_no_memory(settings):
    """A record is copied in pieces: into the bundle, and into the WACZ in it."""
    giant = Route(os.urandom(14_000_000), headers={"Content-Type": "application/octet-stream"})
    with site({"/giant": giant}) as where:
        settings.ARCHIVE_ALLOW = frozenset([str(where)])
        desk = Desk(Copies(where))
        claim = desk.claim()
        assert desk.cite(claim, "/giant", "NIS").capture.is_stored
    with tempfile.TemporaryFile() as out:
        tracemalloc.start()
        export_bundle(claim, out, by=desk.ada)
        _, most = tracemalloc.get_traced_memory()
        tracemalloc.stop()
    assert most < 8_000_000
