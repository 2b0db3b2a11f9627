"""Do the documents say what the code does: commands, options, variables, links, terms, figures?"""

from __future__ import annotations

import ast
import re
import shlex
from pathlib import Path
from urllib.parse import unquote

import pytest
import typer
from typer.testing import CliRunner

from analysis.__main__ import app
from analysis.formats import ROLES
from analysis.personal_data.types import DEFAULT_TYPES, ENTITY_TYPES, NOISY_TYPES
from analysis.view.operators import OPERATORS
from tests.house.test_house import FILES, ROOMS, ROOT, faults_of, parsed, source

PAGES = [name for name in FILES if name.endswith(".md")]
COMMANDS = typer.main.get_command(app).commands  # type: ignore[attr-defined]
SLOW = {"map", "similar", "sample"}  # they compute vectors and a map: parsed here, run in tests/map
LINK = re.compile(r"!?\[[^\]]*\]\(([^)\s]+)\)|(?:src|srcset|href)=\"([^\"]+)\"")
VARIABLE = re.compile(r"WINNOW_[A-Z][A-Z_]*[A-Z]")
EXAMPLE = re.compile(rf"^winnow (?:{'|'.join(COMMANDS)}) .*$", re.M)


def sections(page: str) -> dict[str, str]:
    """The text under each heading that is a command in code: `open`."""
    parts = re.split(r"^## `(\w+)`\n", source(page), flags=re.M)
    return {name: text.partition("\n## ")[0] for name, text in zip(parts[1::2], parts[2::2], strict=True)}


def options_of(command: typer.core.TyperCommand) -> set[str]:
    shown = [p for p in command.params if p.param_type_name == "option" and not getattr(p, "hidden", False)]
    return {name for option in shown for name in (*option.opts, *option.secondary_opts)}


def blocks(text: str) -> str:
    """What stands in fenced blocks, without comments."""
    fenced = "\n".join(re.findall(r"^```[^\n]*\n(.*?)^```", text, re.M | re.S))
    return re.sub(r"\s+# .*$", "", fenced, flags=re.M)


def examples() -> list[tuple[str, list[str]]]:
    """Page and words of every example of a command, in the order of the pages."""
    found = []
    for page in PAGES:
        found += [(page, shlex.split(line)[1:]) for line in EXAMPLE.findall(blocks(source(page)))]
    return found


def first_contract() -> str:
    """The contract with which docs/contract.md begins."""
    return re.findall(r"^```toml\n(.*?)^```", source("docs/contract.md"), re.M | re.S)[0]


def names_in_first_cells(text: str) -> set[str]:
    """The code spans in the first cell of every line of every table."""
    cells = [line.split("|")[1] for line in text.splitlines() if line.startswith("|")]
    return {name for cell in cells for name in re.findall(r"`([^`]+)`", cell)}


def test_every_command_has_a_section_and_no_other() -> None:
    assert list(sections("docs/commands.md")) and set(sections("docs/commands.md")) == set(COMMANDS)


@pytest.mark.parametrize("name", COMMANDS)
def test_a_section_names_every_option_and_no_other(name: str) -> None:
    section = sections("docs/commands.md")[name]
    assert set(re.findall(r"--[a-z][a-z-]*", section)) == options_of(COMMANDS[name])
    assert any(line.startswith(f"winnow {name} ") for line in blocks(section).splitlines()), "no example"


def test_a_command_of_the_readme_is_one() -> None:
    named = set(re.findall(r"`winnow ([a-z]+)", source("README.md")))
    assert named and named <= set(COMMANDS)


@pytest.mark.parametrize(("page", "words"), examples(), ids=lambda value: value if isinstance(value, str) else value[0])
def test_an_example_is_parsed(page: str, words: list[str]) -> None:
    COMMANDS[words[0]].make_context(words[0], words[1:])


