"""Recordings: whole, of a kind that players know, and one thing only."""

import io
import time

import pytest

from apps.archive.codes import Sound
from apps.archive.receiving.handed_in import receive_recording
from apps.archive.receiving.recordings import sound_of
from apps.archive.receiving.refusals import UploadRefused
from tests.archive import sounds, uploads

KINDS = {Sound.WAV: sounds.wav(), Sound.MP4: sounds.mp4(), Sound.OGG: sounds.ogg(), Sound.MP3: sounds.mp3()}
MORE = b"<script>alert(1)</script>"


def bring(data, name="call.m4a"):
    return receive_recording(io.BytesIO(data), name=name)


@pytest.mark.parametrize("kind", KINDS)
def test_a_whole_one_is_taken_as_what_its_bytes_are(kind):
    found = bring(KINDS[kind], "C:\\calls\\call\u202e.exe")
    assert (found.kind, found.file_name, found.data) == (kind, "call .exe", KINDS[kind])


@pytest.mark.parametrize("kind", KINDS)
def test_one_that_breaks_off_is_refused(kind):
    for cut in (1, 7, len(KINDS[kind]) // 2):
        with pytest.raises(UploadRefused):
            bring(KINDS[kind][:-cut] if kind != Sound.MP3 else sounds.mp3(tag=False)[:-cut])


@pytest.mark.parametrize("kind", KINDS)
def test_one_with_something_else_behind_its_end_is_refused(kind):
    with pytest.raises(UploadRefused, match="something else in it"):
        bring(KINDS[kind] + MORE)


@pytest.mark.parametrize(
    "data",
    [
        b"Two were captured.",
        uploads.PAGE,
        uploads.png(),
        uploads.pdf("Two captured."),
        b"RIFF\x04\0\0\0WEBP",
        b"\xff\xfb",
        b"ID3",
        b"\x1aE\xdf\xa3webm",
    ],
)
def test_what_is_no_recording_of_these_kinds_is_refused(data):
    with pytest.raises(UploadRefused):
        bring(data)


def test_mp3_without_tags_with_a_footer_and_with_padding_is_taken():
    plain = sounds.mp3(tag=False)
    footed = b"ID3\x04\0\x10" + bytes([0, 0, 0, 4]) + bytes(4) + b"3DI\x04\0\x10" + bytes([0, 0, 0, 4])
    for data in (plain, footed + plain, bytes(3) + plain if sound_of(bytes(3) + plain) else plain, plain + bytes(500)):
        assert bring(data).kind == Sound.MP3


def test_two_mp3_frames_are_the_least():
    with pytest.raises(UploadRefused):
        bring(sounds.mp3(1, tag=False))


def test_mp4_without_its_sound_or_with_a_box_that_reaches_beyond_the_end_is_refused():
    head = sounds.box(b"ftyp", b"M4A ")
    for data in (head, head + sounds.box(b"moov"), head + sounds.box(b"moov") + b"\xff\xff\xff\xffmdat"):
        with pytest.raises(UploadRefused):
            bring(data)


def test_mp4_may_give_a_size_of_64_bits():
    large = b"\0\0\0\x01mdat" + (16 + 5).to_bytes(8, "big") + b"sound"
    assert bring(sounds.box(b"ftyp", b"M4A ") + sounds.box(b"moov") + large).kind == Sound.MP4


def test_an_empty_one_and_one_that_is_too_large_are_refused(settings):
    with pytest.raises(UploadRefused, match="empty"):
        bring(b"")
    settings.ARCHIVE_UPLOAD_BYTES = 500
    with pytest.raises(UploadRefused, match=r"larger than 0\.5 kB"):
        bring(sounds.mp3())


def test_one_that_a_zip_reader_would_open_is_refused():
    data = bytearray(sounds.mp4(b"PK\x05\x06" + bytes(18)))
    with pytest.raises(UploadRefused, match="ZIP"):
        bring(bytes(data))


def test_millions_of_the_smallest_parts_take_no_more_than_a_moment():
    for data in (
        sounds.box(b"ftyp", b"M4A ") + sounds.box(b"free") * 2_000_000,
        b"RIFF" + (4 + 8 * 2_000_000).to_bytes(4, "little") + b"WAVE" + b"junk\0\0\0\0" * 2_000_000,
        (b"OggS\0\0" + bytes(20) + b"\0") * 500_000,
        b"ID3\x04\0\0\0\0\0\0" * 1_500_000,
    ):
        began = time.process_time()
        with pytest.raises(UploadRefused):
            bring(data)
        assert time.process_time() - began < 5
