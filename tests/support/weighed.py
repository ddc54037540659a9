"""What each part of a page costs."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping
from pathlib import Path

MOST = 400_000
"""Bytes of the report of the standard suite."""

_PARTS = {
    "pictures": r'data:image/png;base64,[^"]+',
    "charts": r'<svg [^>]*class="fg".*?</svg>',
    "style": r"<style>.*?</style>",
    "rows of the appendix": r'<section class="shelf">.*?</section>',
    "tables": r"<table.*?</table>",
}


def weighed(page: str) -> Mapping[str, int]:
    """Return the bytes of each part; none is counted twice, and what is left is text."""
    costs = {}
    for name, pattern in _PARTS.items():
        found = re.findall(pattern, page, re.DOTALL)
        costs[name] = sum(len(part.encode()) for part in found)
        page = re.sub(pattern, "", page, flags=re.DOTALL)
    return {**costs, "text": len(page.encode())}


def main(paths: list[str]) -> None:
    """Print what each part of some pages costs."""
    for path in paths:
        costs = weighed(Path(path).read_text(encoding="utf-8"))
        sys.stdout.write(f"{path}: {sum(costs.values()):,} bytes\n")
        sys.stdout.writelines(f"{cost:>10,}  {name}\n" for name, cost in costs.items())


if __name__ == "__main__":
    main(sys.argv[1:])
