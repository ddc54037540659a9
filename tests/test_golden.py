"""The committed example is what this version renders from its evidence, byte for byte."""

from __future__ import annotations

from pathlib import Path

import pytest

from fmnist_governance.bundle.contents import BUNDLE, Bundle, listed
from fmnist_governance.bundle.folder import open_folder
from fmnist_governance.bundle.verify import differences, evidence
from fmnist_governance.pipeline.assessing import stored
from fmnist_governance.pipeline.documenting import chosen, rendered, report
from fmnist_governance.render.charts.catalog import charts

SAMPLE = Path(__file__).parents[1] / "reports" / "sample"
SHOWN = ("charts/", "documents/")


def drawn(bundle: Bundle) -> dict[str, bytes]:
    """Return the charts and documents of the bundle as they are made now."""
    record, seal = evidence(bundle)
    concluded = stored({path: bundle.load(path) for path in bundle.paths("assessments/")}, seal)[-1]
    documents = rendered(chosen((), ()), report(record, concluded, bundle.read, run=bundle.run_id, seal=seal))
    made = {f"documents/{concluded.id}/{name}": data for name, data in documents.items()}
    return {**made, **charts(record, bundle.load)}


def test_the_example_is_what_is_rendered_now(request: pytest.FixtureRequest) -> None:
    bundle = open_folder(SAMPLE)
    made = drawn(bundle)
    if request.config.getoption("--update-golden"):
        update(bundle, made)
        bundle = open_folder(SAMPLE)

    stored = {path: bundle.load(path) for path in bundle.names if path.startswith(SHOWN)}

    assert sorted(stored) == sorted(made)
    assert [path for path in made if made[path] != stored[path]] == []


def test_the_example_is_as_it_was_sealed() -> None:
    assert differences(open_folder(SAMPLE)) == []


def update(bundle: Bundle, made: dict[str, bytes]) -> None:
    """Write what is rendered now in place of what is there."""
    kept = {path: bundle.load(path) for path in bundle.names if not path.startswith(SHOWN)}
    for path in bundle.names - kept.keys():
        (SAMPLE / path).unlink()
    for path, data in listed(bundle.facts, {**kept, **made}).items():
        if path == BUNDLE or path in made:
            (SAMPLE / path).parent.mkdir(parents=True, exist_ok=True)
            (SAMPLE / path).write_bytes(data)
