"""What a page does not know, collected so that it can be counted."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

from fmnist_governance.evidence.declared import topics
from fmnist_governance.render import known
from fmnist_governance.render.aspects import unexamined
from fmnist_governance.render.charts.chart import short
from fmnist_governance.render.renderer import Report
from fmnist_governance.render.view import stated

_FOREMOST, _LONGEST = 3, 60


@dataclass(frozen=True, slots=True)
class Gaps:
    """Everything that is missing, by who could have supplied it."""

    statements: tuple[str, ...]
    """Titles of the topics on which nobody stated anything."""
    checks: tuple[str, ...]
    """Checks that were asked for and did not measure, with the reason."""
    measurements: tuple[str, ...]
    """Ids that a check owed and that the record does not hold."""
    unexamined: tuple[str, ...]
    """Checks that a requirement needs and that the audit was not asked to run."""
    facts: tuple[str, ...]
    """What else nobody supplied: facts about model, data, audit and energy, limits of a check, a verdict."""
    topics: str
    """How many topics there are."""
    praise: tuple[str, ...]
    """Titles of the topics whose statement judges quality, with its words; they are stated, and so not counted."""

    @property
    def counted(self) -> int:
        """How many things are missing in all."""
        return sum(len(found) for found in self._kinds().values())

    @property
    def is_empty(self) -> bool:
        """Whether nothing is missing."""
        return self.counted == 0

    @property
    def total(self) -> str:
        """The same, as text."""
        return f"{self.counted:,}"

    @property
    def foremost(self) -> str:
        """The first few by name, for a reader who has no time for the list."""
        names = [name for found in self._kinds().values() for name in found]
        return "; ".join(short(name, _LONGEST) for name in names[:_FOREMOST])

    @property
    def told(self) -> str:
        """Number and kinds, such as `7 things: 6 statements, 1 check`; the kind alone where all are of one."""
        kinds = sum(bool(found) for found in self._kinds().values())
        return self.summary if kinds <= 1 else f"{self.total} things: {self.summary}"

    @property
    def summary(self) -> str:
        """The same by kind, such as `6 statements, 1 check`."""
        counted = [f"{len(found):,} {_plural(kind, len(found))}" for kind, found in self._kinds().items() if found]
        return ", ".join(counted) or "nothing"

    def _kinds(self) -> dict[str, tuple[str, ...]]:
        return {
            "statement": self.statements,
            "check without a result": self.checks,
            "measurement": self.measurements,
            "check that was not asked for": self.unexamined,
            "fact": self.facts,
        }


def _plural(kind: str, count: int) -> str:
    if count == 1:
        return kind
    noun, _, rest = kind.partition(" ")
    return f"{noun}s {rest.replace('that was', 'that were')}".rstrip()


def gaps(report: Report) -> Gaps:
    """Collect what is missing in a report."""
    record = report.record
    said = stated(report.assessment.declarations)
    stopped = {entry.name for entry in record.checks if entry.status != "measured"}
    return Gaps(
        statements=tuple(topic.title for topic in topics() if not said[topic.name].statements),
        checks=tuple(
            f"{entry.name}: {entry.status.replace('_', ' ')}, {entry.reason or 'no reason was recorded'}"
            for entry in record.checks
            if entry.name in stopped
        ),
        measurements=tuple(
            id_ for id_ in record.promised() if record.find(id_) is None and id_.partition(".")[0] not in stopped
        ),
        unexamined=unexamined(record),
        facts=tuple(_unknown(report)),
        topics=f"{len(topics())}",
        praise=tuple(
            f"{topic.title} ({statement.praise})"
            for topic in said.values()
            for statement in topic.statements
            if statement.praise
        ),
    )


def _unknown(report: Report) -> Iterator[str]:
    record = report.record
    for fact in (*known.model(record), *known.data(record), *known.audit(record), *known.environment(record)):
        if fact.value is None:
            yield fact.name
    if record.find("efficiency.energy.joules") is None:
        yield "Energy of an answer"
    if record.training is None:
        yield "How the model was trained"
    for entry in record.checks:
        if not entry.limits:
            yield f"Limits of the check {entry.name}"
    if report.assessment.verdict is None:
        yield "A verdict"
