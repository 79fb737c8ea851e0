"""Who reads the same pages otherwise than before says so, by another number: the watch must not take it for a change."""

import hashlib

from apps.archive.reading.extraction import read_article
from apps.archive.reading.reader import VERSION
from tests.archive.printed import PAPERS
from tests.sources.lineage_set.making import make_set

# The number of the reader, and what it reads of the twelve papers. Where the second changes, the first has to.
READS = (1, "a99e5593745c1e283d2262fb95e517ec8f254cf71253e654b599dcebf62faf13")


def test_the_same_pages_read_as_they_did_or_the_reader_has_another_number():
    texts = [text for text in make_set()[0] if len(text["text"]) > 600]
    seen = hashlib.sha256()
    for at, text in enumerate(texts):
        page = PAPERS[at % len(PAPERS)](text["title"], text["text"].split("\n"))
        article = read_article(page, "https://paper.example/article")
        seen.update(f"{article.title}\n{article.text}\0".encode())
    assert (VERSION, seen.hexdigest()) == READS
