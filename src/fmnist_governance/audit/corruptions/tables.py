"""What the corruption check shows: the table of conditions, the table of corruptions, and the disturbed images."""

from __future__ import annotations

from collections.abc import Sequence

from torch import Tensor

from fmnist_governance.audit.check import Cell, Column, Picture, Table
from fmnist_governance.audit.corruptions.scores import expected_calibration_error
from fmnist_governance.audit.corruptions.sweep import Sweep
from fmnist_governance.audit.pictures import sheet
from fmnist_governance.evidence.record import Measurement
from fmnist_governance.stats.proportions import wilson

UNDISTURBED = "undisturbed"


def cells(sweep: Sweep) -> Table:
    """Return a row for the undisturbed images, severity 0, and one for each corruption and severity."""
    clean = sweep.examples.probabilities.max(dim=1).values
    rows = [_cell(UNDISTURBED, 0, sweep.clean, clean, sweep.baseline_clean, flagged=False)]
    baseline = sweep.baseline_correct
    for c, corruption in enumerate(sweep.asked.corruptions):
        for s, severity in enumerate(sweep.asked.severities):
            other = None if baseline is None else baseline[c, s]
            answers = (sweep.correct[c, s], sweep.confidence[c, s], other)
            rows.append(_cell(corruption.title, severity, *answers, flagged=bool(sweep.confidently_wrong[c, s])))
    columns = (
        Column("corruption"),
        Column("severity", "count"),
        Column("n", "count"),
        *(Column(name, "fraction") for name in ("accuracy", "accuracy_low", "accuracy_high")),
        *(Column(name, "fraction") for name in ("confidence", "calibration_error", "baseline_accuracy")),
        Column("confidently_wrong"),
    )
    return Table("cells", "Accuracy, mean confidence and calibration under each corruption", columns, tuple(rows))


def _cell(  # noqa: PLR0913 - the columns of a row
    name: str, severity: int, correct: Tensor, confidence: Tensor, baseline: Tensor | None, *, flagged: bool
) -> tuple[Cell, ...]:
    right, n = int(correct.sum()), len(correct)
    held = wilson(right, n)
    return (
        name,
        severity,
        n,
        right / n,
        held.low,
        held.high,
        float(confidence.double().mean()),
        expected_calibration_error(confidence, correct),
        None if baseline is None else int(baseline.sum()) / n,
        "yes" if flagged else "no",
    )


def by_corruption(sweep: Sweep, each: Sequence[Measurement]) -> Table:
    """Return a row for each corruption, over all severities: accuracy, its interval, and the baseline's."""
    baseline: list[float | None] = [None] * len(each)
    if sweep.baseline_correct is not None:
        baseline = sweep.baseline_correct.double().mean(dim=(1, 2)).tolist()
    rows = []
    for corruption, measured, other in zip(sweep.asked.corruptions, each, baseline, strict=True):
        held = measured.interval
        ends = (held.low, held.high) if held else (None, None)
        rows.append((corruption.title, measured.value, *ends, other))
    names = ("accuracy", "accuracy_low", "accuracy_high", "baseline_accuracy")
    columns = (Column("corruption"), *(Column(name, "fraction") for name in names))
    caption = "Accuracy under each corruption over all severities, with intervals that hold for all at once"
    return Table("by_corruption", caption, columns, tuple(rows))


def examples(sweep: Sweep) -> Picture:
    """Show one image as it is and under the least, the middle and the worst severity, a row for each corruption."""
    names = ", ".join(corruption.title for corruption in sweep.asked.corruptions)
    last = len(sweep.asked.severities) - 1
    chosen = sorted({0, (last + 1) // 2, last})
    severities = ", ".join(f"{sweep.asked.severities[place]}" for place in chosen)
    tiles = sweep.shown[:, [0, *(place + 1 for place in chosen)]]
    return Picture(
        name="examples",
        caption=f"One test image, undisturbed and at severity {severities}. Row by row: {names}",
        alternative=f"A grid of one test image, {len(sweep.shown)} rows: undisturbed at the left, worse towards the"
        f" right. Row by row: {names}",
        png=sheet(list(tiles), tiles.shape[1]),
    )
