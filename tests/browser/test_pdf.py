"""The library behind `--format pdf`, in earnest."""

from __future__ import annotations

import re
import zlib

import pytest
from reports import bare_report

from fmnist_governance.render.documents.report import html
from fmnist_governance.render.pdf import printed

pytestmark = pytest.mark.browser


def objects(pdf: bytes) -> bytes:
    """Return what the compressed streams of a PDF hold, one after the other."""
    found = re.findall(rb"stream\r?\n(.*?)\r?\nendstream", pdf, re.DOTALL)
    return b" ".join(zlib.decompressobj().decompress(part) for part in found if part.startswith(b"x"))


def test_a_page_becomes_a_tagged_pdf_of_the_same_bytes_each_time() -> None:
    page = html(bare_report())

    made = printed(page)

    assert made.startswith(b"%PDF-")
    assert b"/StructTreeRoot" in objects(made)
    assert b"/Lang" in objects(made)
    assert made == printed(page)
