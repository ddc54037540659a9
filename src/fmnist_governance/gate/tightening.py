"""Does one clause demand at least as much as another? What a policy may change in the policy that it extends."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence

from fmnist_governance.gate.rule import Clause, Rule

Compare = Callable[..., bool]


def higher(new: float | None, old: float | None) -> bool:
    """Whether a floor is at least as high; none at all is the lowest."""
    return old is None or (new is not None and new >= old)


def lower(new: float | None, old: float | None) -> bool:
    """Whether a ceiling is at least as low; none at all is the highest."""
    return old is None or (new is not None and new <= old)


def fewer(new: Collection[object], old: Collection[object]) -> bool:
    """Whether a list of what is allowed allows nothing new."""
    return set(new) <= set(old)


def more(new: Collection[object] | None, old: Collection[object] | None) -> bool:
    """Whether a list of what is asked for asks for no less; none at all asks for everything."""
    return new is None or (old is not None and set(new) >= set(old))


def rising(*order: object) -> Compare:
    """Return a comparison of values that are listed from the least to the most demanding."""
    return lambda new, old: order.index(new) >= order.index(old)


_FREE = frozenset({"id", "kind", "title", "because"})
_COMMON: dict[str, Compare] = {
    "severity": rising("warn", "block"),
    "when_undecided": rising("warn", "refuse"),
    "when_no_evidence": rising("warn", "refuse"),
}


def looser(rule: Rule[Clause], new: Clause, old: Clause) -> tuple[str, ...]:
    """Return the settings in which a clause demands less than the one that it replaces, or something else.

    Args:
        rule: The kind of both.
        new: The clause of the policy that extends.
        old: The clause of the policy that is extended.
    """
    return tuple(_looser({**_COMMON, **rule.tighter}, new, old))


def _looser(comparisons: dict[str, Compare], new: Clause, old: Clause) -> Iterator[str]:
    for name in type(old).model_fields:
        before, after = getattr(old, name), getattr(new, name)
        if name in _FREE or before == after:
            continue
        if name not in comparisons or not comparisons[name](after, before):
            yield name


def said(value: object) -> str:
    """Return a setting as a message shows it."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(str, value))}]"
    return "nothing" if value is None else str(value)
