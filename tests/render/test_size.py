"""Pages stay small: what they may weigh, and what each part of the example's report does."""

from __future__ import annotations

from pathlib import Path

import pytest
from weighed import MOST, weighed

from fmnist_governance.bundle.folder import open_folder
from fmnist_governance.bundle.verify import evidence
from fmnist_governance.pipeline.assessing import stored
from fmnist_governance.pipeline.documenting import chosen, rendered
from fmnist_governance.pipeline.documenting import report as gathered

ROOT = Path(__file__).parents[2]
DEMO = ROOT / "reports" / "demo" / "report.html"
BUDGET = {
    "pictures": 130_000,
    "charts": 75_000,
    "style": 15_000,
    "rows of the appendix": 90_000,
    "tables": 70_000,
    "text": 90_000,
}


@pytest.fixture(scope="module")
def pages() -> dict[str, str]:
    """The report and the card of the example, and the report of `make demo` where it was made."""
    bundle = open_folder(ROOT / "reports" / "sample")
    record, seal = evidence(bundle)
    concluded = stored({path: bundle.load(path) for path in bundle.paths("assessments/")}, seal)[-1]
    known = gathered(record, concluded, bundle.read, run=bundle.run_id, seal=seal)
    made = {name: data.decode() for name, data in rendered(chosen((), ("html",)), known).items()}
    return {**made, "demo": DEMO.read_text(encoding="utf-8")} if DEMO.exists() else made


def test_the_report_of_the_standard_suite_stays_within_its_promise(pages: dict[str, str]) -> None:
    for name in {"report.html", "demo"} & pages.keys():
        assert sum(weighed(pages[name]).values()) <= MOST, weighed(pages[name])


def test_each_part_of_the_report_stays_within_its_share(pages: dict[str, str]) -> None:
    costs = weighed(pages["report.html"])

    assert {part: cost for part, cost in costs.items() if cost > BUDGET[part]} == {}


def test_no_other_page_is_as_large(pages: dict[str, str]) -> None:
    others = [len(page.encode()) for name, page in pages.items() if name not in {"report.html", "demo"}]

    assert max(others) <= MOST / 2


def test_parts_are_counted_once() -> None:
    page = '<style>a</style><table><svg class="fg">é</svg></table>text'

    assert weighed(page) == {
        "pictures": 0, "charts": len('<svg class="fg">é</svg>') + 1, "style": 16, "rows of the appendix": 0,
        "tables": 15, "text": 4,
    }  # fmt: skip
