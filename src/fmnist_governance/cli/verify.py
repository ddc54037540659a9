"""`fmnist-audit verify`: is a bundle what was exported and sealed?"""

from __future__ import annotations

from pathlib import Path

import click

from fmnist_governance.cli.exit_codes import ExitCode
from fmnist_governance.cli.options import json_option, print_json


@click.command("verify")
@click.argument("bundle", type=click.Path(path_type=Path, exists=True))
@click.option("--seal", metavar="DIGEST", help="The seal that the bundle must have, such as sha256:...")
@json_option
def command(*, bundle: Path, seal: str | None, as_json: bool) -> int:
    """Compare a bundle with its list, its seal and itself.

    Each file is held against list and seal, and the accuracy in the record against the sealed answers. BUNDLE is
    a zip or folder that export wrote. Exit code 0: every file is as it was; 1: some differ, or contradict each other,
    each is named; 2: it is no bundle, or holds links or paths that leave it. A bundle is not signed: whoever can write
    all of it can make another one, so compare the seal with one that you have from elsewhere, or give that with --seal.
    """
    from fmnist_governance.bundle.verify import differences, evidence, open_bundle
    from fmnist_governance.errors import EvidenceError
    from fmnist_governance.evidence.manifest import MANIFEST, digest
    from fmnist_governance.render.verdicts.safe_text import safe

    opened = open_bundle(bundle)
    found = differences(opened)
    if not found:
        try:
            evidence(opened)
        except EvidenceError as err:
            found = str(err).splitlines()
    sealed = digest(opened.read(MANIFEST) or b"")
    if seal and seal != sealed:
        found.append(f"{MANIFEST}: the seal is {sealed}, not {seal}")
    if as_json:
        print_json({"ok": not found, "run": opened.run_id, "seal": sealed, "problems": found})
    elif found:
        click.echo("\n".join(map(safe, found)))
    else:
        files = f"{len(opened.names)} files of run {safe(opened.run_id)}, and their list"
        click.echo(f"{files}, are as they were sealed, as {sealed}")
        if not seal:
            click.echo("not signed: compare that seal with one that you have from elsewhere, or give it with --seal")
    return ExitCode.NO if found else ExitCode.YES
