"""Which measurements does a policy ask for that an audit does not promise?"""

from __future__ import annotations

from collections.abc import Iterator

from fmnist_governance.config.problems import did_you_mean
from fmnist_governance.evidence.lookup import Absent, look_up
from fmnist_governance.evidence.record import EvidenceRecord
from fmnist_governance.gate.pattern import members
from fmnist_governance.gate.policy import Policy
from fmnist_governance.gate.regression import NoRegressionClause


def unpromised(policy: Policy, record: EvidenceRecord) -> Iterator[str]:
    """Say of each clause whose measurement or pattern names nothing that the audit promised where it stands, and why.

    What was promised and could not be measured is no mistake of the policy; the gate finds no evidence there.
    """
    promised = record.promised()
    known = [check.name for check in record.checks]
    for entry in policy.entries:
        if isinstance(entry.clause, NoRegressionClause) and entry.clause.check not in known:
            hint = did_you_mean(entry.clause.check, known)
            told = f"check {entry.clause.check} was not part of suite {record.audit.suite.name}{hint}"
            yield f"{entry.source}:{entry.line}: clause {entry.clause.id}: {told}"
        id_, pattern = (getattr(entry.clause, name, None) for name in ("measurement", "pattern"))
        if isinstance(id_, str) and id_ not in promised:
            found: object = look_up(record, id_)
        elif isinstance(pattern, str):
            found = members(record, pattern)
        else:
            continue
        if isinstance(found, Absent):
            yield f"{entry.source}:{entry.line}: clause {entry.clause.id}: {found.reason}"
