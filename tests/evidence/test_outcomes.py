from __future__ import annotations

import pytest

from fmnist_governance.errors import EvidenceError
from fmnist_governance.evidence.outcomes import decode_outcomes, path


def test_each_condition_has_a_digit_an_image() -> None:
    found = decode_outcomes(b"condition,correct\nclean,0110\nnoise.sev_3,0010\n", "outcomes.csv")

    assert found == {"clean": "0110", "noise.sev_3": "0010"}


@pytest.mark.parametrize(
    ("data", "line"),
    [
        (b"", 1),
        (b"clean,01\n", 1),
        (b"condition,correct\nclean,012\n", 2),
        (b"condition,correct\nclean,\n", 2),
        (b"condition,correct\nclean,01\nclean,11\n", 3),
        (b"condition,correct\nclean,01\r\n", 2),
        (b"condition,correct\n\xff,01\n", 2),
        (b"condition,correct\n\nclean,01\n", 2),
    ],
)
def test_what_is_no_outcomes_file_is_refused_with_its_line(data: bytes, line: int) -> None:
    with pytest.raises(EvidenceError, match=rf"^{path('performance')}:{line}: .*; audit the model again"):
        decode_outcomes(data, path("performance"))
