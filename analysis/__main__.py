"""The command line: it can do what the pages do. `python -m analysis COMMAND --help` explains a command.

Results go to standard output, progress to standard error. Exit code 0; 1 when some row shows a finding or a fault that
--fail-on names; 2 for bad input, a signal that failed, or where nothing was looked at, with one line that says what is
wrong.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from functools import cache
from importlib import import_module

import typer

from analysis.errors import WinnowError, of_files, of_the_disk, said_of
from analysis.home import write_for_owner_alone

COMMANDS = {
    "open": "analysis.commands.open:open_command",
    "compute": "analysis.commands.compute:compute_command",
    "table": "analysis.commands.table:table_command",
    "findings": "analysis.commands.findings:findings_command",
    "check": "analysis.commands.contract:check_command",
    "prompts": "analysis.commands.prompts:prompts_command",
    "verbs": "analysis.commands.verbs:verbs_command",
    "format": "analysis.commands.noise:format_command",
    "clean": "analysis.commands.cleaning:clean_command",
    "conflicts": "analysis.commands.conflicts:conflicts_command",
    "duplicates": "analysis.commands.duplicates:duplicates_command",
    "annotators": "analysis.commands.annotators:annotators_command",
    "slices": "analysis.commands.slices:slices_command",
    "trainer": "analysis.commands.training:trainer_command",
    "pii": "analysis.commands.personal_data:pii_command",
    "map": "analysis.commands.map:map_command",
    "similar": "analysis.commands.map:similar_command",
    "sample": "analysis.commands.map:sample_command",
    "templates": "analysis.commands.templates:templates_command",
    "propose": "analysis.commands.propose:propose_command",
    "export": "analysis.commands.export:export_command",
    "replay": "analysis.commands.export:replay_command",
}
"""Where the function of each command is: only that of the command in question is imported, since all take a second."""


def app_of(names: Iterable[str]) -> typer.Typer:
    """The command line with these commands."""
    commands = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
    for name in names:
        module, _, function = COMMANDS[name].partition(":")
        commands.command(name)(getattr(import_module(module), function))
    return commands


def __getattr__(name: str) -> typer.Typer:
    """`app`: the command line with all commands."""
    if name != "app":
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return _whole()


@cache
def _whole() -> typer.Typer:
    return app_of(COMMANDS)


def main() -> None:
    """Runs the command that the process was given."""
    write_for_owner_alone()
    asked = [name for name in sys.argv[1:2] if name in COMMANDS]
    commands = app_of(asked or COMMANDS)
    if asked:
        commands.callback()(_several)
    commands()


def _several() -> None:
    """Makes Typer expect the name of a command where there is only one."""


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Prints one line for bad input or an unreadable file and exits with code 2; other errors keep their traceback."""
    try:
        yield
    except WinnowError as error:
        typer.echo(str(error), err=True)
        raise SystemExit(2) from None
    except of_files() as error:
        refused = of_the_disk(error)
        if refused is None:
            raise
        typer.echo(said_of(refused), err=True)
        raise SystemExit(2) from None


if __name__ == "__main__":
    with one_line_errors():
        main()
