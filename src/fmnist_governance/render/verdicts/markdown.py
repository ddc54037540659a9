"""A verdict as Markdown, for a merge request or GitHub's step summary."""

from __future__ import annotations

import re
from collections.abc import Iterator

from fmnist_governance.render.text import code, escaped
from fmnist_governance.render.verdicts.judged import Effect, JudgedRun, Remark, answer, reason, remarks

_REFERENCE = re.compile(r"([@#!])(?=\w)")


def _plain(text: str) -> str:
    """Return a text that stays text where a forge would make a mention of `@name`, or a link of `#12` and `!12`."""
    return _REFERENCE.sub(r"\1<wbr>", str(escaped(text)))


def render(judged: JudgedRun) -> str:
    """Return a verdict in which no text of policy or record means anything but itself."""
    return "\n".join(_lines(judged)) + "\n"


def _lines(judged: JudgedRun) -> Iterator[str]:
    verdict = judged.verdict
    yield f"## {_plain(answer(verdict))}"
    yield ""
    yield f"{_plain(reason(verdict))} Model {code(judged.record.subject.uri)}, run {code(judged.run)}, judged "
    yield f"{code(judged.as_of)} by {code(verdict.policy.digest)}."
    yield ""
    yield "| Effect | Outcome | Clause | Finding | Where |"
    yield "| --- | --- | --- | --- | --- |"
    found = remarks(judged)
    for remark in found:
        yield _row(remark)
    for remark in found:
        if remark.effect is not Effect.PASSED:
            yield ""
            yield f"**{_plain(remark.name)}**: because {_plain(remark.because)} *Next:* {_plain(remark.next)}"


def _row(remark: Remark) -> str:
    where = code(f"{remark.path}:{remark.line}")
    cells = (f"**{remark.effect}**", _plain(remark.outcome), f"{_plain(remark.title)} ({code(remark.name)})")
    return f"| {' | '.join(cells)} | {_plain(remark.message)} | {where} |"
