"""Plant every known defect in a good model, and show which clause of the shipped policy refuses it.

    python bench/planted.py [--recipe standard] [--seeds 0 1 2] [--output docs/planted.md]

The clean models are trained where they are missing. Each goes through the whole suite `standard` and must meet
every clause on evidence; the defects are planted in the first of them, and audited by the check that their clause rests
on.
"""

from __future__ import annotations

import argparse
import dataclasses
import sys
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT / "tests" / "support"))

import torch  # noqa: E402
from defects import DEFECTS, Defect, Planted  # noqa: E402

from fmnist_governance.config.recipe import load_recipe  # noqa: E402
from fmnist_governance.config.suite import Suite, load_suite  # noqa: E402
from fmnist_governance.data.catalog import load  # noqa: E402
from fmnist_governance.data.dataset import Dataset, Split  # noqa: E402
from fmnist_governance.errors import TrackingError  # noqa: E402
from fmnist_governance.evidence.assessment import Finding, Outcome, Verdict  # noqa: E402
from fmnist_governance.evidence.manifest import digest  # noqa: E402
from fmnist_governance.evidence.record import EvidenceRecord, Measurement  # noqa: E402
from fmnist_governance.gate.policy import Policy, load_policy  # noqa: E402
from fmnist_governance.model.compute import prepare_process  # noqa: E402
from fmnist_governance.pipeline.assessing import Demand, assess  # noqa: E402
from fmnist_governance.pipeline.auditing import Audited, Model, audit, dataset_facts  # noqa: E402
from fmnist_governance.pipeline.foreign import Fed  # noqa: E402
from fmnist_governance.pipeline.making import Order, make  # noqa: E402
from fmnist_governance.pipeline.models import taken_in_hand  # noqa: E402
from fmnist_governance.render.shown import amount  # noqa: E402
from fmnist_governance.tracking.registry import resolve  # noqa: E402
from fmnist_governance.tracking.store import Store, open_store  # noqa: E402
from fmnist_governance.train.loop import started, train  # noqa: E402

CPU = torch.device("cpu")
UNDATED = "2000-01-01T00:00:00Z"


@dataclass(frozen=True, slots=True)
class Row:
    """What became of one defect."""

    defect: Defect
    measurement: str
    bound: str
    clean: str
    planted: str
    outcome: str
    others: tuple[str, ...]


def silent(_what: str, _done: int, _total: int) -> None:
    """Report nothing."""


def clean_model(store: Store, dataset: Dataset, recipe: str, seed: int) -> Model:
    """Return the registered model of this recipe and seed, trained if it is not there."""
    name = f"planted-{recipe}-seed-{seed}"
    try:
        return taken_in_hand(store, resolve(store, f"models:/{name}/1"), dataset, Fed(), trust=False)
    except TrackingError:
        print(f"training {name}", flush=True)
        return make(store, dataset, Order(load_recipe(recipe, None), seed, "cpu", name), silent).model


def fit(recipe: str, split: Split) -> torch.nn.Module:
    """Train a network by a recipe on other images, and forget it."""
    state = started(load_recipe(recipe, None), classes=10, seed=0, device=CPU)
    for _ in train(state, split, split.take(range(500))):  # type: ignore[arg-type] # any indices will do
        pass
    return state.network.eval().requires_grad_(requires_grad=False)


def unspoilt(model: Model, dataset: Dataset) -> Planted:
    """Return a model as it is."""
    if model.network is None:
        sys.exit(f"{model.facts.uri}: defects are planted in networks")
    return Planted(model.network, dataset, model.package)


def audited(model: Model, planted: Planted, checks: dict[str, dict[str, object]], defect: str = "") -> Audited:
    """Run checks on a model that counts as trained on that very data, spoilt or not.

    Another digest keeps what a spoilt model gives from being taken for a measurement of the good one later.
    """
    facts = model.facts
    if defect:
        facts = facts.model_copy(update={"digest": digest(f"{facts.digest} {defect}".encode())})
    training = model.training
    if training:
        training = training.model_copy(update={"dataset_digest": dataset_facts(planted.dataset).digest})
    found = dataclasses.replace(model, network=planted.network, package=planted.package, facts=facts, training=training)
    suite = Suite(name="planted", title="The checks that a clause rests on", checks=checks)
    return audit(found, planted.dataset, suite, seed=0, device=CPU, fresh=True, report=silent)


def verdict(policy: Policy, found: Audited) -> Verdict:
    """Judge a record by a policy; what was not measured is no evidence."""
    concluded = assess(found.record, "sha256:" + "0" * 64, None, Demand(policy), UNDATED, read=found.files.get)
    judged = concluded.assessment.verdict
    if judged is None:
        msg = "a policy gives a verdict"
        raise AssertionError(msg)
    return judged


def on_evidence(policy: Policy) -> Policy:
    """Return the clauses that look at the model and its data; which class a use has is nobody's defect."""
    kept = tuple(entry for entry in policy.entries if entry.clause.kind != "risk_class_is_one_of")
    return dataclasses.replace(policy, entries=kept)


def measured(record: EvidenceRecord, id_: str) -> str:
    """Return a number as it is shown, with its interval."""
    one = record.find(id_)
    return shown(one) if one else "not measured"


