"""Which chapter of the report each check belongs to."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from fmnist_governance.render.report.findings import Finding

OTHERS = "others"
"""The chapter of every check that stands nowhere else."""

CHAPTERS: Mapping[str, tuple[str, ...]] = {
    "good": ("performance",),
    "fails": ("confusion", "slices"),
    "sure": ("calibration", "selective", "conformal", "ood"),
    "breaks": ("corruption", "invariance", "adversarial", "drift"),
    "looks": ("explanation",),
    "trained": ("data_quality", "privacy"),
    OTHERS: ("efficiency",),
    "says": ("integrity",),
}
"""Chapter to its checks, in the order in which an auditor asks."""


def chapters(findings: Iterable[Finding]) -> dict[str, tuple[Finding, ...]]:
    """Return the findings of each chapter; within one, in the order of `CHAPTERS`, then of the record."""
    home = {check: chapter for chapter, checks in CHAPTERS.items() for check in checks}
    order = {check: place for place, check in enumerate(home)}
    sorted_ = sorted(findings, key=lambda finding: order.get(finding.check.name, len(order)))
    return {
        chapter: tuple(finding for finding in sorted_ if home.get(finding.check.name, OTHERS) == chapter)
        for chapter in CHAPTERS
    }
