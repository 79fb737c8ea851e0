"""How well the reader reads whole pages whose article is known: a floor under it, on twelve papers in eight languages.

Real pages are measured with ``tests.bench.archive.reading``; they are others' and not in this tree.
"""

from collections import defaultdict
from statistics import mean

import pytest
from selectolax.lexbor import LexborHTMLParser

from apps.archive.reading.extraction import read_article
from tests.archive.printed import PAPERS
from tests.bench.archive.reading import compared, harmonic, runs
from tests.sources.lineage_set.making import make_set

URL = "https://paper.example/article"
LEAST_F1 = 0.99
# One line too many or too few on a page is more than this allows a paper, of which there are several pages.
LEAST_OF_A_PAPER = 0.98
EVERY = 3


@pytest.fixture(scope="module")
def printed():
    """(paper, the page's HTML, the article's text), each paper with several texts of several languages."""
    texts = [text for text in make_set()[0] if len(text["text"]) > 600][::EVERY]
    assert len(texts) >= 90
    return [
        (paper.__name__, paper(text["title"], text["text"].split("\n")), text["text"])
        for at, text in enumerate(texts)
        for paper in [PAPERS[at % len(PAPERS)]]
    ]


def judged(read, pages):
    """F1 over all pages, and that of each paper: of the means of precision and recall, by runs of four words."""
    found = defaultdict(list)
    for paper, html, text in pages:
        found[paper].append(compared(runs(text), runs(read(html))))

    def f1(results):
        return harmonic(mean(result[0] for result in results), mean(result[1] for result in results))

    return f1([result for results in found.values() for result in results]), {
        paper: f1(results) for paper, results in found.items()
    }


def test_what_it_reads_is_what_a_reader_would_call_the_article(printed):
    together, each = judged(lambda html: read_article(html, URL).text, printed)
    assert together >= LEAST_F1, each
    assert len(each) == len(PAPERS)
    assert min(each.values()) >= LEAST_OF_A_PAPER, each


def test_the_whole_page_would_not_do(printed):
    together, _ = judged(lambda html: LexborHTMLParser(html).body.text(separator=" "), printed)
    assert together < LEAST_F1
