"""Judge a sealed run and render its documents; what was concluded is added to the run."""

from __future__ import annotations

import logging
from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from fmnist_governance.claims.claims_file import ClaimsFile, load_claims
from fmnist_governance.config.shipped import find, shipped
from fmnist_governance.config.system import load_declarations
from fmnist_governance.errors import EvidenceError, TrackingError
from fmnist_governance.evidence.assessment import Assessment, Verdict
from fmnist_governance.evidence.codec import encode
from fmnist_governance.evidence.declared import Declarations
from fmnist_governance.evidence.record import EvidenceRecord
from fmnist_governance.gate.policy import load_policy
from fmnist_governance.gate.rule import Baseline
from fmnist_governance.gate.waivers import load_waivers
from fmnist_governance.pipeline import assessing
from fmnist_governance.pipeline.assessing import Concluded, Demand
from fmnist_governance.pipeline.environment import now
from fmnist_governance.render.verdicts import as_json
from fmnist_governance.render.verdicts.judged import JudgedRun
from fmnist_governance.tracking.audit_run import add_files, describe_run, tag_verdict
from fmnist_governance.tracking.registry import ResolvedModel, resolve
from fmnist_governance.tracking.run_files import RUN_FORMS, RunFiles, verified
from fmnist_governance.tracking.store import Store

logger = logging.getLogger(__name__)


class Held(Protocol):
    """A run's files, wherever they lie."""

    @property
    def run_id(self) -> str:
        """The run that they are of."""

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes; None when it is not there."""

    def paths(self, below: str = "") -> set[str]:
        """Return the paths of all files, or of those whose path begins with a text."""


@dataclass(frozen=True, slots=True)
class Opened:
    """Evidence that is as it was sealed, and where conclusions are added."""

    record: EvidenceRecord
    seal: str
    held: Held
    kept: tuple[Store, RunFiles] | None
    """The run in its store; None for a bundle, or a store that may only be read: to these nothing is added."""
    warning: str | None = None
    """What whoever adds conclusions has to be told: that the store does not take them; None where nothing is."""

    def warn(self) -> None:
        """Say where conclusions are not kept that a user would look for."""
        if self.warning:
            logger.warning(self.warning)

    def add(self, files: Mapping[str, bytes]) -> tuple[str, ...]:
        """Add conclusions to the run; return the paths that hold other bytes already, and were left as they are."""
        return add_files(*self.kept, files) if self.kept else ()


def opened(run: str, uri: str | None, experiment: str) -> Opened:
    """Find and verify the evidence that a user names.

    Args:
        run: A run id, `latest`, a model URI, or the path of a bundle.
        uri: Tracking URI of the store; a bundle needs none.
        experiment: Of the store.

    Raises:
        GovernanceError: There is no such run or bundle, or it is not as it was sealed.
    """
    if not run.strip():
        msg = f"RUN is empty; expected {RUN_FORMS}"
        raise EvidenceError(msg)
    if is_bundle(run):
        from fmnist_governance.bundle.verify import evidence, open_bundle

        bundle = open_bundle(Path(run))
        return Opened(*evidence(bundle), bundle, None)
    from fmnist_governance.tracking.run_files import find_run
    from fmnist_governance.tracking.store import open_for_reading

    store = open_for_reading(uri, experiment)
    return of_run(store, find_run(store, run))


def is_bundle(run: str) -> bool:
    """Whether a user names a bundle: a path that is there, or one that can be nothing else."""
    return run.endswith(".zip") or (run != "latest" and "://" not in run and ":/" not in run and Path(run).exists())


def of_run(store: Store, run: RunFiles) -> Opened:
    """Verify a run of the store.

    Raises:
        EvidenceError: It is not finished or not as it was sealed.
    """
    known = verified(run)
    if store.writable:
        return Opened(known.record, known.seal, run, (store, run))
    warning = f"MLflow store {store.uri}: cannot be written by this user; nothing is added to run {run.run_id}"
    return Opened(known.record, known.seal, run, None, warning)


@dataclass(frozen=True, slots=True)
class Judged:
    """A run that was judged."""

    evidence: Opened
    concluded: Concluded
    verdict: Verdict
    demanded: Demand

    def shown(self) -> dict[str, object]:
        """Return the verdict with what it is about, as JSON."""
        return as_json.told(self.view)

    @property
    def view(self) -> JudgedRun:
        """What the views of a verdict may know."""
        return JudgedRun(
            verdict=self.verdict,
            record=self.evidence.record,
            run=self.evidence.held.run_id,
            seal=self.evidence.seal,
            as_of=self.concluded.assessment.as_of,
            assessment=self.concluded.id,
            policy_path=_from_here(self.demanded.policy.source),
            is_shipped=_is_shipped(self.demanded.policy.source),
            shipped_path=_shipped_here(),
            extends_line=self.demanded.policy.extends_line,
            waivers_path=_from_here(self.demanded.waivers_source or "configs/waivers.yaml"),
        )


def _from_here(source: str) -> str:
    """Return a file's path from the working folder, where a pipeline looks for it; never a path of one machine."""
    path = Path(source)
    try:
        return path.resolve().relative_to(Path.cwd()).as_posix()
    except ValueError:
        return f"{path.parent.name}/{path.name}"


