"""Does every file keep the rules of the house? Each rule here replaces a paragraph in a guide."""

from __future__ import annotations

import ast
import functools
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Iterator
from fnmatch import fnmatch
from pathlib import Path

import pytest

from analysis.catalogue import CATALOGUE

ROOT = Path(__file__).resolve().parents[2]
MAY_IMPORT = {
    "app": {"ui"},
    "ui": {"ui", "analysis"},
    "pages": {"ui", "analysis"},
    "analysis": {"analysis"},
    "winnow": {"winnow", "analysis"},
}
SCREEN = {"streamlit", "plotly"}
HEAVY = {"spacy", "umap", "presidio_analyzer", "onnxruntime", "ray", "mistral_common", "tokenizers", "transformers"}
NETWORK = ("requests", "httpx", "socket", "urllib.request", "urllib3", "http.client", "aiohttp", "huggingface_hub")
MAY_CONNECT = {
    "analysis/embedding/endpoint.py": "asks WINNOW_EMBEDDINGS_URL for vectors, only where a person agreed to send the texts",
    "analysis/loaders/tokenizers.py": "fetches a tokenizer named by hub id, only where WINNOW_ONLINE=1 allows it",
    "analysis/given_files.py": "fetches an hf:// file, only where WINNOW_ONLINE=1 allows it",
    "winnow/__main__.py": "asks this computer whether the port is free; connects to nothing",
}
LOOSE = {  # files that lie beside the rooms: what every room needs, and what needs every room
    "analysis": {
        "__init__",
        "__main__",
        "catalogue",
        "check",
        "counted",
        "errors",
        "given_files",
        "home",
        "joined_values",
        "keys",
        "notebook",
        "printable",
        "processes",
        "same_text",
        "signal",
        "whole_files",
        "workspace",
    },
    "ui": {"__init__", "menu", "notebook"},
}
PAGE_OF = {"compare": "slices"}  # a page that lives in another page's room of ui/
SHARED_ON_SCREEN = {
    "actions",
    "components",
    "figures",
    "frame",
    "rows",
    "server",
    "session",
}  # rooms of ui/ that answer no page
NO_PAGE = {
    "cleaning",
    "compute",
    "contract",
    "findings",
    "prompts",
    "propose",
    "shared",
    "table",
    "templates",
}  # commands that no page answers
WHOLE = {
    "contract",
    "dataset",
    "formats",
    "heuristics",
    "house",
    "prompts",
    "structure",
    "support",
    "templates",
    "whole",
}  # folders of tests that no page answers
MUTATORS = {"insert_column", "replace_column", "extend", "drop_in_place"}  # change a frame every session shares
IN_CATALOGUE = {type(signal).__name__ for signal in CATALOGUE.signals.values()}
MACHINE_PATH = re.compile(r"(?<![\w.~/:-])/(?:home|root|Users|work)/\w|[A-Z]:\\\\?Users\\")


def project_files() -> list[str]:
    """Every file that git would keep, as a path relative to the project; .gitignore holds simple names only."""
    ignored = [".git", *(line.strip("/") for line in (ROOT / ".gitignore").read_text().split())]
    found = []
    for folder, folders, names in os.walk(ROOT):
        folders[:] = [name for name in folders if not any(fnmatch(name, pattern) for pattern in ignored)]
        found += [
            Path(folder, n).relative_to(ROOT).as_posix() for n in names if not any(fnmatch(n, i) for i in ignored)
        ]
    return sorted(found)


FILES = project_files()
PYTHON = [name for name in FILES if name.endswith(".py")]
ROOMS = [name for name in PYTHON if name == "app.py" or name.split("/")[0] in ("ui", "pages", "analysis", "winnow")]
PAGES = [name for name in PYTHON if name.startswith("pages/")]


def room(name: str) -> str:
    return name.split("/")[0].removesuffix(".py")


