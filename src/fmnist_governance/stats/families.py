"""Many questions at once: how sure is each answer, given all of them?"""

from __future__ import annotations

from collections.abc import Sequence


def holm(p_values: Sequence[float]) -> tuple[float, ...]:
    """Return p-values adjusted so that one wrong rejection among all of them is as rare as in a single test.

    Args:
        p_values: Probabilities in [0, 1], in any order.

    Returns:
        The adjusted values, each at least its own, in the same order.

    Raises:
        ValueError: A value is no probability.

    References:
        Holm (1979), A simple sequentially rejective multiple test procedure.
    """
    if not all(0 <= p <= 1 for p in p_values):
        msg = f"{list(p_values)}: expected probabilities in [0, 1]"
        raise ValueError(msg)
    adjusted = [0.0] * len(p_values)
    highest = 0.0
    for rank, index in enumerate(sorted(range(len(p_values)), key=p_values.__getitem__)):
        highest = max(highest, min(1.0, (len(p_values) - rank) * p_values[index]))
        adjusted[index] = highest
    return tuple(adjusted)
