"""What a person sees while a command works. Nothing of it reaches stdout."""

from __future__ import annotations

import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import click

Report = Callable[[str, int, int], None]
"""Takes what is under way, how much is done, and of how much."""
SECONDS = 10.0
"""Between two lines of a log."""


@contextmanager
def progress(title: str, *, quiet: bool) -> Iterator[Report]:
    """Show a bar on a terminal; elsewhere a line now and then, so that a log of a pipeline shows that work goes on.

    Args:
        title: What the bar is for.
        quiet: Whether to show nothing.
    """
    if quiet:
        yield lambda _what, _done, _total: None
        return
    if not sys.stderr.isatty():
        yield _lines(title)
        return
    from rich.console import Console
    from rich.progress import BarColumn, Progress, TextColumn, TimeElapsedColumn

    names = (TextColumn("{task.fields[title]:<8}"), TextColumn("{task.fields[what]}"))
    columns = (names[0], BarColumn(24), TimeElapsedColumn(), names[1])
    with Progress(*columns, console=Console(stderr=True), transient=True) as bar:
        task = bar.add_task("", total=None, title=title, what="")
        yield lambda what, done, total: bar.update(task, completed=done, total=total, what=what)


def _lines(title: str) -> Report:
    told = time.monotonic()

    def report(what: str, done: int, total: int) -> None:
        nonlocal told
        if time.monotonic() - told >= SECONDS:
            told = time.monotonic()
            click.echo(f"{title} {done} of {total}: {what}", err=True)

    return report