def source(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


@functools.cache
def parsed(text: str) -> ast.Module:
    """The tree of a source: parsed once for every rule of a file of tests, whose end forgets it (`conftest.py`)."""
    return ast.parse(text)


def faults_of(names: Iterable[str], judge: Callable[[str, str], Iterable[str]]) -> list[str]:
    """What a rule finds in these files, each fault with its file: one test asks a rule of the whole house."""
    return [f"{name}: {fault}" for name in names for fault in judge(name, source(name))]


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
    tree, here = parsed(text), room(name)
    modules, at_once = list(imports(tree)), list(imports(tree, everywhere=False))
    faults = [f"{here} imports {m}" for m in modules if within(m, set(MAY_IMPORT) - MAY_IMPORT[here])]
    if name not in MAY_CONNECT:
        faults += [f"{m} opens connections" for m in modules if within(m, NETWORK)]
    if here == "analysis":
        faults += [f"analysis imports {m}, which draws" for m in modules if within(m, SCREEN)]
        faults += [f"{m} is heavy: import it in the function that needs it" for m in at_once if within(m, HEAVY)]
    if name.endswith("_signal.py"):
        faults += [f"a signal imports {m}" for m in modules if within(m, ("analysis.dataset", "analysis.workspace"))]
        faults += [f"a signal imports {m}" for m in modules if re.search(r"_signal(\.|$)", m)]
    return faults


def module_of(name: str) -> str:
    return name.removesuffix(".py").removesuffix("/__init__").replace("/", ".")


MODULES = {module_of(name) for name in ROOMS}
EVERY_MODULE = {module_of(name) for name in PYTHON}
OWN = {name.split(".")[0] for name in EVERY_MODULE}


def rooms_of(sources: dict[str, str]) -> dict[str, set[str]]:
    """The rooms each room imports: the first folder below the top, or a loose file."""
    graph: dict[str, set[str]] = {}
    for name, text in sources.items():
        top, here = room(name), ".".join(module_of(name).split(".")[:2])
        imported = {".".join(m.split(".")[:2]) for m in imports(parsed(text)) if within(m, {top})}
        graph.setdefault(here, set()).update(imported - {here, top})
    return graph


def circle_in(graph: dict[str, set[str]]) -> list[str]:
    """The rooms that are left when those that import nothing of the rest are taken away one after the other."""
    left = {name: set(others) & set(graph) for name, others in graph.items()}
    while free := [name for name, others in left.items() if not others & set(left)]:
        for name in free:
            del left[name]
    return sorted(left)


def face_faults(name: str, text: str) -> list[str]:
    """Imports from another room of what its `__all__` does not list: a name of the room, or a module of it.

    A signal's file is public by its name, and so is every command.
    """
    faults, own = [], module_of(name)
    for imported in imports(parsed(text)):
        parts = imported.split(".")
        for length in range(2, len(parts)):
            package, entry = ".".join(parts[:length]), parts[length]
            face = ROOT / package.replace(".", "/") / "__init__.py"
            if not face.exists() or package == own or own.startswith(f"{package}."):
                continue
            if package == "analysis.commands" or entry.endswith("_signal"):
                continue
            if entry not in listed_in(face):
                faults.append(f"{imported}: {entry} is not in __all__ of {package}")
                break
    return faults


def private_faults(text: str) -> list[str]:
    """Names with a leading underscore that a file takes from another file of the project."""
    tree, faults, modules = parsed(text), [], {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and within(str(node.module), OWN):
            for alias in node.names:
                modules[alias.asname or alias.name] = f"{node.module}.{alias.name}"
                if is_private(alias.name):
                    faults.append(f"line {node.lineno} imports {alias.name} of {node.module}")
    for node in ast.walk(tree):
        if not isinstance(node, ast.Attribute) or not isinstance(node.value, ast.Name):
            continue
        if is_private(node.attr) and modules.get(node.value.id) in EVERY_MODULE:
            faults.append(f"line {node.lineno} reads {node.attr} of {modules[node.value.id]}")
    return faults


def is_private(name: str) -> bool:
    return name.startswith("_") and not name.startswith("__")


@functools.cache
def listed_in(face: Path) -> frozenset[str]:
    """The names in `__all__` of an `__init__.py`."""
    for node in parsed(face.read_text(encoding="utf-8")).body:
        if isinstance(node, ast.Assign) and ast.unparse(node.targets[0]) == "__all__":
            return frozenset(ast.literal_eval(node.value))
    return frozenset()


def call_faults(name: str, text: str) -> list[str]:
    tree, faults = parsed(text), []
    fixed = {
        target.id
        for node in tree.body
        if isinstance(node, ast.Assign) and isinstance(node.value, ast.Constant)
        for target in node.targets
        if isinstance(target, ast.Name)
    }
    for node in ast.walk(tree):
        if isinstance(node, ast.ExceptHandler):
            caught = (
                {part.id for part in ast.walk(node.type) if isinstance(part, ast.Name)} if node.type else {"everything"}
            )
            faults += [f"line {node.lineno} catches {c}" for c in caught & {"Exception", "BaseException", "everything"}]
        if isinstance(node, ast.IfExp) and sum(isinstance(part, ast.IfExp) for part in ast.walk(node)) > 1:
            faults.append(f"line {node.lineno}: a conditional expression within another")
        if not isinstance(node, ast.Call):
            continue
        called = ast.unparse(node.func)
        method = called.rsplit(".", 1)[-1]
        for keyword in node.keywords:
            if (
                keyword.arg in ("unsafe_allow_html", "unsafe_allow_javascript")
                and ast.unparse(keyword.value) != "False"
            ):
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


def page_faults(text: str) -> list[str]:
    tree = parsed(text)
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


def first_line_faults(name: str, text: str) -> list[str]:
    first = (ast.get_docstring(parsed(text), clean=False) or "").split("\n")[0].strip()
    return [] if first else ["its first line says nothing"]


def signal_faults(name: str, text: str) -> list[str]:
    classes = [node for node in parsed(text).body if isinstance(node, ast.ClassDef)]
    signals = {node.name for node in classes if any(ast.unparse(base) == "Signal" for base in node.bases)}
    faults = [f"{each} is not in the catalogue" for each in signals - IN_CATALOGUE]
    if len(signals) != name.endswith("_signal.py"):
        faults.append(f"{len(signals)} signals")
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
        names = [
            f
            for f in fields
            if re.fullmatch(r"\.?[\w/-]+(\.[\w-]+)*/?", f) and (f is fields[0] or re.search(r"[./]|[A-Z]", f))
        ]
        paths |= {f"{parent}{name}" for name in names}
        if fields[0].endswith("/"):
            folders.append((depth, f"{parent}{fields[0]}"))
    return paths


def test_imports() -> None:
    assert faults_of(ROOMS, import_faults) == []


def test_calls() -> None:
    assert faults_of(PYTHON, call_faults) == []


def test_a_file_begins_with_the_one_thing_it_holds() -> None:
    assert faults_of(PYTHON, first_line_faults) == []


def test_a_page_is_a_short_script_that_answers_a_question() -> None:
    assert faults_of(PAGES, lambda _, text: page_faults(text)) == []


def test_the_menu_lists_every_page_and_no_other() -> None:
    calls = [node for node in ast.walk(parsed(source("ui/menu.py"))) if isinstance(node, ast.Call)]
    listed = [ast.literal_eval(call.args[0]) for call in calls if ast.unparse(call.func) == "page"]
    assert sorted(listed) == sorted(Path(name).stem for name in PAGES)


@pytest.mark.parametrize("top", LOOSE)
def test_the_loose_files_are_these(top: str) -> None:
    assert {Path(name).stem for name in PYTHON if re.fullmatch(rf"{top}/\w+\.py", name)} == LOOSE[top]


@pytest.mark.parametrize("top", LOOSE)
def test_no_room_needs_itself_by_way_of_others(top: str) -> None:
    graph = rooms_of({name: source(name) for name in PYTHON if name.startswith(f"{top}/")})
    assert graph
    assert circle_in(graph) == []


def test_another_room_is_entered_by_its_face() -> None:
    assert faults_of(ROOMS, face_faults) == []


def test_a_private_name_stays_in_its_file() -> None:
    assert faults_of(PYTHON, lambda _, text: private_faults(text)) == []


def test_a_signal_has_a_file_of_its_own_in_the_catalogue() -> None:
    assert faults_of([name for name in PYTHON if name.startswith("analysis/")], signal_faults) == []


def test_the_catalogue_loads_nothing_heavy() -> None:
    script = "import sys, analysis.catalogue; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert {"analysis.catalogue", "polars"} <= loaded
    assert loaded & (HEAVY | {"numba", "scipy", "sklearn", "streamlit", "plotly"}) == set()


def test_a_question_has_one_name_on_every_floor() -> None:
    pages = {Path(name).stem for name in PAGES}
    parts = {name.split("/")[1] for name in PYTHON if name.count("/") > 1 and name.startswith("ui/")}
    commands = {Path(name).stem for name in PYTHON if name.startswith("analysis/commands/")} - {"__init__"}
    tested = {name.split("/")[1] for name in PYTHON if name.count("/") > 1 and name.startswith("tests/")}
    assert parts - SHARED_ON_SCREEN <= pages, "a room of ui/ that no page answers"
    assert commands - NO_PAGE <= pages, "a command without a page of its name"
    assert tested - WHOLE <= pages, "a folder of tests without a page of its name"
    assert all(PAGE_OF.get(page, page) in tested | {"open", "overview"} for page in pages), "a page without tests"


def test_no_two_files_of_tests_have_one_name() -> None:
    """pytest knows a file by its name alone, since the folders of tests are no packages."""
    names = Counter(Path(name).name for name in PYTHON if re.match(r"tests/.*/test_\w+\.py", name))
    assert [name for name, files in names.items() if files > 1] == []


def test_the_rules_had_files_to_judge() -> None:
    assert {room(name) for name in ROOMS} == set(MAY_IMPORT)
    assert set(MAY_CONNECT) <= set(ROOMS)


def test_the_readme_draws_the_rooms_as_they_are() -> None:
    drawn = tree_of(source("README.md"))
    missing = [path for path in drawn if not (ROOT / path).exists()]
    folders = {"/".join(name.split("/")[:2]) + "/" for name in FILES if re.match(r"(analysis|ui)/\w+/", name)}
    assert not missing, "drawn, but not there"
    assert {path for path in drawn if re.fullmatch(r"(analysis|ui)/\w+/", path)} == folders


@pytest.mark.parametrize(
    "name", ["requirements.txt", "requirements-models.txt", "requirements-dev.txt", "requirements-peers.txt"]
)
def test_a_requirement_has_an_exact_version_and_a_purpose(name: str) -> None:
    lines = [line for line in source(name).splitlines() if line and not line.startswith(("#", "-r "))]
    assert lines
    form = re.compile(r"[\w.\[\]-]+==\d[\w.]*(; python_version [<>=]+ \"3\.\d+\")?\s+# \S.+")
    assert [line for line in lines if not form.fullmatch(line)] == []


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
        ("analysis/a/a_signal.py", "from analysis.a.b_signal import B"),
        ("analysis/a/a_signal.py", "from analysis.dataset import Dataset"),
        ("pages/a.py", "import pages.b"),
        ("ui/a.py", "from app import app"),
    ],
)
def test_a_planted_import_is_seen(name: str, text: str) -> None:
    assert import_faults(name, text)
    assert not import_faults("analysis/a/a_signal.py", "from analysis.signal import Signal\ndef f():\n    import spacy")


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("ui/a.py", "st.markdown(x, unsafe_allow_html=True)"),
        ("ui/a.py", "st.html(f'<p>{x}')"),
        ("pages/a.py", "rows.insert_column(0, x)"),
        ("tests/a.py", "try:\n    f()\nexcept (ValueError, Exception):\n    pass"),
        ("tests/a.py", "try:\n    f()\nexcept:\n    pass"),
        ("analysis/a.py", "print(1)"),
        ("tests/a.py", "x = 1 if a else (2 if b else 3)"),
    ],
)
def test_a_planted_call_is_seen(name: str, text: str) -> None:
    assert call_faults(name, text)
    assert not call_faults("ui/a.py", "X = '<p>'\nst.html(X)")


