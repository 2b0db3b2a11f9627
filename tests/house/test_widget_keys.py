"""Has every widget a key of its own, so that no page takes over what was chosen on another?"""

from __future__ import annotations

import ast
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).parents[2]
DRAWN = {"container", "form_submit_button"}  # these keep no choice


def keys_of(path: Path) -> list[str]:
    """The constant keys of the widgets that a file draws."""
    calls = [node for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))) if isinstance(node, ast.Call)]
    return [
        str(word.value.value)
        for call in calls
        if isinstance(call.func, ast.Attribute) and ast.unparse(call.func.value) == "st" and call.func.attr not in DRAWN
        for word in call.keywords
        if word.arg == "key" and isinstance(word.value, ast.Constant)
    ]


def shared(files: dict[str, list[str]]) -> dict[str, set[str]]:
    """The keys that are in more than one file, with these files."""
    by_key = defaultdict(set)
    for file, keys in files.items():
        for key in keys:
            by_key[key].add(file)
    return {key: files for key, files in by_key.items() if len(files) > 1}


def test_no_widget_key_is_in_two_files() -> None:
    files = [*(ROOT / "pages").glob("*.py"), *(ROOT / "ui").rglob("*.py")]
    assert shared({str(path.relative_to(ROOT)): keys_of(path) for path in files}) == {}


def test_a_key_in_two_files_is_found(tmp_path: Path) -> None:
    for name in ("slices.py", "compare.py"):
        (tmp_path / name).write_text('import streamlit as st\nst.multiselect("Measures", [], key="measures")\n')
    (tmp_path / "other.py").write_text('import streamlit as st\nst.container(key="measures")\n')
    found = {path.name: keys_of(path) for path in tmp_path.glob("*.py")}
    assert shared(found) == {"measures": {"slices.py", "compare.py"}}
