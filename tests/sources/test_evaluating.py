"""The command that judges suggestions on texts whose relations are known; and our own sets, judged by it."""

import json
import random
import re
from io import StringIO

import pytest
from django.core.management import CommandError, call_command

from apps.archive.reading.extraction import read_article
from apps.sources.evaluating import RELATIONS, as_read
from apps.sources.models import Agency, Attribution, Fingerprint, Source
from tests.sources.lineage_set.__main__ import write
from tests.sources.lineage_set.heavy import EVENTS, make_heavy_set
from tests.sources.lineage_set.held_back import make_held_back_set
from tests.sources.lineage_set.making import make_set

pytestmark = pytest.mark.django_db
FERRIES, PORT, STRIKE = (event["texts"] for event in EVENTS[:3])


def judged(folder, *options):
    out = StringIO()
    call_command("evaluate_lineage", str(folder), "--json", *options, stdout=out)
    return json.loads(out.getvalue())


def in_order(made, seed):
    """The set with its documents as they are written, or shuffled: captures come as they come."""
    documents, pairs = made
    if seed is not None:
        random.Random(seed).shuffle(documents)  # noqa: S311
    return documents, pairs


@pytest.mark.parametrize("seed", [None, 1])
def test_edited_copies_are_found_and_no_two_reports_of_one_event_are_merged(tmp_path, seed):
    assert Agency.objects.exists()
    write(tmp_path, in_order(make_set(), seed))
    found = judged(tmp_path)
    assert found["documents"] >= 300
    assert found["relations"]["copy"]["recall"] >= 0.99
    assert found["relations"]["copy"]["precision"] >= 0.99
    assert found["relations"]["same-party"]["recall"] >= 0.9
    assert found["false_merges"] == 0
    assert sum(found["confusion"]["independent"].values()) >= 500
    cpu = found["cpu_ms_per_document"]
    assert 0 < cpu["mean"] <= cpu["most"]
    assert 0 < cpu["p95"] <= cpu["most"]


@pytest.mark.parametrize("seed", [None, 1, 2, 3])
@pytest.mark.parametrize(("make", "copies"), [(make_held_back_set, 12), (make_heavy_set, 24)])
def test_the_sets_that_were_written_by_hand_come_out_as_well(tmp_path, make, copies, seed):
    write(tmp_path, in_order(make(), seed))
    found = judged(tmp_path)
    assert found["confusion"]["copy"]["copy"] == sum(found["confusion"]["copy"].values()) == copies
    assert found["relations"]["copy"]["precision"] == 1
    assert found["false_merges"] == 0


def test_the_figures_are_those_of_the_table(tmp_path):
    write(tmp_path, make_held_back_set())
    found = judged(tmp_path)
    # The table: a row for each relation as it is known, a column for each as it was found.
    assert {row: {*columns} for row, columns in found["confusion"].items()} == {one: {*RELATIONS} for one in RELATIONS}
    assert sum(sum(columns.values()) for columns in found["confusion"].values()) == found["pairs"]
    for one in RELATIONS:
        right = found["confusion"][one][one]
        known, as_such = sum(found["confusion"][one].values()), sum(row[one] for row in found["confusion"].values())
        assert found["relations"][one] == {
            "precision": pytest.approx(right / as_such, abs=1e-4),
            "recall": pytest.approx(right / known, abs=1e-4),
        }


def test_nothing_stays_behind(tmp_path):
    write(tmp_path, make_held_back_set())
    judged(tmp_path)
    assert [model.objects.count() for model in (Source, Attribution, Fingerprint)] == [0, 0, 0]


def test_it_prints_a_table_and_fails_below_a_floor(tmp_path, capsys):
    write(tmp_path, make_held_back_set())
    call_command("evaluate_lineage", str(tmp_path), "--recall", "0.99", "--no-false-merge")
    shown = capsys.readouterr().out
    assert "known \\ found" in shown
    assert "CPU each" in shown
    documents, pairs = make_held_back_set()
    write(tmp_path, (documents, [{**pair, "relation": "copy"} for pair in pairs]))
    with pytest.raises(SystemExit) as left:
        call_command("evaluate_lineage", str(tmp_path), "--recall", "0.99", stdout=StringIO())
    assert left.value.code == 1


def test_a_text_is_read_as_the_archive_reads_a_page():
    said = "Zwei Männer sind am Montag aus dem Hafenbecken von Lüderitz geborgen worden, hieß es\u00a0am Abend."
    unseen = "\x00\x0b\x1f\x7f\u00ad\u200b\u200c\u200d\u200e\u2060\u202a\ufeff\ue000"
    odd = "".join(f"{letter}{unseen}" if letter == "n" else letter for letter in said)
    page = read_article(
        f"<html><body><article><h1>x</h1><p>{odd[1:]}</p><p>{odd}</p></article></body></html>", "https://a.example/"
    )
    assert page.text.split("\n")[-1] == as_read(odd).replace("\u00a0", " ") == said.replace("\u00a0", " ")


