from __future__ import annotations

from collections.abc import Callable

from fmnist_governance.render.documents import summary
from fmnist_governance.render.renderer import Report


def test_the_summary_fits_into_a_description_and_has_no_picture(report: Report) -> None:
    text = summary.markdown(report)

    assert len(text) <= summary.LONGEST
    assert "![" not in text
    assert "93.12 %" in text
    assert report.seal in text


def test_long_names_are_cut_at_a_line(reported: Callable[..., Report], report: Report) -> None:
    long = tuple(m.model_copy(update={"title": "t" * 3000}) for m in report.record.measurements)

    text = summary.markdown(reported(report.record.model_copy(update={"measurements": long})))

    assert len(text) <= summary.LONGEST
    assert text.endswith("the model card has the rest.\n")
