"""Which stretches of a text are LaTeX formulas, and what is each as MathML, with known elements only?"""

from __future__ import annotations

import re
from functools import lru_cache
from typing import Any
from xml.etree import ElementTree

Node = str | list[Any]
"""A text, or [element, {attribute: value}, node, …]."""

MOST_LATEX_CHARS = 2_000
ELEMENTS = frozenset(
    "math mrow mi mn mo mtext mspace msup msub msubsup mfrac msqrt mroot mover munder munderover mtable mtr mtd mstyle "
    "mpadded mphantom menclose".split()
)
ATTRIBUTES = frozenset(
    "display mathvariant stretchy fence form separator lspace rspace width linethickness columnalign displaystyle "
    "scriptlevel accent accentunder columnlines rowlines notation minsize maxsize movablelimits".split()
)
_LATEX = rf"{{1,{MOST_LATEX_CHARS}}}?"
FORMULA = re.compile(
    r"(?P<code>^ {0,3}(?P<fence>`{3,}|~{3,})[\s\S]{0,20000}?^ {0,3}(?P=fence)|`[^`\n]{1,2000}`)"
    rf"|\$\$(?P<block>[^$]{_LATEX})\$\$|\\\[(?P<display>[\s\S]{_LATEX})\\\]|\\\((?P<inline>[^\n]{_LATEX})\\\)"
    rf"|(?<![\\$\w])\$(?! )(?P<dollar>[^$\n]{_LATEX})(?<![ \\])\$(?![\w$])",
    re.MULTILINE,
)
"""A formula, or code, in which there is none. "$5 and $6" is none: after the second sign comes a digit."""


@lru_cache(maxsize=512)
def formula(latex: str, is_block: bool) -> Node | None:
    """The formula as a tree of MathML elements; null where it is none that can be read."""
    from latex2mathml import exceptions
    from latex2mathml.converter import convert

    every = vars(exceptions).values()
    refusals: tuple[type[Exception], ...] = tuple(t for t in every if isinstance(t, type) and issubclass(t, Exception))
    try:
        mathml = convert(latex, display="block" if is_block else "inline")
    except refusals:
        return None
    except (ValueError, LookupError, TypeError, AttributeError, StopIteration, RecursionError):
        return None
    try:
        return _node(ElementTree.fromstring(mathml))
    except (ElementTree.ParseError, RecursionError):
        return None


def _node(element: ElementTree.Element) -> Node:
    name = element.tag.rpartition("}")[2]
    kept = {key: value for key, value in element.attrib.items() if key in ATTRIBUTES}
    children: list[Node] = [element.text] if element.text else []
    for child in element:
        children.append(_node(child))
        children += [child.tail] if child.tail else []
    return [name, kept, *children] if name in ELEMENTS else ["mrow", {}, *children]
