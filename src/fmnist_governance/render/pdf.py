"""A page as a tagged PDF, where WeasyPrint is installed (the extra `pdf`)."""

from __future__ import annotations

import logging
import re

from fmnist_governance.errors import ConfigError
from fmnist_governance.render.charts.chart import RIGHT, STYLE

_CHART = re.compile(r'(<svg [^>]*class="fg"[^>]*>)(.*?</svg>)', re.DOTALL)
_COLOURS = {"--ink": "#000", "--soft": "#333", "--line": "#999", "--right": RIGHT}
"""What the style of a chart calls its colours; the library knows no variables in a picture."""


def printed(page: str) -> bytes:
    """Return a page as PDF/UA: with a structure that a screen reader can follow.

    The same page gives the same bytes as long as library and fonts are the same. Nothing is fetched.

    Raises:
        ConfigError: The library is not installed, or a part of it is missing.
    """
    try:
        from weasyprint import HTML
        from weasyprint.urls import URLFetcher
    except (ImportError, OSError) as err:
        msg = "--format pdf: WeasyPrint is needed, and is not installed: pip install 'fmnist-governance[pdf]'"
        raise ConfigError(msg) from err
    logging.getLogger("weasyprint").setLevel(logging.ERROR)  # It warns of every rule that is for screens.
    document = HTML(string=_for_print(page), url_fetcher=URLFetcher(allowed_protocols=["data"]))
    made: bytes = document.write_pdf(pdf_variant="pdf/ua-1")
    return made


def _for_print(page: str) -> str:
    """Give each chart its own style, with colours instead of variables."""
    return _CHART.sub(lambda found: f"{found[1]}<style>{_plain(STYLE)}</style>{_plain(found[2])}", page)


def _plain(text: str) -> str:
    for name, colour in _COLOURS.items():
        text = text.replace(f"var({name})", colour)
    return text
