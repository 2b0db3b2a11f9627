"""Is the text that people read free of retired words, and does each variable have a name that says what it holds?"""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator

import pytest

from tests.house.test_house import ROOMS, faults_of, parsed

RETIRED = {  # each has a plain or a standard word instead
    "alike": "similar, the same way",
    "apart": "separate, different; of the map: unclustered",
    "dear": "slow, expensive",
    "dearest": "most expensive first",
    "lay": "was, was stored",
    "lie": "are, are stored",
    "lies": "is, is stored",
    "lying": "that is, stored",
    "nobody": "no person; of a value: not personal",
    "said": "stated, given, answered",
    "somebody": "a person",
    "stand": "are, appear",
    "standing": "current, in force",
    "stands": "is, appears",
    "stood": "was, appeared",
    "surest": "smallest p first, most certain first",
    "told": "named, shown, distinguished",
}
RETIRED_NAMES = {"at", "found", "known", "made", "own", "said", "there"}  # a local is a noun for what it holds
MAY_SAY = {  # names and phrases of the field that hold such a word
    "stand-in", "stand-ins", "stands for", "stand for", "stood for", "stands in for", "stand in for", "self-said",
    "stand out", "stands out", "set apart", "sets apart", "sets it apart", "set them apart", "told apart", "tell apart",
}  # fmt: skip
WORD = re.compile(r"(?<![\w'’-])(" + "|".join(RETIRED) + r")(?![\w-])", re.I)
PHRASE = re.compile("|".join(sorted(map(re.escape, MAY_SAY), key=len, reverse=True)), re.I)


def docstrings(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Docstrings of modules, classes and functions, and texts that stand alone below a constant."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            yield node.lineno, node.value.value


def shown_texts(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Texts of a page or a command that look like a sentence: they hold a space and no code."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Constant) and isinstance(node.value, str) and re.search(r"\w \w", node.value):
            yield node.lineno, node.value


def word_faults(name: str, text: str) -> list[str]:
    """Retired words in docstrings; in what is shown by pages, commands, findings and errors too."""
    tree = parsed(text)
    texts = set(docstrings(tree))
    if name.split("/")[0] in ("ui", "pages", "winnow") or "/commands/" in name or name.startswith("analysis/findings/"):
        texts |= set(shown_texts(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and node.exc:
            texts |= set(shown_texts(node.exc))
    return sorted(
        f"line {line}: “{match[0]}”: {RETIRED[match[0].lower()]}"
        for line, shown in texts
        for match in WORD.finditer(PHRASE.sub("", shown))
    )


def name_faults(text: str) -> list[str]:
    """Variables and parameters with a name that does not tell what they hold; fields of a record keep theirs."""
    tree = parsed(text)
    fields = {
        id(n.target)
        for c in ast.walk(tree)
        if isinstance(c, ast.ClassDef)
        for n in c.body
        if isinstance(n, ast.AnnAssign)
    }
    stored = [n for n in ast.walk(tree) if isinstance(n, ast.Name) and isinstance(n.ctx, ast.Store)]
    names = [(n.lineno, n.id) for n in stored if id(n) not in fields]
    names += [(n.lineno, n.arg) for n in ast.walk(tree) if isinstance(n, ast.arg)]
    return [f"line {line}: {name}" for line, name in sorted(names) if name in RETIRED_NAMES]


def test_no_text_has_a_retired_word() -> None:
    assert faults_of(ROOMS, word_faults) == []


def test_a_variable_is_a_noun_for_what_it_holds() -> None:
    assert faults_of(ROOMS, lambda _, text: name_faults(text)) == []


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("analysis/a.py", '"""Where a row lies."""'),
        ("analysis/a.py", "def f():\n    raise E(f'{x} stands in no row.')"),
        ("analysis/a.py", 'X = 1\n"""What people said."""'),
        ("ui/a.py", "st.text('Rows that are alike')"),
        ("analysis/commands/a.py", "typer.Option(help='The dearest kinds first.')"),
    ],
)
def test_a_planted_word_is_seen(name: str, text: str) -> None:
    assert word_faults(name, text)
    assert not word_faults("ui/a.py", "st.text('A pseudonym stands for the value')\nX = 'lies'")


def test_a_planted_name_is_seen() -> None:
    assert len(name_faults("def f(said, rows):\n    at = 1\n    for own in rows: ...\n    row.at = 2")) == 3
