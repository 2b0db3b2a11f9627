"""Are errors drawn in one tree, raised from it, caught by their class, and announced in one way?"""

from __future__ import annotations

import ast
import functools
import re
from collections.abc import Iterator

import pytest

from analysis import errors
from tests.house.test_house import ROOMS, faults_of, parsed, room, source

TREE = {name: each for name, each in vars(errors).items() if isinstance(each, type)}
ENDS = {"SystemExit", "typer.Exit", "StopIteration"}  # an end of the program or of a loop, not an error
EXAMPLE = re.compile(r"^\s*>>> .*", re.M | re.S)
ALSO_RAISED = {
    "analysis/__main__.py": "AttributeError",  # a module that has no such name, as Python wants it
    "analysis/personal_data/supersets.py": "ValueError",  # a fault of the program, which no code catches
    "analysis/templates/environment.py": "jinja2.TemplateError",  # what a template raises, which the renderer catches
    "analysis/processes.py": "error",  # the class that the caller names
    "winnow/__init__.py": "AttributeError",  # what Python expects of a module without that name
}
MAY_RAISE_VALUE_ERROR = {  # calls that read a text from outside, and raise a bare ValueError where they cannot
    "convert",  # reads a formula, which may fail by any error
    "datetime.fromisoformat",
    "datetime.strptime",
    "DECODER.raw_decode",
    "float",
    "int",
    "ipaddress.ip_address",
    "ipaddress.ip_interface",
    "json.dumps",
    "json.load",
    "json.loads",
    "make_url",
    "Tekkenizer.from_file",
    "Path(path).resolve",
    "self._rendered",  # runs a template, which may fail by any error
    "spacy.load",
    "time.fromisoformat",
    "tomllib.loads",
    "urllib.request.Request",
    "urllib.request.urlopen",
    "yaml.load",
}
ERROR = re.compile(r"\bErrors:|\b[A-Z]\w*[a-z]Error\b")
HARMLESS = {"Path", "isinstance", "str", ".encode", ".decode", ".read_text"}  # stand around such a call


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef | ast.AsyncFunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef))


@functools.cache
def makers() -> frozenset[str]:
    """Functions that give an error to raise."""
    every = [function for name in ROOMS for function in functions(parsed(source(name)))]
    return frozenset(each.name for each in every if each.returns and ast.unparse(each.returns) in TREE)


def drawn() -> dict[str, str]:
    """Each class of the tree in the docstring, and the class it hangs on."""
    path: list[str] = []
    parents = {}
    for line in (errors.__doc__ or "").splitlines():
        if match := re.match(r"    ((?:│   |    )*(?:[├└]── )?)(\w+Error)(?:$|  )", line):
            depth = len(match[1]) // 4
            path = [*path[:depth], match[2]]
            parents[match[2]] = path[depth - 1] if depth else "ValueError"
    return parents


def raise_faults(name: str, text: str) -> list[str]:
    """Errors raised that are not of the tree, and classes of errors outside its file that are not private."""
    tree, faults = parsed(text), []
    private = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.ClassDef) and any(re.search(r"(Error|Exception)$", ast.unparse(b)) for b in node.bases):
            if node.name.startswith("_") and [ast.unparse(base) for base in node.bases] == ["Exception"]:
                private.add(node.name)
            elif name != "analysis/errors.py":
                faults.append(f"line {node.lineno}: {node.name} belongs in analysis/errors.py")
    for node in ast.walk(tree):
        if isinstance(node, ast.Raise) and node.exc:
            raised = ast.unparse(node.exc.func if isinstance(node.exc, ast.Call) else node.exc)
            if raised not in {*TREE, *ENDS, *makers(), *private, ALSO_RAISED.get(name)}:
                faults.append(f"line {node.lineno} raises {raised}")
    return faults


def catch_faults(name: str, text: str) -> list[str]:
    """Where a bare ValueError is caught but around one statement that calls nothing but readers of a text.

    Around more, the fault of a library or of the program would be shown to people as an error of theirs.
    """
    faults = []
    for node in ast.walk(parsed(text)):
        if not isinstance(node, ast.Try) or not any(catches_value_error(handler) for handler in node.handlers):
            continue
        if room(name) in ("ui", "pages"):
            faults.append(f"line {node.lineno} catches ValueError on a page")
        body = node.body
        while len(body) == 1 and isinstance(body[0], ast.With):
            body = body[0].body
        if len(body) != 1 or hasattr(body[0], "body"):
            faults.append(f"line {node.lineno} catches ValueError around more than one statement")
        called = {ast.unparse(n.func) for part in node.body for n in ast.walk(part) if isinstance(n, ast.Call)}
        allowed = MAY_RAISE_VALUE_ERROR | HARMLESS
        faults += [
            f"line {node.lineno} catches a ValueError of {call}"
            for call in sorted(called)
            if not {call, f".{call.rsplit('.', 1)[-1]}"} & allowed
        ]
        if not called & MAY_RAISE_VALUE_ERROR:
            faults.append(f"line {node.lineno} catches a ValueError that nothing raises")
    return faults


