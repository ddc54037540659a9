"""Every kind of clause, in the order in which they are explained."""

from __future__ import annotations

from typing import Any

from fmnist_governance.gate.at_least import AT_LEAST
from fmnist_governance.gate.at_most import AT_MOST
from fmnist_governance.gate.measured import CHECK_MEASURED
from fmnist_governance.gate.rule import Rule

RULES: tuple[Rule[Any], ...] = (AT_LEAST, AT_MOST, CHECK_MEASURED)
