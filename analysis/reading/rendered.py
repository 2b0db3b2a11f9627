"""What does a text look like as Markdown, with tables, code and formulas, or as folded JSON?

The answer is a tree of a few known elements, never HTML: the browser makes each element by itself. HTML of the text
stays text, an image is its description and address, and a link is its words with the address beside them.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from analysis.reading.formulas import FORMULA, Node, formula

if TYPE_CHECKING:
    from markdown_it.token import Token

MOST_CHARS = 50_000
MOST_JSON_NODES = 3_000
OPEN_DEPTH = 2
"""JSON is open down to this depth."""
ELEMENTS = frozenset(
    "p ul ol li blockquote strong em s code table thead tbody tr th td hr br h1 h2 h3 h4 h5 h6".split()
)
_PLACE = re.compile("\ue000([0-9]+)\ue001")


def rendered(text: str) -> list[Node] | None:
    """The text as nodes; null where it is empty or has over 50,000 characters."""
    if not text.strip() or len(text) > MOST_CHARS:
        return None
    value = _json(text)
    if value is not None:
        return [_json_node(value, "", 0, [MOST_JSON_NODES])]
    from markdown_it import MarkdownIt

    markdown = MarkdownIt("commonmark", {"html": False, "maxNesting": 40}).enable(["table", "strikethrough"])
    marked, formulas = _without_formulas(text)
    return _Tree(formulas).of(markdown.parse(marked))


def _json(text: str) -> dict[str, Any] | list[Any] | None:
    """The object or array that the whole text is; null where it is none."""
    if text.lstrip()[:1] not in ("{", "["):
        return None
    try:
        value = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return value if isinstance(value, dict | list) and value else None


def _json_node(value: Any, name: str, depth: int, left: list[int]) -> Node:
    """Objects and arrays can be folded; `left` is how many nodes may still be made."""
    left[0] -= 1
    before = f"{json.dumps(name, ensure_ascii=False)}: " if name else ""
    if not isinstance(value, dict | list) or not value:
        return ["div", {"class": "json"}, before + json.dumps(value, ensure_ascii=False)]
    pairs = value.items() if isinstance(value, dict) else [("", entry) for entry in value]
    kind = "keys" if isinstance(value, dict) else "entries"
    words = f"{before}{len(value):,} {kind if len(value) > 1 else {'keys': 'key', 'entries': 'entry'}[kind]}"
    shown: list[Node] = []
    for key, entry in pairs:
        if left[0] <= 0 or depth > 30:
            shown.append(["div", {"class": "json"}, f"… and {len(value) - len(shown):,} more"])
            break
        shown.append(_json_node(entry, key, depth + 1, left))
    return ["details", {"open": depth < OPEN_DEPTH}, ["summary", {}, words], *shown]


def _without_formulas(text: str) -> tuple[str, list[Node]]:
    """The text with a mark in the place of each formula, which Markdown leaves as it is, and the formulas."""
    formulas: list[Node] = []
    if "\ue000" in text or "\ue001" in text:
        return text, formulas

    def mark(match: re.Match[str]) -> str:
        if match["code"]:
            return match[0]
        latex = next(match[kind] for kind in ("block", "display", "inline", "dollar") if match[kind])
        tree = formula(latex.strip(), bool(match["block"] or match["display"]))
        if tree is None:
            return match[0]
        formulas.append(tree)
        return f"\ue000{len(formulas) - 1}\ue001"

    return FORMULA.sub(mark, text), formulas


class _Tree:
    """Markdown's flat list of tokens as a tree, with the formulas in their places."""

    def __init__(self, formulas: Sequence[Node]) -> None:
        self.formulas = formulas

    def of(self, tokens: Sequence[Token]) -> list[Node]:
        top: list[Node] = []
        open_nodes = [top]
        for token in tokens:
            if token.nesting < 0:
                if len(open_nodes) > 1:
                    open_nodes.pop()
            elif token.nesting > 0:
                node = self._opened(token)
                open_nodes[-1].append(node)
                open_nodes.append(node)
            else:
                open_nodes[-1].extend(self._single(token))
        return top

    def _opened(self, token: Token) -> list[Any]:
        if token.type == "link_open":
            return ["span", {"class": "link", "title": str(token.attrs.get("href", ""))}]
        attributes = {"start": int(token.attrs["start"])} if "start" in token.attrs else {}
        return [token.tag if token.tag in ELEMENTS else "div", attributes]

    def _single(self, token: Token) -> list[Node]:
        if token.type == "inline":
            return self.of(token.children or [])
        if token.type in ("fence", "code_block"):
            words = token.info.split(maxsplit=1)
            return [["pre", {"language": words[0][:40] if words else ""}, token.content.removesuffix("\n")]]
        if token.type == "code_inline":
            return [["code", {}, token.content]]
        if token.type == "image":
            return [
                ["span", {"class": "image"}, f"[image: {token.content or 'no description'}, {token.attrs.get('src')}]"]
            ]
        if token.type == "softbreak":
            return ["\n"]
        if token.tag in ("br", "hr"):
            return [[token.tag, {}]]
        return self._with_formulas(token.content)

    def _with_formulas(self, text: str) -> list[Node]:
        pieces = _PLACE.split(text)
        nodes: list[Node] = []
        for number, piece in enumerate(pieces):
            if number % 2:
                nodes.append(self.formulas[int(piece)] if int(piece) < len(self.formulas) else "")
            elif piece:
                nodes.append(piece)
        return nodes
