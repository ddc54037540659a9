"""What a bundle holds, and what it must not hold."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Annotated

from pydantic import Field

from fmnist_governance.bundle.safe_path import collisions, unsafe
from fmnist_governance.errors import EvidenceError
from fmnist_governance.evidence.codec import decode, encode
from fmnist_governance.evidence.manifest import digest
from fmnist_governance.evidence.record import Digest, Record

BUNDLE = "bundle.json"
MAX_FILES = 20_000
MAX_FILE_BYTES = 256 * 2**20
MAX_BYTES = 1024 * 2**20


class BundleFacts(Record):
    """The list of a bundle's files, and what MLflow said of the run when they were taken from it."""

    schema_version: Annotated[int, Field(ge=1, le=1)] = 1
    run: str
    status: str
    tags: dict[str, str]
    metrics: dict[str, float]
    model: Digest
    """Digest of the model, which stays outside."""
    files: dict[str, Digest]
    """Path to digest of every file but this one."""


@dataclass(frozen=True, slots=True)
class Bundle:
    """An opened bundle; offers what a run in the store offers a reader."""

    source: str
    """Its path, for messages."""
    facts: BundleFacts
    names: frozenset[str]
    """The paths of all its files but the list."""
    load: Callable[[str], bytes]

    @property
    def run_id(self) -> str:
        """Return the run that it was taken from."""
        return self.facts.run

    @property
    def status(self) -> str:
        """Return the state of the run when it was taken."""
        return self.facts.status

    @property
    def tags(self) -> Mapping[str, str]:
        """Return the tags of the run when it was taken."""
        return self.facts.tags

    @property
    def metrics(self) -> Mapping[str, float]:
        """Return the metrics of the run when it was taken."""
        return self.facts.metrics

    def read(self, path: str) -> bytes | None:
        """Return a file's bytes; None when the bundle does not hold it.

        Raises:
            EvidenceError: It cannot be read, or is larger than a bundle's files are.
        """
        return self.load(path) if path in self.names else None

    def paths(self, below: str = "") -> set[str]:
        """Return the paths of all files but the list, or of those whose path begins with a text."""
        return {path for path in self.names if path.startswith(below)}


def listed(facts: BundleFacts, files: Mapping[str, bytes]) -> dict[str, bytes]:
    """Return the files together with their list.

    Args:
        facts: What is known of the run; its own list of files is left out of account.
        files: Path to bytes.

    Raises:
        EvidenceError: A path could not be read back everywhere.
    """
    refuse_paths("the run", files)
    full = facts.model_copy(update={"files": {path: digest(data) for path, data in files.items()}})
    return {**files, BUNDLE: encode(full)}


def demand_list(source: str, names: Iterable[str]) -> None:
    """Refuse what holds no list of its files, before anything in it is looked at.

    Raises:
        EvidenceError: There is none among the names.
    """
    if BUNDLE not in names:
        msg = f"{source}: holds no {BUNDLE}; expected what `fmnist-audit export` wrote"
        raise EvidenceError(msg)


def opened(source: str, names: Collection[str], load: Callable[[str], bytes]) -> Bundle:
    """Read the list of a bundle.

    Args:
        source: Its path, for messages.
        names: The paths of all its files.
        load: Returns the bytes of one of them.

    Raises:
        EvidenceError: It is no bundle, or names a path that leaves it.
    """
    refuse_paths(source, names)
    demand_list(source, names)
    facts = decode(load(BUNDLE), BundleFacts, f"{source}: {BUNDLE}")
    refuse_paths(f"{source}: {BUNDLE}", facts.files)
    return Bundle(source, facts, frozenset(names) - {BUNDLE}, load)


def refuse_paths(source: str, names: Collection[str]) -> None:
    """Refuse paths that leave the bundle, that stand twice, and a number of them that no run has.

    Raises:
        EvidenceError: Each such path is named.
    """
    if len(names) > MAX_FILES:
        msg = f"{source}: {len(names):,} files; a run has at most {MAX_FILES:,}"
        raise EvidenceError(msg)
    problems = [f"{source}: {path!r} {why}" for path in names if (why := unsafe(path))]
    problems += [f"{source}: {path!r} stands twice" for path in collisions(names)]
    if problems:
        raise EvidenceError("\n".join(problems))
