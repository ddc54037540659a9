"""What the attacks found, as tables, outcomes and a picture."""

from __future__ import annotations

from collections.abc import Iterator

import torch
from torch import Tensor

from fmnist_governance.audit.attacks.attacked import Attacked
from fmnist_governance.audit.attacks.budget import Norm
from fmnist_governance.audit.attacks.settings import HEADLINES, NAMES, AdversarialParams
from fmnist_governance.audit.attacks.target import LOSSES
from fmnist_governance.audit.check import Cell, Column, Condition, Picture, Table
from fmnist_governance.audit.pictures import sheet
from fmnist_governance.stats.proportions import wilson


def curve(found: Attacked) -> Table:
    """Tabulate the accuracy left within each budget, the clean accuracy first."""
    rows: list[tuple[Cell, ...]] = []
    for norm, sweep in found.sweeps.items():
        held = wilson(found.clean, found.n)
        share = found.clean / found.n
        rows.append((NAMES[norm], "0", 0.0, share, held.low, held.high, share, share))
        for number, budget in enumerate(sweep.budgets):
            left = int(sweep.standing(number).sum())
            held = wilson(left, found.n)
            noise = found.noisy[budget] / found.n if budget in found.noisy else None
            ends = (left / found.n, held.low, held.high)
            rows.append((NAMES[norm], budget.text, budget.radius, *ends, found.one_step[budget] / found.n, noise))
    names = ("accuracy", "accuracy_low", "accuracy_high", "fgsm_accuracy", "noise_accuracy")
    columns = (
        *(Column("norm"), Column("budget"), Column("radius", "score")),
        *(Column(name, "fraction") for name in names),
    )
    return Table("curve", "Accuracy left within each budget", columns, tuple(rows))


def recipe(found: Attacked, params: AdversarialParams) -> Table:
    """Write down how the attacks were made, so that another tool can make the same."""
    rows = (
        ("images", f"{found.n}, stratified by class; seed {found.target.subject.seed}"),
        ("wrong as they are", f"{found.n - found.clean}, counted as broken and not attacked"),
        ("pixels", "in [0, 1]; changed images are clipped to that range"),
        ("aim", "any wrong answer"),
        *((NAMES[norm], ", ".join(budget.text for budget in sweep.budgets)) for norm, sweep in found.sweeps.items()),
        ("one step", "FGSM: the sign of the gradient of the cross-entropy; for L2 its direction"),
        ("many steps", f"PGD: {params.steps} steps, {params.restarts} random start(s) for each loss"),
        ("step length", "from the whole to a twentieth of the budget, along half a cosine"),
        ("losses", ", then ".join(name for name, _ in LOSSES)),
        ("dropping", "an image is left alone from its first wrong answer on, within this and every larger budget"),
        ("random noise", f"{params.noise_draws} draws of full budget in every pixel, at 8/255 and 0.1"),
        ("without gradients", f"Square: {params.square_queries} queries on up to {params.survivors} survivors of PGD"),
        ("longer", f"PGD with the margin loss, {params.more_steps} steps, on the same survivors"),
    )
    return Table("recipe", "How the attacks were made", (Column("setting"), Column("value")), rows)


def rules(found: Attacked) -> Table:
    """Tabulate the rules that a working attack keeps, and how often each was broken."""
    columns = (
        *(Column("rule"), Column("what")),
        *(Column("images", "count"), Column("of", "count"), Column("which_stand_for", "fraction")),
        *(Column("broken_share_of_all", "fraction"), Column("bound", "fraction"), Column("kept"), Column("among")),
    )
    rows = tuple(
        (
            *(f.rule.name, f.rule.title, f.hits, f.n, f.weight, f.share_of_all, f.rule.bound),
            *("no" if f.broken else "yes", f.remark or "all of them"),
        )
        for f in found.findings
    )
    caption = (
        "Rules that every working attack keeps; where survivors alone were tried, these stand for a share of all"
        " attacked images, and a bound is a share of all; one image alone is put down to chance"
    )
    return Table("rules", caption, columns, rows)


def classes(found: Attacked) -> Table:
    """Tabulate robust accuracy by class at the headline budgets, or at the smallest where none is on the list."""
    sweep = found.sweeps[Norm.LINF]
    numbers = [b for b, budget in enumerate(sweep.budgets) if budget.text in HEADLINES] or [0]
    kept = {"clean": found.target.right} | {sweep.budgets[b].text: sweep.standing(b) for b in numbers}
    rows: list[tuple[Cell, ...]] = []
    for label, name in enumerate(found.target.subject.classes):
        own = found.target.labels == label
        n = int(own.sum())
        rows.append((name, n, *(int((right & own).sum()) / n if n else None for right in kept.values())))
    columns = (Column("class"), Column("n", "count"), *(Column(name, "fraction") for name in kept))
    return Table("classes", "Robust accuracy of each class, by L-infinity budget", columns, tuple(rows))


def outcomes(found: Attacked) -> Iterator[Condition]:
    """Tell for each budget which of the attacked images stayed right, in index order."""
    yield Condition("clean", found.target.right.cpu())
    for norm, sweep in found.sweeps.items():
        for number, budget in enumerate(sweep.budgets):
            yield Condition(f"{norm}.{budget.slug}", sweep.standing(number).cpu())


def pictures(found: Attacked) -> tuple[Picture, ...]:
    """Show for each class the image that broke within the smallest budget, the change, and what broke it."""
    sweep, target = found.sweeps[Norm.LINF], found.target
    fell = (sweep.place > 0) & (sweep.place <= len(sweep.budgets))
    chosen = []
    for label in range(len(target.subject.classes)):
        rows = (fell & (target.labels == label)).nonzero()[:, 0]
        if len(rows):
            chosen.append(rows[sweep.place[rows].argmin()])
    if not chosen:
        return ()
    rows = torch.stack(chosen)
    before, after = target.images[rows], sweep.examples[rows]
    change = after - before
    shown = 0.5 + 0.5 * change / change.flatten(1).abs().amax(dim=1).clamp_min(1e-9).view(-1, 1, 1, 1)
    names = ", ".join(target.subject.classes[int(label)] for label in target.labels[rows])
    return (
        Picture(
            name="examples",
            caption="Above, test images; in the middle, a change that was found to break each, made visible (grey is no"
            " change); below, the sum, which gets a wrong answer. From left to right: " + names,
            alternative="Three rows: test images, the change made to each, and the changed images. Classes: " + names,
            png=sheet([_bytes(before), _bytes(shown), _bytes(after)], len(rows)),
        ),
    )


def _bytes(images: Tensor) -> Tensor:
    return images.mul(255).round().to(torch.uint8).cpu()
