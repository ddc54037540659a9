"""The sentences that state a finding: which numbers they are about, and on which side of zero those lie."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fmnist_governance.evidence.record import EvidenceRecord, Measurement
from fmnist_governance.render.view import Number
from fmnist_governance.stats.decide import decide

LEADS: Mapping[str, tuple[str, ...]] = {
    "performance": ("performance.accuracy", "performance.worst_class.recall"),
    "confusion": ("confusion.worst_pair.rate",),
    "calibration": ("calibration.overconfidence", "calibration.ece"),
    "selective": ("selective.at_error_1.coverage", "selective.failure_auroc"),
    "conformal": ("conformal.lac.alpha_5.coverage", "conformal.lac.alpha_5.set_size"),
    "corruption": ("corruption.mean_accuracy", "corruption.worst.accuracy", "corruption.worst_first_step.drop"),
    "invariance": ("invariance.worst_of_k.accuracy", "invariance.flip_lr.consistency"),
    "adversarial": (
        "adversarial.linf.eps_8_255.accuracy",
        "adversarial.linf.median_budget",
        "adversarial.sanity.broken",
    ),
    "explanation": (
        "explanation.deletion.gain_over_random",
        "explanation.deletion.gain_over_intensity",
        "explanation.randomisation.spearman",
    ),
    "slices": ("slices.significant_within_class", "slices.worst.accuracy"),
    "ood": ("ood.far.confident_rate", "ood.near.confident_rate"),
    "data_quality": (
        "data_quality.near_duplicate.t_0_98.rate",
        "data_quality.leak_adjusted.t_0_98.accuracy",
        "data_quality.label_issue.test.rate",
    ),
    "privacy": ("privacy.membership.auc", "privacy.generalisation_gap"),
    "integrity": ("integrity.package.agreement",),
    "efficiency": ("efficiency.latency.median", "efficiency.parameters"),
}
"""What the first sentences of a check's finding are about, where it was measured."""

_MOST = 3
"""Sentences about a check that is not in the table."""

_SIGNED = (
    *("adversarial.sanity.broken", "calibration.overconfidence"),
    *("explanation.deletion.gain_over_random", "explanation.deletion.gain_over_intensity"),
)
"""Numbers whose sentence depends on the side of zero on which the whole interval lies."""


@dataclass(frozen=True, slots=True)
class Lead:
    """One sentence about one number; the template holds its words."""

    key: str
    """Names the words: the measurement's id, for some followed by `above`, `below` or `undecided`."""
    number: Number


def leads(check: str, record: EvidenceRecord) -> tuple[Lead, ...]:
    """Return the sentences that state what a check found, none where it measured nothing.

    A check that no table names is stated by its first headline numbers, else by its first numbers.
    """
    found = [measured for id_ in LEADS.get(check, ()) if (measured := record.find(id_))]
    if not found:
        own = [m for m in record.measurements if m.id.startswith(f"{check}.") and ".class." not in m.id]
        found = ([m for m in own if m.headline] or own)[:_MOST]
    return tuple(Lead(_key(measured), Number.of(measured)) for measured in found)


def _key(measured: Measurement) -> str:
    if measured.id not in _SIGNED:
        return measured.id
    above = decide(measured.value, measured.interval, ">", 0).outcome
    side = {"holds": "above", "fails": "below", "undecided": "undecided"}[above]
    return f"{measured.id}.{side}"
