from __future__ import annotations

from collections.abc import Callable
from types import SimpleNamespace

import pytest
from reports import (
    entry,
    make_assessment,
    make_declarations,
    make_record,
    make_report,
    make_verdict,
)

from fmnist_governance.evidence.assessment import Assessment
from fmnist_governance.render.renderer import Report


@pytest.fixture
def report() -> Report:
    return make_report()


@pytest.fixture
def reported() -> Callable[..., Report]:
    return make_report


@pytest.fixture
def assessed() -> Callable[..., Assessment]:
    return make_assessment


@pytest.fixture(scope="session")
def build() -> SimpleNamespace:
    """The builders of tests/support/reports.py, in one hand."""
    return SimpleNamespace(
        record=make_record,
        report=make_report,
        assessment=make_assessment,
        declarations=make_declarations,
        verdict=make_verdict,
        entry=entry,
    )
