"""How small a change, made on purpose, turns the model's answers?"""

from __future__ import annotations

from collections.abc import Iterator

from fmnist_governance.audit.attacks import sanity, tables
from fmnist_governance.audit.attacks.attacked import Attacked, attacked
from fmnist_governance.audit.attacks.budget import Budget, Norm
from fmnist_governance.audit.attacks.median import median_budget
from fmnist_governance.audit.attacks.settings import HEADLINES, NAMES, AdversarialParams
from fmnist_governance.audit.attacks.target import prepared
from fmnist_governance.audit.check import Check, CheckResult
from fmnist_governance.audit.subject import Need, Subject
from fmnist_governance.errors import CheckError
from fmnist_governance.evidence.record import Measurement
from fmnist_governance.stats.proportions import wilson

LIMITS = (
    "Robust accuracy is an upper bound, not a certificate: a stronger attack than the recipe's may break more.",
    "The recipe is not AutoAttack's.",
    "Every pixel may change a little; patches, turns, shifts and attackers who only see answers are other threats.",
    "The smallest budget is the smallest of a list, not the smallest there is.",
)


def measure(subject: Subject, params: AdversarialParams) -> CheckResult:
    """Attack a stratified draw of test images with growing budgets.

    Raises:
        CheckError: There are no test images, or no network to attack.
    """
    if subject.network is None or not len(subject.test):
        msg = "adversarial: there is no network, or no test image, to attack"
        raise CheckError(msg)
    found = attacked(prepared(subject, subject.network, subject.subset(params.n)), params)
    measurements = (*_accuracies(found), *_medians(found, params), *_sanity(found))
    owed = [f"adversarial.{norm}.median_budget" for norm in found.sweeps]
    owed += [f"adversarial.sanity.{rule.name}" for rule in sanity.RULES]
    held = {m.id for m in measurements}
    return CheckResult(
        measurements=measurements,
        limits=(*LIMITS, *_suspicions(found)),
        passes=found.passes / len(subject.test),
        tables=(tables.curve(found), tables.recipe(found, params), tables.rules(found), tables.classes(found)),
        pictures=tables.pictures(found),
        outcomes=tuple(tables.outcomes(found)),
        absent={id_: "no image was left to try this on" for id_ in owed if id_ not in held},
    )


def _accuracies(found: Attacked) -> Iterator[Measurement]:
    for norm, sweep in found.sweeps.items():
        for number, budget in enumerate(sweep.budgets):
            usual = norm is Norm.LINF and budget.text in HEADLINES
            where = f"{NAMES[norm]} budget {budget.text}"
            left = int(sweep.standing(number).sum())
            yield _share(found, budget, "accuracy", _title(found, budget), left, headline=usual)
            title = f"Accuracy after one step of gradient (FGSM), {where}"
            yield _share(found, budget, "fgsm_accuracy", title, found.one_step[budget])
            if budget in found.noisy:
                title = f"Accuracy under random noise of the {where}"
                yield _share(found, budget, "noise_accuracy", title, found.noisy[budget])


def _title(found: Attacked, budget: Budget) -> str:
    """Return a title that warns wherever it is printed: a limit is read by those alone who look for it."""
    where = "each pixel within" if budget.norm is Norm.LINF else "the image within L2"
    broken = any(item.broken for item in found.findings)
    held = "not to be trusted (the attack broke its own rules)" if broken else "at most"
    return f"Robust accuracy, {held}: {where} {budget.text}"


def _share(  # noqa: PLR0913 - the fields of a measurement
    found: Attacked, budget: Budget, name: str, title: str, right: int, *, headline: bool = False
) -> Measurement:
    return Measurement(
        id=f"adversarial.{budget.norm}.{budget.slug}.{name}",
        title=title,
        value=right / found.n,
        unit="fraction",
        better="higher",
        n=found.n,
        interval=wilson(right, found.n),
        headline=headline,
    )


def _medians(found: Attacked, params: AdversarialParams) -> Iterator[Measurement]:
    if not found.clean:
        return
    for norm, sweep in found.sweeps.items():
        generator = found.target.subject.generator("adversarial", "median", norm)
        value, interval, reached = median_budget(sweep, params.resamples, generator)
        what = "breaks half of the rightly answered images" if reached else "was tried; most images withstood it"
        yield Measurement(
            id=f"adversarial.{norm}.median_budget",
            title=f"{'Smallest' if reached else 'Largest'} {NAMES[norm]} budget that {what}",
            value=value,
            unit="fraction" if norm is Norm.LINF else "score",
            better="higher",
            n=found.clean,
            interval=interval,
            headline=True,
        )


def _sanity(found: Attacked) -> Iterator[Measurement]:
    for item in found.findings:
        yield Measurement(
            id=f"adversarial.sanity.{item.rule.name}",
            title=item.rule.title + (f" ({item.remark})" if item.remark else ""),
            value=item.share,
            unit="fraction",
            better="lower",
            n=item.n,
            interval=wilson(item.hits, item.n),
        )
    yield Measurement(
        id="adversarial.sanity.broken",
        title="Rules that a working attack keeps, and that were broken here",
        value=sum(item.broken for item in found.findings),
        unit="count",
        better="lower",
        n=None,
        interval=None,
        headline=True,
    )


def _suspicions(found: Attacked) -> Iterator[str]:
    for item in found.findings:
        if item.broken:
            yield (
                f"The robust accuracies are not to be trusted ({item.rule.name}): {item.rule.because};"
                f" {item.hits} of {item.n} images speak against it."
            )


ADVERSARIAL = Check(
    name="adversarial",
    version=2,
    needs=frozenset({Need.GRADIENTS}),
    params=AdversarialParams,
    measure=measure,
)
