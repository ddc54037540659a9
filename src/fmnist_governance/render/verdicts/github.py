"""A verdict as GitHub's workflow commands, which mark the lines of the policy."""

from __future__ import annotations

from fmnist_governance.render.verdicts.judged import Effect, JudgedRun, Remark, about, answer, reason, remarks
from fmnist_governance.render.verdicts.safe_text import safe

_SHOWN_BY_GITHUB = 9
"""GitHub shows ten annotations of a kind in a step; the answer itself is one."""
_COMMAND = {Effect.REFUSES: "error", Effect.WARNS: "warning", Effect.WAIVED: "notice"}


def render(judged: JudgedRun) -> str:
    """Return a command a line: the verdict, then each clause that did not pass.

    References:
        GitHub, Workflow commands for GitHub Actions.
    """
    verdict = judged.verdict
    first = f"::{'notice' if verdict.passed else 'error'} title={_property('Gate')}::"
    lines = [first + _data(f"{answer(verdict)}. {reason(verdict)} {about(judged)}")]
    for effect, command in _COMMAND.items():
        found = [remark for remark in remarks(judged) if remark.effect is effect]
        kept = found if len(found) <= _SHOWN_BY_GITHUB else found[: _SHOWN_BY_GITHUB - 1]
        lines += [_command(remark) for remark in kept]
        if left := len(found) - len(kept):
            lines.append(f"::{command} title={_property('Gate')}::{left} more; the other formats have each")
    return "\n".join(lines) + "\n"


def _command(remark: Remark) -> str:
    title = _property(f"{remark.name} {remark.effect}: {remark.outcome}")
    place = f"file={_property(remark.path)},line={remark.line},title={title}"
    return f"::{_COMMAND[remark.effect]} {place}::{_data(remark.message)}"


def _data(text: str) -> str:
    return safe(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    return _data(text).replace(":", "%3A").replace(",", "%2C")
