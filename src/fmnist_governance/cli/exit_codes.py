"""What an exit code means. It is a contract with pipelines."""

from __future__ import annotations

from enum import IntEnum


class ExitCode(IntEnum):
    """The answer of a command."""

    YES = 0
    """Yes, or done."""
    NO = 1
    """The answer is no: a policy refused, bytes differ, something is missing."""
    COULD_NOT_RUN = 2
    """There is no answer: bad input, a failed check, evidence that does not match its seal."""
