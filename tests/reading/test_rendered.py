"""Are Markdown, code, tables, formulas and JSON drawn as they are meant, and does nothing of a hostile text work?"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest
from playwright.sync_api import Page, expect

from analysis.reading import formulas
from analysis.reading.rendered import ELEMENTS, MOST_CHARS, rendered
from analysis.workspace import Workspace
from tests.support.apps.reader_app import HOSTILE
from tests.support.browser import Server
from tests.support.screen import settled

KNOWN = ELEMENTS | formulas.ELEMENTS | {"pre", "span", "div", "details", "summary"}
KNOWN_ATTRIBUTES = formulas.ATTRIBUTES | {"class", "title", "start", "language", "open"}
ANSWER = """## Area

The *area* is $\\pi r^2$ for **any** circle, it costs $5 or $6.

| r | area |
|---|---|
| 1 | `3.14` |

```python
def area(r):
    return 3.14 * r ** 2
```

1. <b>not bold</b>
2. ![pixel](http://evil.test/p.png) and [a page](http://evil.test/)
"""


def nodes_of(nodes: list[Any]) -> Iterator[list[Any]]:
    for node in nodes:
        if isinstance(node, list):
            yield node
            yield from nodes_of(node[2:])


def words(nodes: list[Any]) -> str:
    return "".join(node if isinstance(node, str) else words(node[2:]) for node in nodes)


def named(nodes: list[Any], name: str) -> list[list[Any]]:
    return [node for node in nodes_of(nodes) if node[0] == name]


def test_markdown_becomes_a_tree_of_elements() -> None:
    nodes = rendered(ANSWER) or []
    assert [words([node]) for node in named(nodes, "h2")] == ["Area"]
    assert [words([node]) for node in named(nodes, "td")] == ["1", "3.14"]
    assert named(nodes, "pre") == [["pre", {"language": "python"}, "def area(r):\n    return 3.14 * r ** 2"]]
    assert [words([node]) for node in named(nodes, "em") + named(nodes, "strong")] == ["area", "any"]
    assert len(named(nodes, "math")) == 1 and "it costs $5 or $6." in words(nodes)
    assert "<b>not bold</b>" in words(nodes) and "[image: pixel, http://evil.test/p.png]" in words(nodes)
    assert named(nodes, "span")[-1] == ["span", {"class": "link", "title": "http://evil.test/"}, "a page"]


@pytest.mark.parametrize(
    ("text", "formulas_in_it"),
    [
        ("\\(x\\) and \\[y\\] and $$z$$ and $a+b$", 4),
        ("`$x$` and\n\n```\n$y$\n```\n", 0),
        ("from $5 to $6, US$7 and $ 8 $", 0),
        ("$\\frac$", 0),
    ],
)
def test_formulas_are_found_but_not_in_code_and_not_in_prices(text: str, formulas_in_it: int) -> None:
    assert len(named(rendered(text) or [], "math")) == formulas_in_it


def test_json_is_folded_with_its_size_and_other_texts_are_no_json() -> None:
    assert rendered('{"a": [1, 2], "b": null}') == [
        ["details", {"open": True}, ["summary", {}, "2 keys"],
         ["details", {"open": True}, ["summary", {}, '"a": 2 entries'], ["div", {"class": "json"}, "1"], ["div", {"class": "json"}, "2"]],
         ["div", {"class": "json"}, '"b": null']],
    ]  # fmt: skip
    assert not named(rendered("[1, 2") or [], "details") and not named(rendered("[]") or [], "details")
    assert rendered("") is None and rendered("a" * (MOST_CHARS + 1)) is None


ATTACKS = [
    *HOSTILE,
    "[x](javascript:window.__x=1) <a href=javascript:window.__x=2>y</a> [z](data:text/html,<script>1</script>)",
    "$\\href{javascript:alert(1)}{x}$ $\\text{<img src=x onerror=alert(1)>}$ $\\text{<b onclick=alert(1)>x</b>}$",
    "$\\text{</mtext></math><script>1</script>}$ \ue0000\ue001 \ue0005\ue001",
    '{"<img src=x onerror=alert(1)>": "<script>1</script>"}',
]


@pytest.mark.parametrize("text", ATTACKS)
def test_a_hostile_text_makes_no_other_element_and_no_other_attribute(text: str) -> None:
    for name, attributes, *_ in nodes_of(rendered(text) or []):
        assert name in KNOWN and set(attributes) <= KNOWN_ATTRIBUTES


@pytest.mark.parametrize(
    "piece", ["\\[", "$$ ", "```\n", "`a ", "[", "$a", "- ", "> ", "**a ", "[a](", '{"a":', "[[", "\\("]
)
def test_a_text_of_one_piece_many_times_takes_no_seconds(piece: str) -> None:
    begin = time.monotonic()
    rendered((piece * MOST_CHARS)[:MOST_CHARS])
    assert time.monotonic() - begin < 10


@pytest.mark.browser
def test_v_shows_an_answer_as_it_is_meant_and_again_as_it_is_written(
    page: Page, server: Callable[..., Server], tmp_path: Path
) -> None:
    path = tmp_path / "told.jsonl"
    rows = [{"prompt": "Area?", "response": ANSWER}, *({"prompt": "x", "response": text} for text in ATTACKS)]
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    dataset = Workspace(tmp_path / "home").open([path])
    page.goto(f"{server(home=tmp_path / 'home').url}/read?d={dataset.id}")
    settled(page, "Read")
    main = page.locator(".reader .main")
    page.keyboard.press("v")
    expect(main.locator(".rendered math").first).to_be_visible()
    expect(main.locator(".rendered td")).to_have_text(["1", "3.14"])
    expect(main.locator(".code-line")).to_have_count(2)
    assert main.locator("b, img, a, script").count() == 0
    page.wait_for_url("**rendered=1*")
    for at in range(1, len(rows)):
        page.keyboard.press("j")
        expect(page.locator(f'.reader[data-at="{at}"]')).to_be_visible()
        expect(main.locator(".section.assistant .rendered")).to_be_visible()
        assert main.locator("img, a, script, iframe, form, style, svg, b").count() == 0
    page.keyboard.press("v")
    expect(main.locator(".rendered")).to_have_count(0)
    assert page.evaluate("typeof window.__x") == "undefined"
