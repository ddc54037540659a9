"""Judge a sealed run and render its documents; what was concluded is added to the run."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from pathlib import Path

from fmnist_governance.claims.claims_file import ClaimsFile, load_claims
from fmnist_governance.config.shipped import find
from fmnist_governance.config.system import load_declarations
from fmnist_governance.errors import TrackingError
from fmnist_governance.evidence.assessment import Assessment, Verdict
from fmnist_governance.evidence.codec import encode
from fmnist_governance.evidence.declared import Declarations
from fmnist_governance.gate.policy import Policy, load_policy
from fmnist_governance.pipeline import assessing
from fmnist_governance.pipeline.assessing import Concluded
from fmnist_governance.pipeline.environment import now
from fmnist_governance.tracking.audit_run import add_files, describe_run, tag_verdict
from fmnist_governance.tracking.registry import ResolvedModel, resolve
from fmnist_governance.tracking.run_files import RunFiles, Verified, find_run, verified
from fmnist_governance.tracking.store import Store


@dataclass(frozen=True, slots=True)
class Judged:
    """A run that was judged."""

    known: Verified
    concluded: Concluded
    verdict: Verdict

    def shown(self) -> dict[str, object]:
        """Return the verdict as JSON."""
        return {
            "run": self.known.files.run_id,
            "seal": self.known.seal,
            "assessment": self.concluded.id,
            "verdict": self.verdict.model_dump(mode="json"),
        }


def judge_run(store: Store, run: str, policy: Path | None, config_dir: Path | None) -> Judged:
    """Find a run, verify it, judge it, and add the assessment to it.

    Args:
        store: Where the run is.
        run: A run id, `latest`, or a model URI.
        policy: Policy file; None takes `policy.yaml` of the configuration.
        config_dir: Folder of configuration files that the user named.

    Raises:
        GovernanceError: There is no such run, it is not as it was sealed, or a file cannot be read.
    """
    wanted = load_policy(policy or find(config_dir, "policy.yaml"))
    return judge_verified(store, verified(find_run(store, run)), wanted, said(config_dir))


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


def judge_verified(store: Store, known: Verified, policy: Policy, people: SaidByPeople) -> Judged:
    """Judge a run whose seal was verified, and add the assessment to it."""
    concluded = assessing.assess(known.record, known.seal, people.declarations, policy, now(), claims=people.claims)
    verdict = concluded.assessment.verdict
    if verdict is None:
        msg = "an assessment by a policy holds a verdict"
        raise AssertionError(msg)
    add_files(store, known.files, {concluded.path: encode(concluded.assessment)})
    tag_verdict(store, known.files, passed=verdict.passed, assessment=concluded.id)
    return Judged(known, concluded, verdict)


def conclude(store: Store, known: Verified, config_dir: Path | None) -> Concluded:
    """Return the newest assessment of a run; add one where there is none, or where `--config` declares otherwise.

    Raises:
        GovernanceError: A stored assessment was changed, or a file of the configuration cannot be read.
    """
    stored = {path: known.files.read(path) or b"" for path in known.files.paths(f"{assessing.FOLDER}/")}
    newest = assessing.newest(stored, known.seal)
    if newest is not None and config_dir is None:
        return newest
    people = said(config_dir)
    fresh = assessing.assess(known.record, known.seal, people.declarations, None, now(), claims=people.claims)
    if newest is not None and _same(newest.assessment, fresh.assessment):
        return newest
    add_files(store, known.files, {fresh.path: encode(fresh.assessment)})
    return fresh


def _same(stored: Assessment, fresh: Assessment) -> bool:
    """Whether a new assessment says nothing new; a verdict and its time are kept for what they are."""
    return fresh.model_copy(update={"as_of": stored.as_of, "verdict": stored.verdict}) == stored


@dataclass(frozen=True, slots=True)
class Documents:
    """What was rendered from a run."""

    files: Mapping[str, bytes]
    """Path below the folder of documents to bytes: the documents, and the pictures that they refer to."""
    left: tuple[str, ...]
    """Paths of the run that hold other bytes already, of another version of this program."""


def document(
    store: Store, known: Verified, concluded: Concluded, names: Collection[str], formats: Collection[str]
) -> Documents:
    """Render documents of a run from what it stores, and add them to it.

    Raises:
        ConfigError: There is no such document or format.
        EvidenceError: A file that they need is gone.
    """
    from fmnist_governance.pipeline.documenting import chosen, rendered, report

    run = known.files
    view = report(known.record, concluded, run.read, run=run.run_id, seal=known.seal)
    files = dict(rendered(chosen(names, formats), view))
    left = add_files(store, run, {f"documents/{concluded.id}/{name}": data for name, data in files.items()})
    if "summary.md" in files:
        describe_run(store, run, _model(store, known), files.pop("summary.md").decode())
    if any(name.endswith(".md") for name in files):
        files |= _pictures(run)
    return Documents(files, left)


def _pictures(run: RunFiles) -> dict[str, bytes]:
    """Return the pictures that a Markdown document refers to, by their paths."""
    wanted = {path for path in run.paths() if path.endswith((".svg", ".png")) and not path.startswith("documents/")}
    return {path: data for path in sorted(wanted) if (data := run.read(path)) is not None}


def _model(store: Store, known: Verified) -> ResolvedModel | None:
    """Return the registered version that was audited; None where it was deleted since."""
    try:
        return resolve(store, known.record.subject.uri)
    except TrackingError:
        return None