def catches_value_error(handler: ast.ExceptHandler) -> bool:
    caught = handler.type.elts if isinstance(handler.type, ast.Tuple) else [handler.type]
    return any(isinstance(each, ast.Name) and each.id == "ValueError" for each in caught)


def announcement_faults(text: str) -> list[str]:
    """Docstrings that name an error otherwise than at their end as "Raises A, B." or "Raises A where …"."""
    faults = []
    for node in ast.walk(parsed(text)):
        if not isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef):
            continue
        prose = EXAMPLE.sub("", ast.get_docstring(node) or "")
        *before, last = re.split(r"(?<=\.)\s+", " ".join(prose.split()))
        if any(ERROR.search(sentence) for sentence in before):
            faults.append(f"line {node.lineno}: {node.name} names an error before its end")
        if ERROR.search(last) and not re.fullmatch(r"Raises [\w.]+(, [\w.]+)*( where .+)?\.", last):
            faults.append(f"line {node.lineno}: {node.name} does not say: Raises A, B where …")
    return faults


def test_the_tree_is_drawn_as_it_is() -> None:
    assert TREE and drawn() == {name: each.__base__.__name__ for name, each in TREE.items() if each.__base__}


def test_every_error_of_the_tree_is_raised() -> None:
    texts = "\n".join(source(name) for name in ROOMS if name != "analysis/errors.py")
    assert [name for name in TREE if name != "WinnowError" and not re.search(rf"raise {name}\(", texts)] == []


def test_what_is_raised_is_of_the_tree() -> None:
    assert faults_of(ROOMS, raise_faults) == []


def test_a_bare_value_error_is_caught_only_around_one_reading() -> None:
    assert faults_of(ROOMS, catch_faults) == []


def test_errors_are_announced_in_one_way() -> None:
    assert faults_of(ROOMS, lambda _, text: announcement_faults(text)) == []


@pytest.mark.parametrize(
    ("name", "body", "caught"),
    [
        ("analysis/a.py", "n = int(t)\n    m = int(u)", "ValueError"),
        ("analysis/a.py", "n = np.array(json.loads(t))", "(TypeError, ValueError)"),
        ("analysis/a.py", "for t in u:\n        n = int(t)", "ValueError"),
        ("analysis/a.py", "n = read(t)", "ValueError"),
        ("analysis/a.py", "n = t.decode()", "ValueError"),
        ("ui/a.py", "n = int(t)", "ValueError"),
        ("pages/a.py", "n = int(t)", "(OSError, ValueError)"),
    ],
)
def test_a_planted_catch_is_seen(name: str, body: str, caught: str) -> None:
    assert catch_faults(name, f"try:\n    {body}\nexcept {caught}:\n    pass")
    assert not catch_faults("analysis/a.py", "try:\n    n = int(str(t))\nexcept (KeyError, ValueError):\n    pass")
    assert not catch_faults("ui/a.py", "try:\n    f()\n    g()\nexcept WinnowError:\n    pass")


@pytest.mark.parametrize(
    "text",
    [
        "raise ValueError('no')",
        "raise KeyError",
        "class AError(ValueError): ...",
        "class _A(ValueError): ...",
        "class AError(WinnowError): ...",
    ],
)
def test_a_planted_raise_is_seen(text: str) -> None:
    assert raise_faults("analysis/a.py", text)
    assert not raise_faults("analysis/a.py", "class _A(Exception): ...\nraise _A\nraise UsageError('no')")


@pytest.mark.parametrize(
    "said",
    [
        "Errors: ViewError.",
        "Reads; raises ViewError.",
        "ViewError where not.",
        "Raises ViewError with X.",
        "Raises ViewError. Reads.",
    ],
)
def test_a_planted_announcement_is_seen(said: str) -> None:
    assert announcement_faults(f'def f():\n    """Text. {said}"""')
    assert not announcement_faults('def f():\n    """Text. Raises ViewError, MapError where it\n    does not fit."""')
