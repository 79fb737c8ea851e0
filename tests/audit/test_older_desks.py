"""A desk that was there before lines were hashed: migrating gives it bodies, chains and heads that verify."""

import json

import pytest
from django.db import connection
from django.db.migrations.executor import MigrationExecutor

from apps.audit import triggers
from apps.audit.models import Entry, Pending
from apps.audit.sealing.sealer import seal
from apps.audit.verifying.checking import verify
from apps.claims import actions
from apps.claims.models import Claim
from apps.claims.states import Stage
from apps.search import triggers as noted
from tests.newsroom import make_claim, make_editor, make_story

BEFORE = [
    ("audit", "0001_initial"),
    ("claims", "0008_grades_and_stances"),
    ("sources", "0007_documents_and_interviews"),
]


@pytest.mark.django_db(transaction=True)
def test_what_was_written_before_is_hashed_chained_and_verifies():
    ada = make_editor()
    claim = make_claim(ada, "Two “soldiers” were captured.")
    actions.change_stage(claim, by=ada, expected_version=1, stage=Stage.IN_REVIEW)
    make_story(ada)
    told = list(Entry.every_line.order_by("pk").values("verb", "target_label", "before", "after", "reason"))
    now = MigrationExecutor(connection).loader.graph.leaf_nodes()
    triggers.lift(connection)
    noted.lift(connection)
    MigrationExecutor(connection).migrate(BEFORE)
    assert "body" not in _columns("audit_entry")
    MigrationExecutor(connection).migrate(now)
    triggers.install(connection)
    noted.install(connection)
    assert triggers.missing(connection) == []
    assert list(Entry.every_line.order_by("pk").values("verb", "target_label", "before", "after", "reason")) == told
    assert Pending.objects.count() == len(told)
    lines = list(Entry.objects.filter(stream=claim.stream).order_by("seq"))
    assert [json.loads(line.body)["prev"] for line in lines] == [None, lines[0].hash]
    assert Claim.objects.get(pk=claim.pk).head == lines[-1].hash
    seal()
    assert [str(finding) for finding in verify().findings] == []


def _columns(table):
    with connection.cursor() as cursor:
        return {column.name for column in connection.introspection.get_table_description(cursor, table)}
