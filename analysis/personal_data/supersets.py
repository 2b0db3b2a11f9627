"""Turns a Python pattern into a Rust pattern that matches at least as often, for the search of whole columns."""

from __future__ import annotations

import re
from collections.abc import Iterable
from importlib import import_module
from typing import Any

op, parser = import_module("re._constants"), import_module("re._parser")  # Python's parser, which has no types

ANY = "(?s:.)"
CATEGORIES = {op.CATEGORY_DIGIT: "0-9", op.CATEGORY_SPACE: r"\s\x1c-\x1f", op.CATEGORY_WORD: r"\w\p{Cn}"}
FEW = 8  # a longer repetition has no upper bound here: it compiles faster and is a superset
ALWAYS = r"[\p{Nd}--0-9]|[\x{130}\x{131}\x{17F}\x{212A}]"
"""Characters on which Rust and Python may differ: digits of other scripts, letters whose case depends on language."""


def superset(pattern: str, flags: int) -> str:
    """A Rust pattern without assertions and upper bounds, and with any character in place of an excluded one.

    It matches wherever the Python pattern does, except in rows with characters of `ALWAYS`, which must always be
    scanned.
    """
    moved = re.sub(r"\(\?i\)", "", pattern)
    tree = parser.parse(moved, flags & (re.I | re.S | re.M))
    ignores_case = bool(flags & re.I) or moved != pattern
    return f"(?{'i' if ignores_case else '-i'}:{_sequence(tree, _groups(tree, {}))})"


def _groups(tree: Iterable[Any], groups: dict[int, Any]) -> dict[int, Any]:
    for code, value in tree:
        if code is op.SUBPATTERN:
            groups[value[0]] = value[3]
        for part in value if isinstance(value, tuple | list) else ():
            for inner in part if isinstance(part, list) else (part,):
                if isinstance(inner, parser.SubPattern):
                    _groups(inner, groups)
    return groups


def _sequence(tree: Iterable[Any], groups: dict[int, Any]) -> str:
    return "".join(_item(code, value, groups) for code, value in tree)


def _item(code: Any, value: Any, groups: dict[int, Any]) -> str:
    if code is op.LITERAL:
        return _character(value)
    if code in (op.ANY, op.NOT_LITERAL):
        return ANY
    if code is op.IN:
        return _class(value)
    if code in (op.AT, op.ASSERT, op.ASSERT_NOT):
        return ""
    if code is op.BRANCH:
        return f"(?:{'|'.join(_sequence(branch, groups) for branch in value[1])})"
    if code is op.SUBPATTERN:
        _, added, removed, inner = value
        case = "i" if added & re.I else ""
        if removed & re.I:
            case = "-i"
        return f"(?{case}:{_sequence(inner, groups)})"
    if code in (op.MAX_REPEAT, op.MIN_REPEAT, op.POSSESSIVE_REPEAT):
        least, most, inner = value
        end = "" if most is op.MAXREPEAT or most > FEW else str(most)
        return f"(?:{_sequence(inner, groups)}){{{least},{end}}}"
    if code is op.GROUPREF:
        return f"(?:{_sequence(groups[value], groups)})"
    if code is op.ATOMIC_GROUP:
        return f"(?:{_sequence(value, groups)})"
    raise ValueError(f"A pattern uses {code}, for which no superset is known; add it here.")


def _class(items: Iterable[Any]) -> str:
    out = ""
    for code, value in items:
        if code is op.LITERAL:
            out += _character(value)
        elif code is op.RANGE:
            out += f"{_character(value[0])}-{_character(value[1])}"
        elif code is op.CATEGORY and value in CATEGORIES:
            out += CATEGORIES[value]
        else:  # a negation: the two libraries may have different versions of Unicode
            return ANY
    return f"[{out}]"


def _character(code: int) -> str:
    return chr(code) if chr(code).isascii() and chr(code).isalnum() else f"\\x{{{code:X}}}"