def _shipped_here() -> str | None:
    """Return the path of the product's configuration from the working folder; None where it lies outside."""
    folder, here = shipped("configs").resolve(), Path.cwd().resolve()
    return folder.relative_to(here).as_posix() if folder.is_relative_to(here) else None


def _is_shipped(source: str) -> bool:
    path = Path(source).resolve()
    return path.is_relative_to(shipped("configs").resolve()) and not path.is_relative_to(Path.cwd())


def demand(policy: Path | None, waivers: Path | None, baseline: Opened | None, config_dir: Path | None) -> Demand:
    """Read what a model is held against.

    Args:
        policy: Policy file; None takes `policy.yaml` of the configuration.
        waivers: Waivers file; None takes `waivers.yaml` of the configuration, if there is one.
        baseline: The audit that must not be worse; None for none.
        config_dir: Folder of configuration files that the user named.

    Raises:
        ConfigError: A file cannot be read.
    """
    held = Baseline(baseline.record, baseline.seal, baseline.held.read) if baseline else None
    source = _waivers(waivers, config_dir)
    return Demand(
        policy=load_policy(policy or find(config_dir, "policy.yaml")),
        waivers=load_waivers(source) if source else None,
        waivers_source=str(source) if source else None,
        baseline=held,
    )


def _waivers(path: Path | None, config_dir: Path | None) -> Path | None:
    if path is None and config_dir is not None and not (config_dir / "waivers.yaml").exists():
        return None
    return path or find(config_dir, "waivers.yaml")


@dataclass(frozen=True, slots=True)
class SaidByPeople:
    """What people stated and claimed of a system."""

    declarations: Declarations
    claims: ClaimsFile | None
    """None where the folder that the user named holds no claims file."""


def said(config_dir: Path | None) -> SaidByPeople:
    """Read declarations and claims of the configuration.

    Raises:
        ConfigError: One of the files cannot be read, or there are no declarations.
    """
    claimed = config_dir is None or (config_dir / "claims.yaml").exists()
    return SaidByPeople(
        declarations=load_declarations(find(config_dir, "system.yaml")),
        claims=load_claims(find(config_dir, "claims.yaml")) if claimed else None,
    )


def judge(evidence: Opened, demanded: Demand, people: SaidByPeople) -> Judged:
    """Judge verified evidence, and add the assessment to its run."""
    concluded = _assessed(evidence, demanded, people)
    verdict = concluded.assessment.verdict
    if verdict is None:
        msg = "an assessment by a policy holds a verdict"
        raise AssertionError(msg)
    evidence.warn()
    evidence.add({concluded.path: encode(concluded.assessment)})
    if evidence.kept:
        tag_verdict(*evidence.kept, passed=verdict.passed, assessment=concluded.id)
    return Judged(evidence, concluded, verdict, demanded)


