"""All attacks on one model: the sweeps, and what could show that they failed."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from fmnist_governance.audit.attacks import sanity
from fmnist_governance.audit.attacks.budget import Budget, Norm
from fmnist_governance.audit.attacks.sanity import Finding
from fmnist_governance.audit.attacks.settings import HEADLINES, AdversarialParams
from fmnist_governance.audit.attacks.sweep import Sweep
from fmnist_governance.audit.attacks.target import Target, swept


@dataclass(frozen=True, slots=True)
class Attacked:
    """All that the attacks found."""

    target: Target
    sweeps: Mapping[Norm, Sweep]
    one_step: Mapping[Budget, int]
    """How many images were right after FGSM."""
    noisy: Mapping[Budget, int]
    """How many images were right under every draw of noise."""
    findings: tuple[Finding, ...]
    passes: int
    """Images times forward passes."""

    @property
    def n(self) -> int:
        """How many images were attacked."""
        return len(self.target.index)

    @property
    def clean(self) -> int:
        """How many of them are right as they are."""
        return int(self.target.right.sum())


def attacked(target: Target, params: AdversarialParams) -> Attacked:
    """Sweep each norm, then try what could show that the attacks failed."""
    norms = [norm for norm in Norm if params.budgets(norm)]
    sweeps = {norm: swept(target, norm, params.budgets(norm), params.steps, params.restarts) for norm in norms}
    one_step, passes = _one_step(target, [budget for norm in norms for budget in params.budgets(norm)])
    linf, noisy, noise = _noise(target, sweeps[Norm.LINF], params.noise_draws)
    half, half_passes = sanity.at_half(target, linf, params.steps)
    survived, linf = sanity.at_survivors(
        target, linf, most=params.survivors, queries=params.square_queries, steps=params.more_steps
    )
    findings = {item.rule: item for item in (*survived, *noise, *sanity.at_rest(target), half)}
    ordered = tuple(findings[rule] for rule in sanity.RULES if rule in findings)
    sweeps[Norm.LINF] = linf
    passes += target.passes + half_passes + 2 * len(target.index) + sum(sweep.passes for sweep in sweeps.values())
    return Attacked(target, sweeps, one_step, noisy, ordered, passes)


def _one_step(target: Target, budgets: list[Budget]) -> tuple[dict[Budget, int], int]:
    rows = target.right.nonzero()[:, 0]
    left = {budget: int((~target.one_step(rows, budget).broken).sum()) for budget in budgets}
    return left, len(rows) * len(budgets)


def _noise(target: Target, found: Sweep, draws: int) -> tuple[Sweep, dict[Budget, int], tuple[Finding, ...]]:
    """Try random noise on every image that is right, at the headline budgets."""
    rows, noisy, more = target.right.nonzero()[:, 0], {}, 0
    attack = target.noise(draws)
    for number, budget in enumerate(found.budgets):
        if budget.text in HEADLINES:
            attempt = attack(rows, budget)
            noisy[budget] = int((~attempt.broken).sum())
            more = max(more, int((attempt.broken & found.standing(number)[rows]).sum()))
            found = found.broken_too(rows, number, attempt)
    return found, noisy, (Finding(sanity.NOISE, more, len(target.index)),)
