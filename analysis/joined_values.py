"""How are several values written as one text, in a filter or a parameter?"""

from __future__ import annotations

from collections.abc import Iterable


def quote(part: str) -> str:
    """`part` with its own `~` and `%` encoded, so that `~` can separate values."""
    return part.replace("%", "%25").replace("~", "%7E")


def unquote(part: str) -> str:
    """The inverse of `quote`; any other percent sign stays as it is."""
    return part.replace("%7E", "~").replace("%25", "%")


def join_values(values: Iterable[object]) -> str:
    """Several values as the one string that `in` and `range` take.

    >>> join_values(["web", "a~b", 3])
    'web~a%7Eb~3'
    """
    return "~".join(quote(str(value)) for value in values)


def split_values(value: str) -> list[str]:
    """The inverse of `join_values`.

    >>> split_values("web~a%7Eb~3")
    ['web', 'a~b', '3']
    """
    return [unquote(part) for part in value.split("~")]