def shown(one: Measurement) -> str:
    """Return a number with its interval."""
    bare = amount(one.value, one.unit)
    if one.interval is None:
        return bare
    return f"{bare} ({amount(one.interval.low, one.unit)} to {amount(one.interval.high, one.unit)})"


def row(defect: Defect, policy: Policy, clean: Audited, model: Model, good: Planted) -> Row:
    """Plant a defect, audit it, judge it."""
    clause = next(entry.clause for entry in policy.entries if entry.clause.id == defect.clause)
    id_ = clause.measurement  # type: ignore[attr-defined] # floors and ceilings name one
    suite = load_suite("standard", None)
    checks = {name: suite.checks[name] for name in ("performance", id_.split(".")[0])}
    planted = audited(model, defect.plant(good, lambda split: fit("quick", split)), checks, defect.name)
    judged = verdict(policy, planted)
    findings = {finding.clause: finding for finding in judged.findings}
    bound = getattr(clause, "floor", None)
    words = f"at least {bound:g}" if bound is not None else f"at most {clause.ceiling:g}"  # type: ignore[attr-defined]
    refused = [f.clause for f in judged.findings if f.outcome is Outcome.FAILED and f.clause != defect.clause]
    return Row(
        defect=defect,
        measurement=id_,
        bound=words,
        clean=measured(clean.record, id_),
        planted=measured(planted.record, id_),
        outcome=findings[defect.clause].outcome.value,
        others=tuple(refused),
    )


def refusals(judged: Verdict) -> list[Finding]:
    """Return the clauses that a model did not meet."""
    return [finding for finding in judged.findings if finding.outcome is not Outcome.PASSED]


def page(rows: list[Row], clean: list[tuple[Model, Audited, Verdict]], recipe: str) -> Iterator[str]:
    """Return the lines of the document."""
    record = clean[0][1].record
    caught = sum(row.outcome == "failed" for row in rows)
    yield "# What the audit finds when a defect is planted"
    yield ""
    yield (
        f"Made by `make planted` on {len(record.dataset.splits)} splits of {record.dataset.name} "
        f"({record.dataset.splits['test'].n:,} test images), suite `standard`, with {record.tool.name} "
        f"{record.tool.version}. Each defect is planted in a good model of recipe `{recipe}` and judged by the shipped "
        "policy. Its clause is named before; the bounds were set from clean models only."
    )
    yield ""
    defects = len({row.defect.name for row in rows})
    yield f"**{caught} of {len(rows)} times a defect is refused by its clause; there are {defects} defects.**"
    yield ""
    yield "| defect | clause | demanded | clean | planted | verdict | refused by as well |"
    yield "| --- | --- | --- | --- | --- | --- | --- |"
    for one in rows:
        others = ", ".join(f"`{clause}`" for clause in one.others) or "-"
        yield (
            f"| {one.defect.name} | `{one.defect.clause}`: `{one.measurement}` | {one.bound} | {one.clean} | "
            f"{one.planted} | {one.outcome} | {others} |"
        )
    yield ""
    yield "## The clean models, judged by every clause on evidence"
    yield ""
    yield "| model | accuracy | clauses met | not met |"
    yield "| --- | --- | --- | --- |"
    for model, found, judged in clean:
        missed = ", ".join(f"`{f.clause}` ({f.outcome.value}: {f.message})" for f in refusals(judged)) or "none"
        name = model.facts.uri.removeprefix("models:/planted-").removesuffix("/1")
        met = f"{len(judged.findings) - len(refusals(judged))} of {len(judged.findings)}"
        yield f"| {name} | {measured(found.record, 'performance.accuracy')} | {met} | {missed} |"


def main() -> int:
    """Return 0 when every defect is refused by its clause and every clean model meets every clause on evidence."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--recipe", default="standard")
    parser.add_argument("--seeds", type=int, nargs="+", default=[0, 1, 2])
    parser.add_argument("--output", type=Path, default=ROOT / "docs" / "planted.md")
    parser.add_argument("--only", help="part of a defect's name")
    parser.add_argument("--tracking-uri")
    asked = parser.parse_args()
    prepare_process()
    store, dataset = open_store(asked.tracking_uri, "planted"), load("fashion-mnist")
    policy = on_evidence(load_policy(ROOT / "configs" / "policy.yaml"))
    suite = load_suite("standard", None)
    clean = []
    for seed in asked.seeds:
        model = clean_model(store, dataset, asked.recipe, seed)
        found = audited(model, unspoilt(model, dataset), suite.checks)
        clean.append((model, found, verdict(policy, found)))
        print(model.facts.uri, [f"{f.clause}: {f.message}" for f in refusals(clean[-1][2])], flush=True)
    rows = []
    for defect in DEFECTS:
        if asked.only and asked.only not in defect.name:
            continue
        model, found, _ = clean[0]
        rows.append(row(defect, policy, found, model, unspoilt(model, dataset)))
        print(f"{rows[-1].outcome:>10}  {defect.name}: {rows[-1].clean} -> {rows[-1].planted}", flush=True)
    if not asked.only:
        asked.output.write_text("\n".join(page(rows, clean, asked.recipe)) + "\n", encoding="utf-8")
    good = all(one.outcome == "failed" for one in rows) and not any(refusals(judged) for _, _, judged in clean)
    return 0 if good else 1


if __name__ == "__main__":
    sys.exit(main())
