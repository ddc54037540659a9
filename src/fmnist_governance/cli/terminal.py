"""What a person sees while a command works. Nothing of it reaches stdout."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

Report = Callable[[str, int, int], None]
"""Takes what is under way, how much is done, and of how much."""


@contextmanager
def progress(title: str, *, quiet: bool) -> Iterator[Report]:
    """Show a bar on a terminal; elsewhere, or when told to be quiet, nothing.

    Args:
        title: What the bar is for.
        quiet: Whether to show nothing even on a terminal.
    """
    if quiet or not sys.stderr.isatty():
        yield lambda _what, _done, _total: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    names = (TextColumn("{task.fields[title]:<8}"), TextColumn("{task.fields[what]}"))
    columns = (names[0], BarColumn(24), TimeElapsedColumn(), names[1])
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, title=title, what="")
        yield lambda what, done, total: bar.update(task, completed=done, total=total, what=what)
