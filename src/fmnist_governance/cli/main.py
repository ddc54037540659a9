"""The command `fmnist-audit`: find the subcommand, import it alone, and turn errors into exit codes."""

from __future__ import annotations

import importlib
import logging
import os
import signal
import sys
import warnings

import click

from fmnist_governance import __version__
from fmnist_governance.cli.exit_codes import ExitCode
from fmnist_governance.errors import GovernanceError

DEBUG = "FMNIST_AUDIT_DEBUG"

COMMANDS = {
    "run": ("running", "Train, audit, document and judge a model, in one go."),
    "data": ("data", "Fetch, verify or describe a data set."),
    "train": ("train", "Train a model and register it."),
    "predict": ("predict", "Let a model answer images; log the answers on request."),
    "audit": ("audit", "Measure a model and seal what was found."),
    "generate-card": ("generate_card", "Render the documents of an audit run."),
    "gate": ("gate", "Judge an audit run against a policy."),
    "promote": ("promote", "Let a registered version hold an alias, if it meets the policy."),
    "compare": ("compare", "Say what differs between two audits, and which differences are more than chance."),
    "export": ("export", "Take an audit run out of the store, as one zip or folder."),
    "verify": ("verify", "Compare a bundle with its list, its seal and itself."),
    "policy": ("policy", "Check a policy file, explain it, or print its JSON schema."),
    "init": ("init", "Write a declarations file to start from."),
    "check": ("check", "Say what in a declarations file is missing, wrong or a placeholder."),
    "classify": ("classify", "Say which rules of the AI Act a system falls under, and by which answers."),
}
"""Each command's module and one-line help, so that `--help` imports none of them."""


class LazyGroup(click.Group):
    """A group that imports a command's module only when that command is run."""

    def list_commands(self, ctx: click.Context) -> list[str]:  # noqa: ARG002 - click's signature
        """Return the commands in the order of their use."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:  # noqa: ARG002 - click's signature
        """Import and return one command."""
        if cmd_name not in COMMANDS:
            return None
        module = importlib.import_module(f"fmnist_governance.cli.{COMMANDS[cmd_name][0]}")
        command = module.command
        if not isinstance(command, click.Command):
            msg = f"{module.__name__}.command is not a command"
            raise TypeError(msg)
        return command

    def format_commands(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:  # noqa: ARG002 - click's signature
        """Write the list of commands without importing them."""
        with formatter.section("Commands"):
            formatter.write_dl([(name, text) for name, (_, text) in COMMANDS.items()])

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Say which commands there are when one is not known."""
        if args[0] not in COMMANDS and not args[0].startswith("-"):
            msg = f"no command is called {args[0]!r}; there are: {', '.join(COMMANDS)}"
            raise click.UsageError(msg, ctx)
        return super().resolve_command(ctx, args)


@click.group(cls=LazyGroup, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 80})
@click.version_option(__version__, prog_name="fmnist-audit")
def cli() -> None:
    """Audit an image classifier, and render only what was measured or declared.

    Exit codes: 0 yes, or done; 1 the answer is no; 2 could not run.
    """


def main() -> None:
    """Run the command line and exit with a code that a pipeline can trust."""
    # Threads that spin for long starve each other on a busy machine; those that sleep at once are slow on a free one.
    os.environ.setdefault("GOMP_SPINCOUNT", "3000")
    _configure_logging()
    signal.signal(signal.SIGTERM, _interrupt)
    try:
        code = cli.main(standalone_mode=False)
    except click.exceptions.Exit as err:
        code = err.exit_code
    except click.ClickException as err:
        err.show()
        code = ExitCode.COULD_NOT_RUN
    except GovernanceError as err:
        code = _refuse(str(err))
    except (KeyboardInterrupt, click.Abort):
        code = _refuse("interrupted; what was finished is kept: give the command again, and --resume where it trains")
    except BrokenPipeError:
        _to_nowhere()
        code = ExitCode.COULD_NOT_RUN
    except OSError as err:
        if os.environ.get(DEBUG):
            raise
        _to_nowhere()
        code = _refuse(f"{err.filename or 'output'}: {err.strerror or err}")
    except Exception as err:  # A crash must not look like a verdict: Python's own exit code would be 1.
        if os.environ.get(DEBUG):
            raise
        code = _refuse(f"internal error: {type(err).__name__}: {err} (set {DEBUG}=1 for the traceback)")
    sys.exit(int(code or 0))


def _interrupt(_signal: int, _frame: object) -> None:
    """Stop as a keyboard does: what ends a container or a job of a pipeline is no crash."""
    raise KeyboardInterrupt


def _to_nowhere() -> None:
    """Let what still waits for stdout go nowhere: it could not be written, and Python would say so once more."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())


def _refuse(message: str) -> ExitCode:
    from fmnist_governance.render.verdicts.safe_text import safe

    lines = (safe(line) for line in f"fmnist-audit: {message}".split("\n"))
    # A forge takes a line that begins so for a command, and a file's name can hold one.
    click.echo("\n".join(f"\\x3a{line[1:]}" if line.lstrip().startswith("::") else line for line in lines), err=True)
    return ExitCode.COULD_NOT_RUN


def _configure_logging() -> None:
    logging.basicConfig(stream=sys.stderr, level=logging.WARNING, format="fmnist-audit: %(message)s")
    if not os.environ.get(DEBUG):
        warnings.simplefilter("ignore")


if __name__ == "__main__":
    main()
