"""Checkpoints in an object store, as in a folder: laid down once, read back, and missed when they are gone."""

import boto3
import pytest

from apps.audit.actions import record
from apps.audit.models import Checkpoint
from apps.audit.sealing import anchors
from apps.audit.tasks import seal_what_waits
from apps.audit.verbs import Verb
from apps.audit.verifying.checking import verify
from tests.archive.object_store import KEY, SECRET, running

pytestmark = pytest.mark.django_db


@pytest.fixture(scope="module")
def address():
    with running() as where:
        yield where


@pytest.fixture
def bucket(address, settings):
    client = boto3.client(
        "s3", endpoint_url=address, aws_access_key_id=KEY, aws_secret_access_key=SECRET, region_name="us-east-1"
    )
    client.create_bucket(Bucket="anchors")
    options = {
        "bucket_name": "anchors",
        "endpoint_url": address,
        "region_name": "us-east-1",
        "access_key": KEY,
        "secret_key": SECRET,
        "file_overwrite": False,
    }
    settings.STORAGES = {
        **settings.STORAGES,
        "anchors": {"BACKEND": "storages.backends.s3.S3Storage", "OPTIONS": options},
    }
    yield client
    for found in client.list_objects_v2(Bucket="anchors").get("Contents", []):
        client.delete_object(Bucket="anchors", Key=found["Key"])
    client.delete_bucket(Bucket="anchors")


def write_and_seal():
    record(Verb.SIGNED_IN, stream="person:1", target="Ada", by=None)
    seal_what_waits()


def test_checkpoints_lie_in_the_bucket_and_are_compared_with_it(bucket):
    assert list(anchors.laid_down()) == []
    write_and_seal()
    write_and_seal()
    assert [(size, kind) for size, kind, _ in anchors.laid_down()] == [(1, "note"), (2, "note")]
    body = bucket.get_object(Bucket="anchors", Key=anchors.name_of(2))["Body"].read().decode()
    assert body == Checkpoint.objects.get(size=2).note
    report = verify()
    assert (report.anchors, report.findings) == (2, [])


def test_one_that_was_changed_or_taken_away_is_found(bucket):
    write_and_seal()
    write_and_seal()
    bucket.put_object(Bucket="anchors", Key=anchors.name_of(1), Body=b"another")
    bucket.delete_object(Bucket="anchors", Key=anchors.name_of(2))
    assert {finding.kind for finding in verify().findings} == {"anchor_differs", "anchor_missing"}


def test_a_bucket_that_is_away_is_tried_again(bucket, settings, caplog):
    right = settings.STORAGES
    gone = {**right["anchors"], "OPTIONS": {**right["anchors"]["OPTIONS"], "bucket_name": "nowhere"}}
    settings.STORAGES = {**right, "anchors": gone}
    write_and_seal()
    assert "could not be laid down" in caplog.text
    assert Checkpoint.objects.get().anchored_at is None
    settings.STORAGES = right
    seal_what_waits()
    assert Checkpoint.objects.get().anchored_at is not None
