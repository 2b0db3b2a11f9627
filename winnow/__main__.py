"""The command `winnow`: starts the app, with files to open if given, or runs one command of the analysis."""

from __future__ import annotations

import socket
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, NoReturn

import typer

from winnow import ROOT

HELP = """Look at your finetuning data before you train on it.

`winnow FILE` opens a file in the browser; `winnow` alone starts without one.

The commands work without a browser. Results go to standard output, progress to standard error.

Exit code 0 for success; 1 if there is a finding that --fail-on names; 2 for bad input, with one line that says why.
"""
USAGE = "[FILE]... | COMMAND [ARGS]..."


def main(arguments: Sequence[str] | None = None) -> None:
    """Runs `winnow ARGUMENTS`, by default with those of the process. Bad input ends with one line and exit code 2."""
    from analysis.__main__ import app as commands
    from analysis.__main__ import one_line_errors
    from analysis.home import write_for_owner_alone

    app = typer.Typer(help=HELP, subcommand_metavar=USAGE, add_completion=False, pretty_exceptions_enable=False)
    app.callback()(_before_commands)
    app.command("start")(start)
    app.add_typer(commands)
    names = {"start", "--help", "--version", *(command.name for command in commands.registered_commands)}
    words = list(sys.argv[1:] if arguments is None else arguments)
    write_for_owner_alone()
    with one_line_errors():
        app(words if words and words[0] in names else ["start", *words])


def start(
    files: Annotated[
        list[str] | None, typer.Argument(metavar="FILE", help="Files, or a folder, to open as one dataset.")
    ] = None,
    config: Annotated[
        str | None, typer.Option(metavar="NAME", help="Configuration of a dataset repository, which is a folder.")
    ] = None,
    split: Annotated[
        str | None, typer.Option(metavar="NAME", help="The one split of a folder to open, such as train.")
    ] = None,
    port: Annotated[
        int | None,
        typer.Option(min=1, max=65535, envvar="STREAMLIT_SERVER_PORT", help="Default: 8501 or the next free port."),
    ] = None,
    address: Annotated[
        str, typer.Option(envvar="STREAMLIT_SERVER_ADDRESS", help="Any other address needs a login; see the README.")
    ] = "127.0.0.1",
    allow_host: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help="A host name under which others reach this server; repeatable."),
    ] = None,
) -> None:
    """Start the app in the browser, with a dataset if a FILE is given. `winnow FILE` does the same.

    Give a file with the name of a command with its folder: `winnow ./open`.
    """
    from analysis.commands.open import expanded
    from analysis.formats import ReadOptions
    from analysis.given_files import given_files

    names = expanded(files or [])
    for name in names:
        if not name.startswith("hf://"):
            if not Path(name).exists():
                _refuse(f"There is no file and no command {name!r}; `winnow --help` lists the commands.")
            given_files([name], ReadOptions(config=config, split=split))
    options = ["--server.address", address]
    if port:
        _check_free(address, port)
        options += ["--server.port", str(port)]
    for host in ["localhost", "127.0.0.1", *allow_host] if allow_host else []:
        options += ["--server.allowedHosts", host]
    if allow_host:
        options += ["--browser.serverAddress", allow_host[0]]
    chosen = [f"--{name}={value}" for name, value in (("config", config), ("split", split)) if value]
    _serve(options, [*chosen, *names])


def _serve(options: list[str], files: list[str]) -> None:
    """Runs the server until it is stopped. Streamlit finds its configuration in `.streamlit` beside app.py."""
    from streamlit.web.cli import main as streamlit

    streamlit(["run", str(ROOT / "app.py"), *options, "--", *files], prog_name="streamlit")


def _check_free(address: str, port: int) -> None:
    """Ends the program if the server cannot listen on the port."""
    family = socket.AF_INET6 if ":" in address else socket.AF_INET
    try:
        socket.create_server((address, port), family=family).close()
    except OSError as error:
        reason = str(error.strerror).partition(" (")[0]
        _refuse(f"The server cannot listen on {address}, port {port} ({reason}); choose another with --port.")


def _refuse(reason: str) -> NoReturn:
    """Ends the program with one line on standard error and exit code 2."""
    typer.echo(reason, err=True)
    raise typer.Exit(2)


def _say_version(asked: bool) -> None:
    """Prints the version and ends the program, if `asked`."""
    from analysis import __version__

    if asked:
        typer.echo(f"winnow {__version__}")
        raise typer.Exit


def _before_commands(
    version: Annotated[
        bool, typer.Option("--version", callback=_say_version, is_eager=True, help="Print the version and end.")
    ] = False,
) -> None:
    """The options before a command; their callbacks have already run."""


if __name__ == "__main__":
    main()
