"""Dates as people write them."""

from __future__ import annotations

from datetime import date
from typing import Annotated

from pydantic import AfterValidator, StringConstraints


def _real_date(text: str) -> str:
    try:
        date.fromisoformat(text)
    except ValueError as err:
        msg = f"{text} is no day of the calendar; expected one such as 2026-11-22"
        raise ValueError(msg) from err
    return text


DAY = r"^\d{4}-\d{2}-\d{2}$"

Day = Annotated[str, StringConstraints(pattern=DAY), AfterValidator(_real_date)]
"""A date such as `2026-11-22`."""