def test_the_examples_run(home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """In one workspace, one after the other, since a replay needs the export before it."""
    (tmp_path / "sample_data").symlink_to(ROOT / "sample_data")
    (tmp_path / "winnow.toml").write_text(first_contract())
    monkeypatch.chdir(tmp_path)
    quick = [words for _, words in examples() if words[0] not in SLOW]
    assert {words[0] for words in quick} == set(COMMANDS) - SLOW
    for words in quick:
        result = CliRunner().invoke(app, words)
        assert result.exit_code == 0, f"winnow {shlex.join(words)}\n{result.output}\n{result.exception}"
    assert (tmp_path / "again" / "receipt.json").exists()


def test_every_operator_is_explained_and_no_other() -> None:
    filters = source("docs/commands.md").partition("## Filters")[2].partition("\n## ")[0]
    assert names_in_first_cells(filters) == set(OPERATORS)


def test_every_role_is_explained_and_no_other() -> None:
    roles = source("docs/files.md").partition("## Roles")[2].partition("\n## ")[0]
    assert names_in_first_cells(roles) == set(ROLES)


def test_every_type_of_personal_data_is_named_and_no_other() -> None:
    types = source("docs/personal-data.md").partition("## What is found")[2].partition("\n\n`SECRET`")[0]
    assert set(re.findall(r"`([A-Z_]+)`", types)) == {*DEFAULT_TYPES, *NOISY_TYPES, *ENTITY_TYPES}


def test_every_variable_is_explained_and_no_other() -> None:
    code = "\n".join(source(name) for name in [*ROOMS, "Makefile"])
    assert names_in_first_cells(source("docs/environment.md")) == set(VARIABLE.findall(code))


def test_a_variable_that_a_document_names_is_one() -> None:
    code = "\n".join(source(name) for name in FILES if name.endswith(".py") or name == "Makefile")
    named = {name for page in PAGES for name in VARIABLE.findall(source(page))}
    assert named and named <= set(VARIABLE.findall(code))


def link_faults(page: str, text: str) -> list[str]:
    text = re.sub(r"^```.*?^```|`[^`\n]*`", "", text, flags=re.M | re.S)
    faults = []
    for target in (link or attribute for link, attribute in LINK.findall(text)):
        path, _, heading = unquote(target).partition("#")
        if re.match(r"[a-z]+:", target):
            continue
        linked = (ROOT / page).parent / path if path else ROOT / page
        if not linked.exists() or (heading and heading not in headings(linked)):
            faults.append(target)
    return faults


def test_every_relative_link_leads_to_a_file_and_a_heading() -> None:
    assert faults_of(PAGES, link_faults) == []


def headings(page: Path) -> set[str]:
    """The anchors that GitHub gives the headings of a page."""
    titles = re.findall(r"^#+ (.+)$", page.read_text(encoding="utf-8"), re.M)
    return {re.sub(r"[^\w\- ]", "", title.lower()).replace(" ", "-") for title in titles}


def test_the_readme_is_short() -> None:
    lines = source("README.md").splitlines()
    assert len(lines) < 150
    assert [line for line in lines if len(line) >= 120 and not re.match(r"\s*<(img|source)|\[|https?:", line)] == []


def test_the_figures_of_the_readme_are_measured() -> None:
    readme, measured = source("README.md"), source("benchmarks/README.md")
    table = readme.partition("## How fast")[2].partition("\n## ")[0]
    figures = re.findall(r"\d[\d.,]* (?:ms|s|MB|GB)\b|\d{4}-\d\d-\d\d", table)
    assert len(figures) > 8
    assert [figure for figure in figures if figure not in measured] == []


def test_the_pictures_are_light() -> None:
    pictures = [ROOT / name for name in FILES if name.startswith("docs/images/")]
    assert pictures and max(picture.stat().st_size for picture in pictures) < 300_000


def terms() -> list[str]:
    return re.findall(r"^\| \*\*([^*]+)\*\* \|", source("docs/glossary.md"), re.M)


def shown_texts() -> str:
    """What people may read on a page or of a command, in lower case and with blanks for underscores: every text of
    `ui`, `pages` and `analysis` that is no docstring, the commands' docstrings, which are their help, and options."""
    texts = [option for command in COMMANDS.values() for option in options_of(command)]
    for name in ROOMS:
        tree = parsed(source(name))
        bare = {id(node.value) for node in ast.walk(tree) if isinstance(node, ast.Expr)}
        is_command = name.startswith("analysis/commands/")
        texts += [
            node.value
            for node in ast.walk(tree)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and (is_command or id(node) not in bare)
        ]
    return "\n".join(texts).lower().replace("–", "-").replace("_", " ")


def test_every_term_is_used() -> None:
    assert 25 <= len(terms()) == len(set(terms()))
    texts = shown_texts()
    assert [term for term in terms() if not re.search(rf"\b{term}(s|es)?\b", texts)] == []


def test_a_planted_fault_of_a_document_is_seen() -> None:
    assert link_faults("README.md", "[a](no/file.md) [b](docs/commands.md#no-heading) [c](https://x) `[d](e)`") == [
        "no/file.md",
        "docs/commands.md#no-heading",
    ]
    assert headings(ROOT / "docs/commands.md") >= {"filters", "open"}
    assert names_in_first_cells("| `a` `b` | `c` |\n|---|---|\ntext `d`") == {"a", "b"}
    assert blocks("```\nwinnow open a    # why\n```\n").split("\n") == ["winnow open a", ""]
    assert EXAMPLE.findall("winnow FILE\nwinnow open a\n# winnow table b") == ["winnow open a"]
