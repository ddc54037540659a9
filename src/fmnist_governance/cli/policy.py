"""`fmnist-audit policy`: check a policy file, explain it, or print its schema."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING, TypeVar

import click

from fmnist_governance.cli.options import config_option, json_option, print_json, store_options

if TYPE_CHECKING:
    from fmnist_governance.gate.policy import Policy
    from fmnist_governance.gate.waivers import Waivers

T = TypeVar("T")
_FILE = click.Path(path_type=Path, dir_okay=False)


@click.group("policy")
def command() -> None:
    """Check a policy file, explain it, or print its JSON schema."""


@command.command(short_help="Print the JSON schema of a policy file.")
def schema() -> None:
    """Print the JSON schema of a policy file, for editors and validators."""
    from fmnist_governance.gate.schema import policy_schema

    print_json(policy_schema())


@command.command(short_help="Say whether policy files can be used, and what to mend.")
@click.argument("files", metavar="[FILE]...", nargs=-1, type=_FILE)
@click.option("--waivers", type=_FILE, metavar="FILE", help="Check this waivers file, too.")
@click.option("--against", metavar="RUN", help="Refuse measurements that this audit, or bundle, does not promise.")
@config_option
@store_options
@json_option
def check(
    *,
    files: tuple[Path, ...],
    waivers: Path | None,
    against: str | None,
    config_dir: Path | None,
    tracking_uri: str | None,
    experiment: str,
    as_json: bool,
) -> None:
    """Say whether policy files can be used; each mistake is told with its line.

    Without FILE, the policy.yaml of the configuration. A waiver that can count for no model is a mistake, too. Which
    measurements there are depends on the audit, so a misspelt one is found with --against. Exit code 2: a file cannot
    be used.
    """
    from fmnist_governance.config.shipped import find
    from fmnist_governance.gate.policy import load_policy
    from fmnist_governance.gate.waivers import load_waivers

    policies, waived = _read(
        [partial(load_policy, file) for file in files or (find(config_dir, "policy.yaml"),)],
        [partial(load_waivers, waivers)] if waivers else [],
    )
    if waived:
        _demand_useful(f"{waivers}", waived[0], policies)
    if against is not None:
        _demand_promised(policies, against, tracking_uri, experiment)
    if as_json:
        found = [{"name": p.name, "digest": p.digest, "clauses": len(p.entries)} for p in policies]
        print_json({"policies": found, "waivers": len(waived[0].entries) if waived else None})
        return
    for line in (line for policy in policies for line in _claimed_by_nobody(policy, config_dir)):
        click.echo(f"fmnist-audit: {line}", err=True)
    for policy in policies:
        count = len(policy.entries)
        click.echo(f"{policy.source}: policy {policy.name}, {count} clause{'s' * (count != 1)}, {policy.digest}")
    if waived:
        count = len(waived[0].entries)
        click.echo(f"{waivers}: {count} waiver{'s' * (count != 1)}")


def _read(
    policies: list[Callable[[], Policy]], waivers: list[Callable[[], Waivers]]
) -> tuple[list[Policy], list[Waivers]]:
    """Read every file, so that the mistakes of all are told at once."""
    from fmnist_governance.errors import ConfigError

    told: list[str] = []

    def done(reader: Callable[[], T]) -> Iterator[T]:
        try:
            yield reader()
        except ConfigError as err:
            told.append(str(err))

    found = [p for reader in policies for p in done(reader)], [w for reader in waivers for w in done(reader)]
    if told:
        raise ConfigError("\n".join(told))
    return found


def _demand_useful(source: str, waivers: Waivers, policies: list[Policy]) -> None:
    """Refuse waivers that can count for no model by any of the policies."""
    from fmnist_governance.errors import ConfigError
    from fmnist_governance.gate.waivers import useless
    from fmnist_governance.pipeline.environment import now

    found = [dict(useless(waivers, policy, now()[:10])) for policy in policies]
    lines = [line for line, _ in waivers.entries if all(line in bad for bad in found)]
    if lines:
        raise ConfigError("\n".join(f"{source}:{line}: {found[0][line]}" for line in lines))


def _demand_promised(policies: list[Policy], run: str, tracking_uri: str | None, experiment: str) -> None:
    from fmnist_governance.errors import ConfigError
    from fmnist_governance.gate.promised import unpromised
    from fmnist_governance.pipeline.judging import opened

    record = opened(run, tracking_uri, experiment).record
    if lines := [line for policy in policies for line in unpromised(policy, record)]:
        raise ConfigError("\n".join(lines))


def _claimed_by_nobody(policy: Policy, config_dir: Path | None) -> Iterator[str]:
    """Say which claims a policy asks for that the configuration's claims file does not make.

    That is no mistake of the policy, which may be meant for another claims file: the gate finds no evidence there.
    """
    from fmnist_governance.claims.claims_file import load_claims
    from fmnist_governance.config.problems import did_you_mean
    from fmnist_governance.config.shipped import find
    from fmnist_governance.gate.claimed import ClaimSupportedClause

    asked = [(entry, entry.clause) for entry in policy.entries if isinstance(entry.clause, ClaimSupportedClause)]
    if not asked or (config_dir is not None and not (config_dir / "claims.yaml").exists()):
        return
    file = find(config_dir, "claims.yaml")
    known = [claim.id for claim in load_claims(file).claims]
    for entry, clause in asked:
        if clause.claim not in known:
            told = f"{file} makes no claim {clause.claim!r}{did_you_mean(clause.claim, known)}"
            yield f"{entry.source}:{entry.line}: clause {clause.id}: {told}"


@command.command(short_help="Say in words what each clause of a policy asks.")
@click.argument("file", metavar="[FILE]", required=False, type=_FILE)
@config_option
@json_option
def explain(*, file: Path | None, config_dir: Path | None, as_json: bool) -> None:
    """Say in words what each clause of a policy asks, and when it refuses.

    Without FILE, the policy.yaml of the configuration.
    """
    from fmnist_governance.cli.policy_sheet import lines
    from fmnist_governance.config.shipped import find
    from fmnist_governance.gate.explain import explain as explained
    from fmnist_governance.gate.policy import load_policy

    policy = explained(load_policy(file or find(config_dir, "policy.yaml")))
    if as_json:
        print_json(policy.model_dump(mode="json"))
    else:
        click.echo("\n".join(lines(policy)))
