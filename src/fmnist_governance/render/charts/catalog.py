"""Every chart, in the order of a report."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from html import escape

from fmnist_governance.evidence.record import EvidenceRecord
from fmnist_governance.render.charts.adversarial_curve import ADVERSARIAL_CURVE
from fmnist_governance.render.charts.chart import WIDE, Chart, NothingToDrawError, svg
from fmnist_governance.render.charts.confusion import CONFUSION_MATRIX
from fmnist_governance.render.charts.corruption_curves import CORRUPTION_CURVES
from fmnist_governance.render.charts.deletion_curve import DELETION_CURVE
from fmnist_governance.render.charts.drift_power import DRIFT_POWER
from fmnist_governance.render.charts.membership_roc import MEMBERSHIP_ROC
from fmnist_governance.render.charts.ood_sets import OOD_SETS
from fmnist_governance.render.charts.per_class import PER_CLASS
from fmnist_governance.render.charts.reliability import RELIABILITY
from fmnist_governance.render.charts.risk_coverage import RISK_COVERAGE
from fmnist_governance.render.charts.slices import SLICES
from fmnist_governance.render.tables import stored

CHARTS: tuple[Chart, ...] = (
    PER_CLASS,
    CONFUSION_MATRIX,
    RELIABILITY,
    RISK_COVERAGE,
    CORRUPTION_CURVES,
    ADVERSARIAL_CURVE,
    DELETION_CURVE,
    SLICES,
    OOD_SETS,
    DRIFT_POWER,
    MEMBERSHIP_ROC,
)


def charts(record: EvidenceRecord, read: Callable[[str], bytes]) -> Mapping[str, bytes]:
    """Draw every chart whose table the record holds.

    Args:
        record: Names the tables.
        read: Returns a stored table.

    Returns:
        Path in the run, such as `charts/confusion_matrix.svg`, to the picture.

    Raises:
        EvidenceError: A stored table is not what its chart needs.
    """
    files = {table.id: table for table in record.tables}
    return {chart.path: draw(chart, record, read) for chart in CHARTS if chart.table in files}


def draw(chart: Chart, record: EvidenceRecord, read: Callable[[str], bytes]) -> bytes:
    """Draw one chart from its table in the record; where that holds nothing to draw, the picture says so in words.

    Raises:
        EvidenceError: The stored table is not what the chart needs.
    """
    file = next(table for table in record.tables if table.id == chart.table)
    table = stored(file, read)
    try:
        return chart.draw(table, chart.alternative).encode()
    except NothingToDrawError as err:
        words = f'<text x="4" y="20">Nothing to draw: {escape(str(err))}.</text>'
        return svg(WIDE, 32, chart.alternative, [words]).encode()