def test_copies_whose_words_may_be_broken_are_copies(tmp_path):
    broken = re.sub(r"(\w{4})(?=\w{3})", "\\1\u00ad", FERRIES["wire"])
    documents = [{**GOOD, "text": FERRIES["wire"]}, {**OTHER, "text": broken, "url": "https://b.example/"}]
    write(tmp_path, (documents, [PAIR]))
    assert judged(tmp_path)["confusion"]["copy"]["copy"] == 1


def test_two_stories_of_one_agency_are_two_and_who_quotes_it_is_not(tmp_path):
    texts = {
        "ferry": ("https://www.afp.com/ferry", FERRIES["wire"], "AFP"),
        "strike": ("https://www.afp.com/strike", STRIKE["afp"], "AFP"),
        "printed": ("https://paper.example/1", PORT["cannery"], "AFP"),
        "quoting": ("https://other.example/1", "A mechanic told AFP that nobody had answered him for weeks.", ""),
    }
    documents = [{**GOOD, "id": key, "url": url, "text": text, "credit": by} for key, (url, text, by) in texts.items()]
    pairs = [("ferry", "strike"), ("ferry", "printed"), ("ferry", "quoting"), ("quoting", "printed")]
    write(tmp_path, (documents, [{"a": a, "b": b, "relation": "independent"} for a, b in pairs]))
    assert [(wrong["a"], wrong["b"], wrong["found"]) for wrong in judged(tmp_path)["wrong"]] == [
        ("ferry", "quoting", "same-party"),
        ("quoting", "printed", "same-party"),
    ]


GOOD = {"id": "a", "url": "https://a.example/", "title": "A", "text": "Something happened."}
OTHER = {**GOOD, "id": "b"}
PAIR = {"a": "a", "b": "b", "relation": "copy"}


@pytest.mark.parametrize(
    ("documents", "pairs", "said"),
    [
        ([GOOD, "{"], [], "documents.jsonl, line 2: this is no JSON"),
        ([GOOD, "[1]"], [], "documents.jsonl, line 2: this is no object"),
        ([{**GOOD, "id": None}], [], "documents.jsonl, line 1: “id” is missing"),
        ([GOOD, GOOD], [], "documents.jsonl, line 2: the id a is there twice"),
        ([{**GOOD, "text": " "}], [], "documents.jsonl, line 1: there is no “text”"),
        ([{**GOOD, "text": 3}], [], "documents.jsonl, line 1: “text” is no text"),
        ([{**GOOD, "published": "yesterday"}], [], "line 1: “published” is no date"),
        ([], [], "there are no documents in it"),
        ([GOOD, OTHER], [{**PAIR, "b": "c"}], "pairs.jsonl, line 1: there is no document c"),
        ([GOOD, OTHER], [{**PAIR, "b": "a"}], "pairs.jsonl, line 1: a is paired with itself"),
        ([GOOD, OTHER], [PAIR, {**PAIR, "relation": "twin"}], "pairs.jsonl, line 2: the relation “twin” is none of"),
        (None, None, "documents.jsonl: No such file"),
    ],
)
def test_bad_input_is_told_with_file_and_line(tmp_path, documents, pairs, said):
    for name, rows in (("documents", documents), ("pairs", pairs)):
        if rows is not None:
            lines = [row if isinstance(row, str) else json.dumps(row) for row in rows]
            (tmp_path / f"{name}.jsonl").write_text("\n".join(lines))
    with pytest.raises(CommandError, match=said.replace("(", r"\(")) as refused:
        call_command("evaluate_lineage", str(tmp_path))
    assert refused.value.returncode == 2


def test_odd_documents_are_gone_through_all_the_same(tmp_path):
    odd = [
        {**GOOD, "id": 1, "url": "", "text": "\x00nul and \ud800 half a pair"},
        {**GOOD, "id": 2, "url": "http://[broken/", "text": "“" * 5_000},
        {**GOOD, "id": 3, "url": GOOD["url"], "text": "A.B.C. said " * 3_000},
        {**GOOD, "id": 4, "text": "人" * 20_000, "credit": None, "published": "2025-03-01"},
        {**GOOD, "id": 5, "text": "word " * 20_000, "published": "2025-03-01T10:00:00+09:00"},
    ]
    write(tmp_path, (odd, [{"a": 1, "b": 2, "relation": "independent"}]))
    assert judged(tmp_path)["confusion"]["independent"]["independent"] == 1
