"""The command line: it can do what the pages do. `python -m analysis COMMAND --help` explains a command.

Results go to standard output, progress to standard error. Exit code 0; 1 when some row shows a finding that --fail-on
names; 2 for bad input, a signal that failed, or where nothing was looked at, with one line that says what is
wrong.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import typer

from analysis.commands.annotators import annotators_command
from analysis.commands.compute import compute_command
from analysis.commands.conflicts import conflicts_command
from analysis.commands.duplicates import duplicates_command
from analysis.commands.export import export_command, replay_command
from analysis.commands.findings import findings_command
from analysis.commands.map import map_command, sample_command, similar_command
from analysis.commands.noise import format_command
from analysis.commands.open import open_command
from analysis.commands.personal_data import pii_command
from analysis.commands.shared import say
from analysis.commands.slices import slices_command
from analysis.commands.table import table_command
from analysis.commands.verbs import verbs_command
from analysis.errors import WinnowError

app = typer.Typer(help=__doc__, no_args_is_help=True, add_completion=False, pretty_exceptions_enable=False)
app.command("open")(open_command)
app.command("compute")(compute_command)
app.command("table")(table_command)
app.command("findings")(findings_command)
app.command("verbs")(verbs_command)
app.command("format")(format_command)
app.command("conflicts")(conflicts_command)
app.command("duplicates")(duplicates_command)
app.command("annotators")(annotators_command)
app.command("slices")(slices_command)
app.command("pii")(pii_command)
app.command("map")(map_command)
app.command("similar")(similar_command)
app.command("sample")(sample_command)
app.command("export")(export_command)
app.command("replay")(replay_command)


@contextmanager
def one_line_errors() -> Iterator[None]:
    """Prints one line for bad input or an unreadable file and exits with code 2; other errors keep their traceback."""
    try:
        yield
    except WinnowError as error:
        say(str(error))
        raise SystemExit(2) from None
    except OSError as error:
        reason = f"{error.filename}: {error.strerror}" if error.filename else str(error).partition("\n")[0]
        say(f"A file cannot be read or written ({reason}); check its folder and its owner.")
        raise SystemExit(2) from None


if __name__ == "__main__":
    with one_line_errors():
        app()
