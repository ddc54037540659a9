"""Every kind of clause, in the order in which they are explained."""

from __future__ import annotations

from typing import Any

from fmnist_governance.gate.age import EVIDENCE_NO_OLDER_THAN
from fmnist_governance.gate.at_least import AT_LEAST
from fmnist_governance.gate.at_most import AT_MOST
from fmnist_governance.gate.claimed import CLAIM_SUPPORTED, NO_REFUTED_CLAIM
from fmnist_governance.gate.declared import DECLARATION_PRESENT
from fmnist_governance.gate.group import GROUP
from fmnist_governance.gate.identity import DATASET_IS_ONE_OF, SEAL_IS_ONE_OF
from fmnist_governance.gate.lawful import REQUIREMENT_NOT_MISSING, RISK_CLASS_IS_ONE_OF
from fmnist_governance.gate.libraries import LIBRARY_VERSIONS
from fmnist_governance.gate.measured import CHECK_MEASURED
from fmnist_governance.gate.regression import NO_REGRESSION
from fmnist_governance.gate.rule import Rule
from fmnist_governance.gate.suite import SUITE_AT_LEAST

RULES: tuple[Rule[Any], ...] = (
    AT_LEAST,
    AT_MOST,
    GROUP,
    NO_REGRESSION,
    CHECK_MEASURED,
    SUITE_AT_LEAST,
    DATASET_IS_ONE_OF,
    EVIDENCE_NO_OLDER_THAN,
    LIBRARY_VERSIONS,
    DECLARATION_PRESENT,
    CLAIM_SUPPORTED,
    NO_REFUTED_CLAIM,
    REQUIREMENT_NOT_MISSING,
    RISK_CLASS_IS_ONE_OF,
    SEAL_IS_ONE_OF,
)
