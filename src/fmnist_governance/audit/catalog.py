"""The checks that exist, in the order of reports."""

from __future__ import annotations

from typing import Any

from fmnist_governance.audit.adversarial import ADVERSARIAL
from fmnist_governance.audit.calibration import CALIBRATION
from fmnist_governance.audit.check import Check
from fmnist_governance.audit.conformal import CONFORMAL
from fmnist_governance.audit.confusion import CONFUSION
from fmnist_governance.audit.corruption import CORRUPTION
from fmnist_governance.audit.data_quality import DATA_QUALITY
from fmnist_governance.audit.drift import DRIFT
from fmnist_governance.audit.efficiency import EFFICIENCY
from fmnist_governance.audit.explanation import EXPLANATION
from fmnist_governance.audit.integrity import INTEGRITY
from fmnist_governance.audit.invariance import INVARIANCE
from fmnist_governance.audit.ood import OOD
from fmnist_governance.audit.performance import PERFORMANCE
from fmnist_governance.audit.privacy import PRIVACY
from fmnist_governance.audit.selective import SELECTIVE
from fmnist_governance.audit.slices import SLICES

CHECKS: tuple[Check[Any], ...] = (
    PERFORMANCE,
    CONFUSION,
    CALIBRATION,
    SELECTIVE,
    CONFORMAL,
    CORRUPTION,
    INVARIANCE,
    ADVERSARIAL,
    EXPLANATION,
    SLICES,
    DATA_QUALITY,
    INTEGRITY,
    EFFICIENCY,
    OOD,
    DRIFT,
    PRIVACY,
)
