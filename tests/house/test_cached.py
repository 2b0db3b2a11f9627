"""Does every cached function take a key of what it reads? Without one the screen shows answers about other rows."""

from __future__ import annotations

import ast
import re
from collections.abc import Iterator, Mapping
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
SOURCES = {
    path.relative_to(ROOT).as_posix(): path.read_text(encoding="utf-8")
    for folder in ("ui", "pages")
    for path in sorted((ROOT / folder).rglob("*.py"))
}
MAKER = "ui/session/cache_keys.py"
NUMBER_OR_TEXT = re.compile(r"(str|int|float|bool)( \| None)?")
HASHED = re.compile(rf"Key|{NUMBER_OR_TEXT.pattern}|tuple\[str, (str|\.\.\.)\]( \| None)?")
OF_THE_SESSION = re.compile(r"\bsession\.(view|dataset)\(|\bst\.(session_state|query_params)\b|\bload\(")


def functions(tree: ast.AST) -> Iterator[ast.FunctionDef]:
    return (node for node in ast.walk(tree) if isinstance(node, ast.FunctionDef))


def is_cached(function: ast.FunctionDef) -> bool:
    return any(re.search(r"\bcache_(data|resource)\b", ast.unparse(d)) for d in function.decorator_list)


def parameters(function: ast.FunctionDef) -> dict[str, str]:
    """The annotation of each parameter as text."""
    every = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return {p.arg: ast.unparse(p.annotation) if p.annotation else "" for p in every}


def parameter_faults(function: ast.FunctionDef) -> list[str]:
    """What Streamlit would hash only in part, or not at all, without a key that stands for it."""
    given = parameters(function)
    unhashed = {name: type_ for name, type_ in given.items() if name.startswith("_")}
    faults = [
        f"hashes {name}: {type_}"
        for name, type_ in given.items()
        if name not in unhashed and not HASHED.fullmatch(type_)
    ]
    faults += [f"does not hash {name}: {type_}" for name, type_ in unhashed.items() if NUMBER_OR_TEXT.fullmatch(type_)]
    if unhashed and next(iter(given.items())) != ("key", "Key"):
        faults.append(f"reads {', '.join(unhashed)} without a first parameter key: Key")
    if match := OF_THE_SESSION.search(ast.unparse(function.body)):  # type: ignore[arg-type]
        faults.append(f"reads {match[0]}, which is no argument")
    return faults


def covers_view(expression: ast.expr, caller: ast.FunctionDef, every: Mapping[str, ast.FunctionDef]) -> bool:
    """Whether a key is made with a view: by the call itself, before in the same function, or by a function that makes
    keys; the key of an object that was handed over counts as one."""
    if isinstance(expression, ast.Attribute):
        return expression.attr == "key"
    if isinstance(expression, ast.Name):
        made = [
            node.value
            for node in ast.walk(caller)
            if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == expression.id
        ]
        return expression.id in parameters(caller) or any(covers_view(value, caller, every) for value in made)
    if not isinstance(expression, ast.Call):
        return False
    name = ast.unparse(expression.func).rsplit(".", 1)[-1]
    if name == "key_of":
        return any(keyword.arg == "view" for keyword in expression.keywords)
    return name in every and any(
        covers_view(node, every[name], {}) for node in ast.walk(every[name]) if isinstance(node, ast.Call)
    )


def faults_in(sources: Mapping[str, str]) -> list[str]:
    trees = {name: ast.parse(text) for name, text in sources.items()}
    every = {function.name: function for tree in trees.values() for function in functions(tree)}
    faults = []
    for name, tree in trees.items():
        cached = {function.name: function for function in functions(tree) if is_cached(function)}
        faults += [f"{name}: {f.name} {fault}" for f in cached.values() for fault in parameter_faults(f)]
        of_view = {f for f in cached if "View" in parameters(cached[f]).values()}
        for caller in functions(tree):
            for call in (node for node in ast.walk(caller) if isinstance(node, ast.Call)):
                called = ast.unparse(call.func)
                if called == "Key" and name != MAKER:
                    faults.append(f"{name}: {caller.name} makes a key of its own; key_of makes them")
                if called in of_view and not (call.args and covers_view(call.args[0], caller, every)):
                    faults.append(f"{name}: {caller.name} asks {called} about a view that its key does not hold")
    return faults


def test_every_cached_function_takes_a_key_of_what_it_reads() -> None:
    assert faults_in(SOURCES) == []
    assert sum(is_cached(f) for text in SOURCES.values() for f in functions(ast.parse(text))) > 70


PLANTED = {
    "a frame": "def f(rows: pl.DataFrame): ...",
    "a series beside a key": "def f(key: Key, rows: pl.Series): ...",
    "no annotation": "def f(key): ...",
    "a dataset without a key": "def f(id: str, _dataset: Dataset): ...",
    "a key made by hand": "def f(key: tuple[str, ...], _dataset: Dataset): ...",
    "a text that is not hashed": "def f(key: Key, _column: str, _dataset: Dataset): ...",
    "the view of the session": "def f(key: Key, _dataset: Dataset):\n    return _dataset.rows_of(session.view())",
    "a dataset that it loads": "def f(column: str):\n    return session.load('a').column(column)",
}
SOUND = """
@st.cache_resource(max_entries=4)
def rows(key: Key, column: str, _dataset: Dataset, _view: View): ...
def asked(dataset):
    key = key_of(dataset, "a", view=session.view())
    return rows(key, "a", dataset, session.view())
"""


def test_planted_cached_functions_are_seen() -> None:
    for what, text in PLANTED.items():
        assert faults_in({"ui/a.py": f"@st.cache_data(max_entries=2)\n{text}"}), what
    assert faults_in({"ui/a.py": SOUND}) == []
    assert faults_in({"ui/a.py": SOUND.replace(", view=session.view())", ")", 1)}), "a key without the view"
    assert faults_in({"ui/a.py": SOUND + "def g(id):\n    return Key(id)"}), "a key that key_of did not make"