def _assessed(evidence: Opened, demanded: Demand | None, people: SaidByPeople) -> Concluded:
    return assessing.assess(
        evidence.record,
        evidence.seal,
        people.declarations,
        demanded,
        now(),
        read=evidence.held.read,
        claims=people.claims,
    )


def conclude(evidence: Opened, config_dir: Path | None) -> Concluded:
    """Return the newest assessment of a run; add one where there is none that says what `--config` declares.

    Raises:
        GovernanceError: A stored assessment was changed or is of an earlier version that knew less, or a file of the
            configuration cannot be read.
    """
    kept = stored(evidence)
    if kept and config_dir is None:
        return _whole(kept[-1], evidence)
    fresh = _assessed(evidence, None, said(config_dir))
    if same := [old for old in kept if _same(old.assessment, fresh.assessment)]:
        return same[-1]
    evidence.add({fresh.path: encode(fresh.assessment)})
    return fresh


def _whole(newest: Concluded, evidence: Opened) -> Concluded:
    if lost := assessing.lacking(newest.assessment):
        run = evidence.held.run_id
        again = f"run `fmnist-audit gate {run}`" if evidence.kept else "name the declarations with --config"
        msg = f"run {run}: {newest.path}: stored by an earlier version, without {', '.join(lost)}; {again}"
        raise EvidenceError(msg)
    return newest


def stored(evidence: Opened) -> tuple[Concluded, ...]:
    """Return every stored assessment of a run, the newest last.

    Raises:
        EvidenceError: A stored assessment was changed, or is about other evidence.
    """
    held = evidence.held
    files = {path: held.read(path) or b"" for path in held.paths(f"{assessing.FOLDER}/")}
    return assessing.stored(files, evidence.seal)


def _same(kept: Assessment, fresh: Assessment) -> bool:
    """Whether a new assessment says nothing new; a verdict and its time are kept for what they are."""
    return fresh.model_copy(update={"as_of": kept.as_of, "verdict": kept.verdict}) == kept


@dataclass(frozen=True, slots=True)
class Documents:
    """What was rendered from a run."""

    files: Mapping[str, bytes]
    """Path below the folder of documents to bytes: the documents, and the pictures that they refer to."""
    left: tuple[str, ...]
    """Paths of the run that hold other bytes already: of another version of this program, or of fewer pages."""
    unoffered: tuple[str, ...] = ()
    """Names of documents that were asked for, and that a system of this class has not."""


def document(evidence: Opened, concluded: Concluded, names: Collection[str], formats: Collection[str]) -> Documents:
    """Render documents of a run from what it stores, and add them to it.

    Raises:
        ConfigError: There is no such document or format.
        EvidenceError: A file that they need is gone.
    """
    from fmnist_governance.pipeline.documenting import chosen, rendered, report

    evidence.warn()
    held = evidence.held
    view = report(evidence.record, concluded, held.read, run=held.run_id, seal=evidence.seal)
    renderers, folder = chosen(names, formats), f"documents/{concluded.id}/"
    files = dict(rendered(renderers, view))
    there = {path.removeprefix(folder) for path in held.paths(folder)} - files.keys()
    kept = rendered(renderers, view, there) if there else files
    left = evidence.add({f"{folder}{name}": data for name, data in kept.items()})
    summary = files.pop("summary.md", None)
    if summary is not None and evidence.kept:
        store, run = evidence.kept
        describe_run(store, run, _model(store, evidence.record), summary.decode())
    if any(name.endswith(".md") for name in files):
        files |= _pictures(held)
    return Documents(files, left, tuple(r.filename for r in renderers if not r.offered(view)))


def _pictures(held: Held) -> dict[str, bytes]:
    """Return the pictures that a Markdown document refers to, by their paths."""
    wanted = {path for path in held.paths() if path.endswith((".svg", ".png")) and not path.startswith("documents/")}
    return {path: data for path in sorted(wanted) if (data := held.read(path)) is not None}


def _model(store: Store, record: EvidenceRecord) -> ResolvedModel | None:
    """Return the registered version that was audited; None where it was deleted since."""
    try:
        return resolve(store, record.subject.uri)
    except TrackingError:
        return None
