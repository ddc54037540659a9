"""Let a model take the place of another, provided that the policy is met by that very model, now."""

from __future__ import annotations

from dataclasses import dataclass, replace
from pathlib import Path

from fmnist_governance.errors import ConfigError, EvidenceError, GovernanceError, TrackingError
from fmnist_governance.evidence.assessment import Verdict, WaiverState
from fmnist_governance.evidence.codec import encode
from fmnist_governance.evidence.declared import is_placeholder
from fmnist_governance.evidence.record import Digest, Record, Timestamp
from fmnist_governance.model.weights import bytecode, subject_digest
from fmnist_governance.pipeline.assessing import Demand
from fmnist_governance.pipeline.judging import Judged, Opened, demand, judge, of_run, opened, said
from fmnist_governance.tracking.promotion import holder, promote
from fmnist_governance.tracking.registry import ResolvedModel, resolve
from fmnist_governance.tracking.run_files import find_run
from fmnist_governance.tracking.store import Store

_LONGEST = 1_000


@dataclass(frozen=True, slots=True)
class Wish:
    """What a person asks for."""

    uri: str
    alias: str
    by: str
    because: str
    dataset: str | None
    """Digest of the data that the audit must have looked at; None leaves that to the policy."""
    dry_run: bool
    baseline: str | None = None
    """The audit that must not be worse; None takes that of the version that holds the alias."""


class Promotion(Record):
    """Why a version holds an alias; kept on the version."""

    alias: str
    version: str
    instead_of: str | None
    """The version that held the alias before; None where none did."""
    by: str
    because: str
    at: Timestamp
    run: str
    assessment: str
    model: Digest
    dataset: Digest
    policy: Digest
    seal: Digest
    baseline: Digest | None = None
    """Seal of the audit that it was held against; None without one."""
    waived: tuple[str, ...] = ()
    """Clauses that it did not meet and may go on without, each with the last day."""
    waivers: Digest | None = None
    """Of the waivers file; None where none was read."""


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a wish."""

    judged: Judged
    promotion: Promotion
    moved: bool

    @property
    def verdict(self) -> Verdict:
        """The verdict of the gate."""
        return self.judged.verdict


def promote_model(
    store: Store, wish: Wish, policy: Path | None, waivers: Path | None, config_dir: Path | None
) -> Outcome:
    """Judge the newest audit of a model now, against the holder of the alias, and move the alias if it passes.

    Args:
        store: Where the model is registered.
        wish: Which version is to get which alias, and why.
        policy: Policy file; None takes `policy.yaml` of the configuration.
        waivers: Waivers file; None takes `waivers.yaml` of the configuration.
        config_dir: Folder of configuration files that the user named.

    Raises:
        GovernanceError: There is no such version or audit, the audit is of other bytes or data, or a file cannot be
            read.
    """
    _demand_words(wish)
    model = resolve(store, wish.uri)
    if model.name is None or model.version is None:
        msg = f"model {wish.uri}: not registered; only a version such as models:/NAME/3 can hold an alias"
        raise TrackingError(msg)
    if not wish.uri.startswith(f"models:/{model.name}"):
        msg = f"model {wish.uri}: is {model.uri}, and perhaps other versions; name the version that is meant"
        raise TrackingError(msg)
    before = holder(store, model.name, wish.alias)
    evidence = of_run(store, find_run(store, model.uri))
    _demand_that_very_model(evidence, model, wish)
    demanded = _demand(store, model, before, wish, (policy, waivers, config_dir))
    judged = judge(replace(evidence, kept=None, warning=None) if wish.dry_run else evidence, demanded, said(config_dir))
    promotion = Promotion(
        alias=wish.alias,
        version=model.uri,
        instead_of=f"models:/{model.name}/{before}" if before else None,
        by=wish.by,
        because=wish.because,
        at=judged.concluded.assessment.as_of,
        run=evidence.held.run_id,
        assessment=judged.concluded.id,
        model=evidence.record.subject.digest,
        dataset=evidence.record.dataset.digest,
        policy=judged.verdict.policy.digest,
        seal=evidence.seal,
        baseline=judged.verdict.baseline,
        waived=tuple(
            f"{found.waiver.clause} until {found.waiver.expires}"
            for found in judged.verdict.waivers
            if found.state is WaiverState.USED
        ),
        waivers=judged.verdict.waivers_digest,
    )
    moved = judged.verdict.passed and not wish.dry_run and before != model.version
    if moved:
        promote(store, model, wish.alias, encode(promotion).decode())
    return Outcome(judged, promotion, moved)


def _demand_words(wish: Wish) -> None:
    for option, text in (("--by", wish.by), ("--because", wish.because)):
        if is_placeholder(text) or len(text) > _LONGEST:
            msg = f"{option}: states nothing, or more than {_LONGEST:,} characters; say it in a sentence"
            raise ConfigError(msg)


def _demand_that_very_model(evidence: Opened, model: ResolvedModel, wish: Wish) -> None:
    if compiled := bytecode(model.package):
        msg = (
            f"model {model.uri}: {', '.join(compiled)}: bytecode, which Python runs instead of the code that was "
            "audited; remove it from the package"
        )
        raise EvidenceError(msg)
    present = subject_digest(model.package)
    if evidence.record.subject.digest != present:
        msg = f"model {model.uri}: is {present} now, and {evidence.record.subject.digest} was audited; audit it again"
        raise EvidenceError(msg)
    if wish.dataset is not None and evidence.record.dataset.digest != wish.dataset:
        found = f"{evidence.record.dataset.name} {evidence.record.dataset.digest}"
        msg = f"model {model.uri}: was audited on {found}, not on {wish.dataset}; audit it on that data"
        raise EvidenceError(msg)


def _demand(
    store: Store,
    model: ResolvedModel,
    before: str | None,
    wish: Wish,
    files: tuple[Path | None, Path | None, Path | None],
) -> Demand:
    """Read what is demanded. A holder of the alias that is broken keeps back only who has to be compared with it."""
    policy, waivers, config_dir = files
    if wish.baseline is not None:
        return demand(policy, waivers, opened(wish.baseline, store.uri, store.experiment), config_dir)
    if before is None or before == model.version:
        return demand(policy, waivers, None, config_dir)
    try:
        held = of_run(store, find_run(store, f"models:/{model.name}/{before}"))
    except GovernanceError as err:
        lack = f"the version that holds {wish.alias} cannot be compared with: {err}; name another with --baseline"
        return replace(demand(policy, waivers, None, config_dir), baseline_lack=lack)
    return demand(policy, waivers, held, config_dir)
