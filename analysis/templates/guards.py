"""The filters, tests, operators and methods of a template that can make large values, each behind the meter."""

from __future__ import annotations

import functools
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from types import BuiltinMethodType
from typing import Any

from analysis.templates.meter import Meter

Function = Callable[..., Any]
MAX_DIGITS = 100_000  # bits of a number that is multiplied
MAX_WIDTH = 10_000  # of an indentation, of a number of digits
WIDE = re.compile(r"\d{6,}|\*|:[^{}]*\{")
"""A width in a format that is large, or that comes from a value."""
LEFT_OUT = ("urlize", "wordwrap", "xmlattr", "random")  # of no use to a chat; slow on long texts, or without limit
DEEP = frozenset("tojson string pprint join sort unique groupby min max dictsort urlencode e escape".split())
"""Filters that look into all that a value holds."""
COMPARING = frozenset("eq equalto == ne != lt lessthan < le <= gt greaterthan > ge >= in".split())


def guarded_filters(filters: Mapping[str, Function], meter: Meter) -> dict[str, Function]:
    """The filters of an environment, each behind the meter."""
    return {name: _filter(name, function, meter) for name, function in filters.items() if name not in LEFT_OUT}


def guarded_tests(tests: Mapping[str, Any], meter: Meter) -> dict[str, Any]:
    """The tests of an environment; those that compare look at the size of lists first."""

    def comparing(function: Function) -> Function:
        @functools.wraps(function)
        def compare(*values: object) -> object:
            meter.tick()
            for value in values:
                meter.held(value)
            return function(*values)

        return compare

    return {name: comparing(test) if name in COMPARING else test for name, test in tests.items()}


def _filter(name: str, function: Function, meter: Meter) -> Function:
    first = 1 if hasattr(function, "jinja_pass_arg") else 0
    check = CHECKS.get(name)

    @functools.wraps(function)
    def guarded(*args: Any, **kwargs: Any) -> object:
        meter.tick()
        if name in DEEP and len(args) > first:
            meter.held(args[first])
        if check is not None:
            check(meter, args[first:], kwargs)
        return kept(meter, function(*args, **kwargs))

    return guarded


def kept(meter: Meter, value: object) -> object:
    """What a step made, after a look at its size."""
    if isinstance(value, str):
        meter.sized(len(value))
    elif isinstance(value, list | tuple | dict):
        meter.held(value)
    return value


def joined(meter: Meter, join: Function, values: Sequence[object]) -> object:
    """`a ~ b`: texts one after the other."""
    meter.sized(sum(map(functools.partial(_length, meter), values)))
    return join(values)


def _length(meter: Meter, value: object) -> int:
    """About the length of a value as text."""
    if isinstance(value, str):
        return len(value)
    meter.held(value)
    return 0


def operate(meter: Meter, symbol: str, left: Any, right: Any) -> object:
    """`left symbol right` for the operators that can make much of little."""
    return OPERATORS[symbol](meter, left, right)


def _add(meter: Meter, left: Any, right: Any) -> object:
    if isinstance(left, str) and isinstance(right, str):
        meter.sized(len(left) + len(right))
    elif isinstance(left, list | tuple) and isinstance(right, list | tuple):
        meter.parts(len(left) + len(right))
    return left + right


def _multiply(meter: Meter, left: Any, right: Any) -> object:
    for one, other in ((left, right), (right, left)):
        if isinstance(one, str) and isinstance(other, int):
            meter.sized(len(one) * other)
        elif isinstance(one, list | tuple) and isinstance(other, int):
            meter.parts(len(one) * other)
            return meter.held(left * right)
    if isinstance(left, int) and isinstance(right, int):
        _number(meter, left.bit_length() + right.bit_length())
    return left * right


def _power(meter: Meter, left: Any, right: Any) -> object:
    if isinstance(left, int) and isinstance(right, int):
        _number(meter, left.bit_length() * right)
    return left**right


def _remainder(meter: Meter, left: Any, right: Any) -> object:
    if isinstance(left, str):
        values = right if isinstance(right, tuple) else (right,)
        if isinstance(right, Mapping):
            values = tuple(right.values())
        _format(meter, left, left.count("%"), values)
    return left % right


def _number(meter: Meter, bits: int) -> None:
    if bits > MAX_DIGITS:
        meter.refuse("computes a number of more than 30,000 digits")