def test_a_planted_circle_and_a_back_door_are_seen() -> None:
    a, b, c = "from analysis.b.x import f", "from analysis.c import y", "import analysis.a.z"
    assert circle_in(rooms_of({"analysis/a/x.py": a, "analysis/b/x.py": b, "analysis/c/y.py": c})) == [
        "analysis.a",
        "analysis.b",
        "analysis.c",
    ]
    assert circle_in(rooms_of({"analysis/a/x.py": a, "analysis/b/x.py": b, "analysis/c/y.py": "import polars"})) == []
    door = "from analysis.duplicates.minhash import x"
    assert face_faults("ui/a.py", door) and not face_faults(
        "analysis/duplicates/a.py", "from analysis.duplicates.spans import x"
    )


@pytest.mark.parametrize(
    "text",
    [
        "from analysis.view.areas import _crossed",
        "def f():\n    from ui.figures import charts as c\n    return c._own_range()",
    ],
)
def test_a_planted_private_name_is_seen(text: str) -> None:
    assert len(private_faults(text)) == 1
    assert private_faults("from numpy import _core\nfrom analysis.view import View\nView._f, _g, self._h") == []


def test_a_planted_signal_and_a_file_without_a_first_line_are_seen() -> None:
    signal = "class Lengths(Signal): ..."
    assert not signal_faults("analysis/a_signal.py", signal) and not signal_faults("analysis/a.py", "class A: ...")
    assert signal_faults("analysis/a.py", signal) and signal_faults("analysis/a_signal.py", "class A: ...")
    assert signal_faults("analysis/a_signal.py", "class A(Signal): ...") == ["A is not in the catalogue"]
    assert signal_faults("analysis/a_signal.py", f"{signal}\nclass Times(Signal): ...") == ["2 signals"]
    assert first_line_faults("a.py", "X = 1") and first_line_faults("a.py", '"""\nText."""')
    assert faults_of(["analysis/__init__.py"], lambda name, text: [name]) == [
        "analysis/__init__.py: analysis/__init__.py"
    ]


def test_a_planted_page_and_a_planted_tree_are_seen() -> None:
    assert len(page_faults('"""A page."""\ndef f(): ...\n' + "\n" * 120)) == 3
    readme = "# W\n## The house\n```\napp.py      the server\nui/         shared\n  a/        x\n    b.py    y\nMakefile  LICENSE  .ci/run\n```"
    assert tree_of(readme) == {"app.py", "ui/", "ui/a/", "ui/a/b.py", "Makefile", "LICENSE", ".ci/run"}
    assert MACHINE_PATH.search("open('" + "/".join(["", "root", "x"]) + "')")
