"""Does every file keep the rules of the house? Each rule here replaces a paragraph in a guide."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parent.parent
MAY_IMPORT = {"app": {"ui"}, "ui": {"ui", "analysis"}, "pages": {"ui", "analysis"}, "analysis": {"analysis"}}
SCREEN = {"streamlit", "plotly"}
HEAVY = {"spacy", "umap", "presidio_analyzer", "onnxruntime", "ray", "mistral_common", "tokenizers", "transformers"}
NETWORK = ("requests", "httpx", "socket", "urllib.request", "urllib3", "http.client", "aiohttp", "huggingface_hub")
MAY_CONNECT = {
    "analysis/embedding/endpoint.py": "asks WINNOW_EMBEDDINGS_URL for vectors, only where a person agreed to send the texts",
    "analysis/models.py": "fetches a tokenizer named by hub id, only where WINNOW_ONLINE=1 allows it",
    "analysis/workspace.py": "fetches an hf:// file, only where WINNOW_ONLINE=1 allows it",
}
SHARED_WITH_SIGNALS = {
    "analysis.annotators": "who gave which label to which item: counted for a row's consensus, and for tables of people",
    "analysis.language_models": "the loader of language pipelines, beside those in analysis.models",
    "analysis.syntax": "what a sentence asks for: rules about parses, which signals and their tests share",
    "analysis.personal_data": "types, recognisers and spans of personal data, which signals find and pages and exports mask",
    "analysis.conflicts": "how answers differ and choices run in a circle, which a signal says of rows and tables of groups",
    "analysis.embedding": "how a text becomes a vector, and which vectors lie nearest: signals and searches share both",
    "analysis.mapping": "layout, clusters and their names: rules that signals and the tables of the map share",
    "analysis.same_text": "when two texts count as the same: for exact copies, for answers in conflict and in tables of them",
    "analysis.noise": "the kinds of formatting noise, which a signal counts and an export cleans by the same rules",
    "analysis.duplicates": "which rows say nearly the same: what signals store, a page groups afresh at any threshold",
    "analysis.joined_values": "how several values are written as one parameter",
}
MUTATORS = {"insert_column", "replace_column", "extend", "drop_in_place"}  # change a frame every session shares
MACHINE_PATH = re.compile(r"(?<![\w.~/:-])/(?:home|root|Users|work)/\w|[A-Z]:\\\\?Users\\")


def project_files() -> list[str]:
    """Every file that git would keep, as a path relative to the project; .gitignore holds simple names only."""
    ignored = [".git", *(line.strip("/") for line in (ROOT / ".gitignore").read_text().split())]
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if not any(fnmatch(name, pattern) for pattern in ignored)]
        found += [Path(folder, n).relative_to(ROOT).as_posix() for n in names if not any(fnmatch(n, i) for i in ignored)]
    return sorted(found)


FILES = project_files()
PYTHON = [name for name in FILES if name.endswith(".py")]
ROOMS = [name for name in PYTHON if name == "app.py" or name.split("/")[0] in ("ui", "pages", "analysis")]
PAGES = [name for name in PYTHON if name.startswith("pages/")]


def room(name: str) -> str:
    return name.split("/")[0].removesuffix(".py")


def source(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def imports(tree: ast.AST, *, everywhere: bool = True) -> Iterator[str]:
    """Dotted names imported; with everywhere=False only those that importing the file itself imports."""
    for node in ast.iter_child_nodes(tree):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, "relative import: write the whole name"
            yield from (f"{node.module}.{alias.name}" for alias in node.names)
        elif everywhere or not (
            isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.Lambda)
            or (isinstance(node, ast.If) and "TYPE_CHECKING" in ast.unparse(node.test))
        ):
            yield from imports(node, everywhere=everywhere)


def within(module: str, packages: set[str] | tuple[str, ...]) -> bool:
    return any(module == package or module.startswith(f"{package}.") for package in packages)


def import_faults(name: str, text: str) -> list[str]:
    tree, here = ast.parse(text), room(name)
    modules, at_once = list(imports(tree)), list(imports(tree, everywhere=False))
    faults = [f"{here} imports {m}" for m in modules if within(m, set(MAY_IMPORT) - MAY_IMPORT[here])]
    if name not in MAY_CONNECT:
        faults += [f"{m} opens connections" for m in modules if within(m, NETWORK)]
    if here == "analysis":
        faults += [f"analysis imports {m}, which draws" for m in modules if within(m, SCREEN)]
        faults += [f"{m} is heavy: import it in the function that needs it" for m in at_once if within(m, HEAVY)]
    if name.startswith("analysis/signals/") and not name.endswith(("/catalogue.py", "/__init__.py")):
        known = ("analysis.signal", "analysis.models", *SHARED_WITH_SIGNALS)
        faults += [f"a signal imports {m}" for m in modules if within(m, {"analysis"}) and not within(m, known)]
    return faults


def call_faults(name: str, text: str) -> list[str]:
    tree, faults = ast.parse(text), []
    fixed = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            caught = {part.id for part in ast.walk(node.type) if isinstance(part, ast.Name)} if node.type else {"everything"}
            faults += [f"line {node.lineno} catches {c}" for c in caught & {"Exception", "BaseException", "everything"}]
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            faults += [f"line {node.lineno}: cached by a frame ({arg})" for arg in frames_as_cache_keys(node)]
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        method = called.rsplit(".", 1)[-1]
        for keyword in node.keywords:
            if keyword.arg in ("unsafe_allow_html", "unsafe_allow_javascript") and ast.unparse(keyword.value) != "False":
                faults.append(f"line {node.lineno}: {keyword.arg}")
        if called == "st.html" and not all(
            isinstance(arg, ast.Constant) or (isinstance(arg, ast.Name) and arg.id in fixed) for arg in node.args
        ):
            faults.append(f"line {node.lineno}: st.html of something that is not a constant")
        if room(name) in ("pages", "ui") and isinstance(node.func, ast.Attribute) and method in MUTATORS:
            faults.append(f"line {node.lineno}: .{method}() changes a frame that others see")
        if room(name) == "analysis" and called == "print" and name != "analysis/__main__.py":
            faults.append(f"line {node.lineno}: print")
    return faults


def frames_as_cache_keys(function: ast.FunctionDef | ast.AsyncFunctionDef) -> list[str]:
    """Parameters of a cached function that Streamlit would hash, only in part, as a Polars frame."""
    if not any(re.search(r"\bcache_(data|resource)\b", ast.unparse(d)) for d in function.decorator_list):
        return []
    arguments = [*function.args.posonlyargs, *function.args.args, *function.args.kwonlyargs]
    return [
        arg.arg
        for arg in arguments
        if arg.annotation
        and re.search(r"\b(DataFrame|LazyFrame|Series)\b", ast.unparse(arg.annotation))
        and not arg.arg.startswith("_")
    ]


def page_faults(text: str) -> list[str]:
    tree = ast.parse(text)
    faults = [
        f"line {node.lineno} defines {node.name}"
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef | ast.ClassDef)
    ]
    if not (ast.get_docstring(tree) or "").split("\n")[0].endswith("?"):
        faults.append("its first line is not a question")
    if len(text.splitlines()) > 120:
        faults.append(f"{len(text.splitlines())} lines; a page has at most 120")
    return faults


def tree_of(readme: str) -> set[str]:
    """Paths in the fenced block under the first heading that names the house or the layout.

    A line is a name, or several two spaces apart, then a description; an indented line lies in the folder above it.
    """
    match = re.search(r"^#+[^\n]*\b(?:house|layout)\b[^\n]*\n.*?^```[^\n]*\n(.*?)^```", readme, re.I | re.M | re.S)
    assert match, "README.md has no fenced block after a heading with the word 'house' or 'layout'"
    paths: set[str] = set()
    folders: list[tuple[int, str]] = []
    for line in filter(str.strip, match[1].splitlines()):
        depth = len(line) - len(line.lstrip(" │├└─"))
        fields = re.split(r"\s{2,}", line.lstrip(" │├└─").rstrip())
        folders = [(level, folder) for level, folder in folders if level < depth]
        parent = folders[-1][1] if folders else ""
        names = [f for f in fields if re.fullmatch(r"\.?[\w/-]+(\.[\w-]+)*/?", f) and (f is fields[0] or re.search(r"[./]|[A-Z]", f))]
        paths |= {f"{parent}{name}" for name in names}
        if fields[0].endswith("/"):
            folders.append((depth, f"{parent}{fields[0]}"))
    return paths


@pytest.mark.parametrize("name", ROOMS)
def test_imports(name: str) -> None:
    assert import_faults(name, source(name)) == []


@pytest.mark.parametrize("name", PYTHON)
def test_calls(name: str) -> None:
    assert call_faults(name, source(name)) == []


@pytest.mark.parametrize("name", PYTHON)
def test_a_file_begins_with_the_one_thing_it_holds(name: str) -> None:
    assert (ast.get_docstring(ast.parse(source(name)), clean=False) or "").split("\n")[0].strip()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_is_a_short_script_that_answers_a_question(name: str) -> None:
    assert page_faults(source(name)) == []


def test_the_menu_lists_every_page_and_no_other() -> None:
    constants = [node.value for node in ast.walk(ast.parse(source("ui/menu.py"))) if isinstance(node, ast.Constant)]
    listed = {Path(value).name for value in constants if isinstance(value, str) and re.fullmatch(r"[\w./]+\.py", value)}
    assert listed == {Path(name).name for name in PAGES}


def test_the_rules_had_files_to_judge() -> None:
    assert {room(name) for name in ROOMS} == set(MAY_IMPORT)
    assert set(MAY_CONNECT) <= set(ROOMS)


def test_the_readme_draws_the_house_as_it_is() -> None:
    drawn = tree_of(source("README.md"))
    missing = [path for path in drawn if not (ROOT / path).exists()]
    expected = {name.split("/")[0] for name in FILES} - {".gitignore"}
    inside = {name for name in PYTHON if re.fullmatch(r"(analysis|pages|ui)/\w+\.py", name) and "__init__" not in name}
    assert not missing, "drawn, but not there"
    assert not expected - {path.split("/")[0] for path in drawn}, "there, but not drawn"
    assert not inside - drawn, "there, but not drawn"


@pytest.mark.parametrize("name", ["requirements.txt", "requirements-models.txt", "requirements-dev.txt"])
def test_a_requirement_has_an_exact_version_and_a_purpose(name: str) -> None:
    lines = [line for line in source(name).splitlines() if line and not line.startswith(("#", "-r "))]
    assert lines
    assert [line for line in lines if not re.fullmatch(r"[\w.\[\]-]+==\d[\w.]*\s+# \S.+", line)] == []


def test_no_file_knows_the_machine_it_was_written_on() -> None:
    texts = {name: (ROOT / name).read_bytes().decode("utf-8", errors="ignore") for name in FILES}
    assert texts
    assert [f"{name}: {match[0]}" for name, text in texts.items() if (match := MACHINE_PATH.search(text))] == []


def test_streamlit_knows_every_option_of_its_configuration() -> None:
    shown = subprocess.run(
        [sys.executable, "-m", "streamlit", "config", "show"], cwd=ROOT, capture_output=True, text=True, check=True
    )
    output = shown.stdout + shown.stderr
    assert re.search(r'^address = "127\.0\.0\.1"', output, re.M)
    assert "is not a valid config option" not in output


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("analysis/a.py", "from ui import frame"),
        ("analysis/a.py", "import streamlit as st"),
        ("analysis/a.py", "import spacy"),
        ("analysis/a.py", "def f():\n    from urllib.request import urlopen"),
        ("analysis/signals/a.py", "from analysis.signals.b import B"),
        ("pages/a.py", "import pages.b"),
        ("ui/a.py", "from app import app"),
    ],
)
def test_a_planted_import_is_seen(name: str, text: str) -> None:
    assert import_faults(name, text)
    assert not import_faults("analysis/signals/a.py", "from analysis.signal import Signal\ndef f():\n    import spacy")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ui/a.py", "st.markdown(x, unsafe_allow_html=True)"),
        ("ui/a.py", "st.html(f'<p>{x}')"),
        ("pages/a.py", "rows.insert_column(0, x)"),
        ("tests/a.py", "try:\n    f()\nexcept (ValueError, Exception):\n    pass"),
        ("tests/a.py", "try:\n    f()\nexcept:\n    pass"),
        ("analysis/a.py", "print(1)"),
        ("ui/a.py", "@st.cache_data(max_entries=2)\ndef f(rows: pl.DataFrame): ..."),
    ],
)
def test_a_planted_call_is_seen(name: str, text: str) -> None:
    assert call_faults(name, text)
    assert not call_faults("ui/a.py", "X = '<p>'\nst.html(X)\n@st.cache_data\ndef f(_rows: pl.DataFrame, key: str): ...")


def test_a_planted_page_and_a_planted_tree_are_seen() -> None:
    assert len(page_faults('"""A page."""\ndef f(): ...\n' + "\n" * 120)) == 3
    readme = "# W\n## The house\n```\napp.py      the server\nui/         shared\n  a/        x\n    b.py    y\nMakefile  LICENSE  .ci/run\n```"
    assert tree_of(readme) == {"app.py", "ui/", "ui/a/", "ui/a/b.py", "Makefile", "LICENSE", ".ci/run"}
    assert MACHINE_PATH.search("open('" + "/".join(["", "root", "x"]) + "')")