def _format(meter: Meter, text: str, places: int, values: Iterable[object]) -> None:
    """A format: its widths are small, and no place repeats a long text too often."""
    if WIDE.search(text):
        meter.refuse("formats a value with a width that is very large, or not written out")
    longest = max((_length(meter, value) for value in values), default=0)
    meter.sized(len(text) + places * longest)


def _width(meter: Meter, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    """No number among the parameters of a filter is a very large width, and no text in them is long."""
    for value in (*args[1:], *kwargs.values()):
        if isinstance(value, int) and abs(value) > MAX_WIDTH:
            meter.refuse(f"asks for a width or a number of digits of more than {MAX_WIDTH:,}")
        for part in value if isinstance(value, tuple | list) else (value,):
            if isinstance(part, str) and len(part) > 100:
                meter.refuse("indents or separates by a text of more than 100 characters")


def _replace(meter: Meter, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    text, *rest = map(str, args[:3])
    old, new = (*rest, *(str(kwargs[name]) for name in ("old", "new", "s") if name in kwargs), "", "")[:2]
    meter.sized(len(text) + text.count(old) * max(len(new) - len(old), 0))


def _join(meter: Meter, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    values = args[0] if isinstance(args[0], list | tuple | str) else ()
    separator = args[1] if len(args) > 1 else kwargs.get("d", "")
    sizes = len(values) if isinstance(values, str) else sum(map(functools.partial(_length, meter), values))
    meter.sized(sizes + len(values) * len(str(separator)))


def _list(meter: Meter, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    if args and hasattr(args[0], "__len__"):
        meter.parts(len(args[0]))


def _sum(meter: Meter, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    start = args[2] if len(args) > 2 else kwargs.get("start", 0)
    if not isinstance(start, int | float):
        meter.refuse("adds up values that are no numbers")


def _format_filter(meter: Meter, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    text = str(args[0])
    _format(meter, text, text.count("%"), (*args[1:], *kwargs.values()))


CHECKS = {
    "batch": _width,
    "center": _width,
    "format": _format_filter,
    "indent": _width,
    "join": _join,
    "list": _list,
    "replace": _replace,
    "round": _width,
    "slice": _width,
    "sum": _sum,
    "tojson": _width,
}
OPERATORS: dict[str, Callable[[Meter, Any, Any], object]] = {
    "+": _add,
    "*": _multiply,
    "**": _power,
    "%": _remainder,
}


def before_call(meter: Meter, function: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    """A look at a method of a text or a list, before it is called."""
    check = METHODS.get(getattr(function, "__name__", ""))
    if check is not None:
        method = getattr(function, "__wrapped__", function)  # the sandbox wraps `format`
        if isinstance(method, BuiltinMethodType):
            check(meter, method.__self__, args, kwargs)


def _pad(meter: Meter, of: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    for value in (*args, *kwargs.values()):
        if isinstance(value, int):
            meter.sized(value * max(1, of.count("\t") if isinstance(of, str) else 1))


def _replace_method(meter: Meter, of: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    if isinstance(of, str) and len(args) > 1 and isinstance(args[0], str) and isinstance(args[1], str):
        meter.sized(len(of) + of.count(args[0]) * max(len(args[1]) - len(args[0]), 0))


def _join_method(meter: Meter, of: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    if args:
        _join(meter, (args[0], of), {})


def _split_method(meter: Meter, of: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    if isinstance(of, str) and len(of) > MAX_DIGITS and len(args) + len(kwargs) < 2:
        first = next(iter((*args, *kwargs.values())), None)
        ends = (first,) if isinstance(first, str) and first else (" ", "\n", "\t", "\r")
        meter.parts(sum(map(of.count, ends)))


def _format_method(meter: Meter, of: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    values = [*args, *kwargs.values()]
    for value in args:
        if isinstance(value, Mapping):
            values += value.values()
    _format(meter, of, of.count("{"), values)


def _search_method(meter: Meter, of: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    meter.held(of)


def _translate_method(meter: Meter, of: Any, args: Sequence[Any], kwargs: Mapping[str, Any]) -> None:
    meter.refuse("translates characters by a table")


METHODS: dict[str, Callable[[Meter, Any, Sequence[Any], Mapping[str, Any]], None]] = {
    "center": _pad,
    "count": _search_method,
    "expandtabs": _pad,
    "format": _format_method,
    "format_map": _format_method,
    "index": _search_method,
    "join": _join_method,
    "ljust": _pad,
    "replace": _replace_method,
    "rjust": _pad,
    "rsplit": _split_method,
    "split": _split_method,
    "splitlines": _split_method,
    "to_bytes": _pad,
    "translate": _translate_method,
    "zfill": _pad,
}
