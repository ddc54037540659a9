"""The one look-up of evidence, shared with claims and requirements."""

from __future__ import annotations

from fmnist_governance.evidence.lookup import Absent as Absent  # noqa: PLC0414 - part of the gate's vocabulary
from fmnist_governance.evidence.lookup import lack_of as lack_of  # noqa: PLC0414 - as above
from fmnist_governance.evidence.lookup import look_up as look_up  # noqa: PLC0414 - as above
