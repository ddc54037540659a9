"""Requirements of the AI Act on which a person states something and checks measure something."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fmnist_governance.evidence.record import EvidenceRecord
from fmnist_governance.render.view import Stated

ASPECTS: Mapping[str, tuple[str, ...]] = {
    "explainability": ("explanation",),
    "auditability": ("integrity",),
    "fairness": ("performance", "slices"),
    "robustness": ("corruption", "invariance", "adversarial", "ood"),
    "cybersecurity": ("adversarial", "integrity", "privacy"),
}
"""Topic of the declarations to the checks that have something to say on it."""


@dataclass(frozen=True, slots=True)
class Aspect:
    """One such requirement in one audit."""

    stated: Stated
    measured: tuple[str, ...]
    unmeasured: tuple[str, ...]
    """Checks that could have measured it and have no result."""


def aspects(record: EvidenceRecord, said: Mapping[str, Stated]) -> tuple[Aspect, ...]:
    """Return every aspect, with the checks that measured it and those that did not."""
    found = {entry.name for entry in record.checks if entry.status == "measured"}
    return tuple(
        Aspect(
            stated=said[topic],
            measured=tuple(name for name in checks if name in found),
            unmeasured=tuple(name for name in checks if name not in found),
        )
        for topic, checks in ASPECTS.items()
    )


def unexamined(record: EvidenceRecord) -> tuple[str, ...]:
    """Return the checks that some aspect needs and that the audit was not asked to run."""
    names = dict.fromkeys(name for checks in ASPECTS.values() for name in checks)
    return tuple(name for name in names if record.check(name) is None)
