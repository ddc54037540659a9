"""Does one clause demand at least as much as another? What a policy may change in the policy that it extends."""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from typing import Any

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
    """Whether a list of what is asked for asks for no less. Without a list, all that an audit has is asked for."""
    return new is not None and old is not None and set(new) >= set(old)


def rising(*order: object) -> Compare:
    """Return a comparison of values that are listed from the least to the most demanding."""
    return lambda new, old: order.index(new) >= order.index(old)


def stricter_on(new: Any, _old: Any) -> bool:  # noqa: ANN401 - any clause with a bound
    """Whether a bound looks at no less; the whole interval can leave open what the bare value failed."""
    return bool(new.on == "interval" and new.when_undecided == "refuse")


_FREE = frozenset({"id", "kind", "title", "because"})
_COMMON: dict[str, Compare] = {
    "severity": rising("warn", "block"),
    "waivable": rising(True, False),  # noqa: FBT003 - the values that a policy gives
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
    comparisons = {**_COMMON, **rule.tighter}
    settings = [name for name in type(old).model_fields if name not in _FREE]
    return tuple(
        name
        for name in settings
        if (before := getattr(old, name)) != (after := getattr(new, name))
        and not (
            rule.tighter_together[name](new, old)
            if name in rule.tighter_together
            else name in comparisons and comparisons[name](after, before)
        )
    )


def said(value: object) -> str:
    """Return a setting as a message shows it."""
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(str, value))}]"
    return "left out" if value is None else str(value)
