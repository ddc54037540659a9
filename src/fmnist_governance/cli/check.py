"""`fmnist-audit check`: what a declarations file still lacks."""

from __future__ import annotations

from collections import Counter
from pathlib import Path

import click

from fmnist_governance.cli.exit_codes import ExitCode
from fmnist_governance.cli.options import json_option, print_json


@click.command("check")
@click.argument("file", type=click.Path(path_type=Path, dir_okay=False))
@click.option("--allow-missing", is_flag=True, help="Let statements that nobody made be told, and not refuse.")
@json_option
def command(file: Path, *, allow_missing: bool, as_json: bool) -> int:
    """Say what in a declarations file is missing, wrong or a placeholder.

    Every finding stands on a line of its own, with file and line. Exit code 0: nothing, or only answers that are not
    used; 1: something; 2: the file cannot be read as declarations.
    """
    from fmnist_governance.config import strict_yaml
    from fmnist_governance.evidence.declared import Declarations
    from fmnist_governance.law.completeness import Kind, gaps
    from fmnist_governance.pipeline.environment import now
    from fmnist_governance.render.verdicts.safe_text import safe

    document = strict_yaml.load(strict_yaml.read_text(file), str(file))
    found = gaps(document, strict_yaml.validate(document, Declarations), now()[:10])
    if as_json:
        print_json({"file": str(file), "found": [{"line": g.line, "kind": g.kind, "what": g.what} for g in found]})
    else:
        for gap in found:
            click.echo(safe(f"{file}:{gap.line}: {gap.kind}: {gap.what}"))
        counted = Counter(gap.kind for gap in found)
        summary = ", ".join(f"{count} {kind}" for kind, count in counted.items())
        click.echo(summary or "nothing is missing", err=True)
    only_told = {Kind.UNUSED, *([Kind.MISSING] if allow_missing else [])}
    return ExitCode.NO if any(gap.kind not in only_told for gap in found) else ExitCode.YES
