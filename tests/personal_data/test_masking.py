"""Does no page show a value of personal data before one asks, whatever draws it, and is asking noted?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from streamlit.testing.v1 import AppTest

from analysis.annotations import open_annotations
from analysis.catalogue import CATALOGUE
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.personal_data.known_values import KnownValues
from analysis.personal_data.masked_rows import masked_frame, masked_group
from analysis.personal_data.not_personal import NotPersonal, ruled
from analysis.reading.side_by_side import Card, Group
from analysis.signal import ROW_ID
from analysis.view import View
from analysis.workspace import Workspace
from tests.support.browser import ROOT

DEADLINE = 90.0
MAIL, OTHER, CARD, SECRET = (
    "ann.marsh@gravel-works.co",
    "bo.quist@other-mill.de",
    "4556739586201942",
    "ghp_" + "a1B2c3D4e" * 4,
)
VALUES = (MAIL, OTHER, CARD, SECRET)
LONG = (
    f"To file the yearly return of the choir, first copy the ledger, then write to {MAIL} with the totals of each month, "
    "sort the receipts by the colour of their paper, and keep all of them in the tin box under the stairs for ten years"
)
ROWS: list[dict[str, Any]] = [
    *(
        {
            "instruction": f"Explain the <b>return</b>, part {n}.",
            "output": f"{LONG}, note {n}.",
            "source": "ab"[n % 2],
            "annotator": "xyz"[n % 3],
            "score": n % 5,
            "item": f"i{n // 3}",
            "label": "yes" if n % 2 else "no",
        }
        for n in range(12)
    ),
    *(
        {
            "instruction": "Whom do I ask about the tiles, and with which card do I pay?",
            "output": f"Ask {who} and pay by the card {CARD}.",
            "source": "a",
            "annotator": "xyz"[n % 3],
            "score": n,
            "item": "q",
            "label": "yes" if n else "no",
        }
        for n, who in enumerate((MAIL, OTHER))
    ),
    {
        "instruction": f"Repeat {OTHER} for me.",
        "output": f"I call {OTHER} now. " * 40,
        "source": "b",
        "annotator": "x",
        "score": 1,
        "item": "r",
        "label": "no",
    },
    {
        "instruction": f"Is <i>{SECRET}</i> a **key**?",
        "output": "As an AI language model, I cannot say…  \u200b",
        "source": "a",
        "annotator": "y",
        "score": 2,
        "item": "r",
        "label": "yes",
    },
]
CALL = {"function": {"name": "send", "arguments": json.dumps({"to": MAIL, "text": "<b>now</b>"})}, "type": "function"}
CHATS = [
    {
        "messages": [
            {"role": "user", "content": f"Mail <b>{MAIL}</b>, part {n}"},
            {"role": "assistant", "content": None, "tool_calls": [CALL]},
            {"role": "tool", "content": f"sent to {MAIL}"},
            {"role": "assistant", "content": f"{LONG}: {OTHER}. Was that {n}?"},
        ]
    }
    for n in range(3)
]
ASKED = [{"role": "user", "content": f"Who is {OTHER}?"}]
PAIRS = [
    {
        "chosen": [*ASKED, {"role": "assistant", "content": f"Ask **{MAIL}**{'.' * n}"}],
        "rejected": [*ASKED, {"role": "assistant", "content": f"Ask {OTHER}, with the card {CARD}{'!' * n}"}],
    }
    for n in range(4)
]
SHORT = [
    {
        "question": f"Whose desk is {n % 4}?",
        "answer": (MAIL, OTHER, "nobody's")[n % 3],
        "source": "ab"[n % 2],
        "annotator": "xy"[n % 2],
    }
    for n in range(24)
]
PARTS: dict[str, list[dict[str, str]]] = {
    "annotators": [{"part": part} for part in ("Agreement", "People", "Consensus", "Disputes", "Fatigue")],
    "conflicts": [{"conflict": kind} for kind in ("prompt", "item", "response", "pair", "circle", "echo", "chat")],
    "duplicates": [
        {"kind": kind} for kind in ("exact", "near", "prompt", "response", "fields", "spans", "repetition", "leaks")
    ],
    "noise": [
        {"noise": f"{kind}~{role}"}
        for kind in ("html_tags", "markdown_emphasis", "refusals", "blank_lines")
        for role in ("prompt", "response")
    ],
    "personal_data": [
        {"pii_part": part} for part in ("Counts", "Values", "Review", "Names", "Not personal", "Who looked")
    ],
    "export": [{}, {"to": "csv"}],
}
PAGES = sorted((ROOT / "pages").glob("*.py"))
QUOTES = {
    "own": {"overview", "reading", "conflicts", "duplicates", "noise"},
    "talk": {"overview", "reading", "noise"},
    "pairs": {"overview", "reading"},
    "short": {"overview", "reading", "conflicts", "duplicates"},
}


@pytest.fixture(scope="module", autouse=True)
def data(app_home: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, Dataset]:
    folder = tmp_path_factory.mktemp("data")
    held = {}
    for name, rows in (("own", ROWS), ("talk", CHATS), ("pairs", PAIRS), ("short", SHORT)):
        (folder / f"{name}.jsonl").write_text("".join(json.dumps(row) + "\n" for row in rows))
        held[name] = Workspace().open([folder / f"{name}.jsonl"])
        for signal in held[name].signals():
            compute(held[name], signal)
    return held


def sent(app: AppTest) -> bytes:
    """All that a page sends to the browser: texts, tables, charts, and the data of its components."""
    found: list[bytes] = []

    def walk(node: Any) -> None:
        if (proto := getattr(node, "proto", None)) is not None:
            found.append(proto.SerializeToString())
        for child in getattr(node, "children", {}).values():
            walk(child)

    walk(app._tree)
    return b"\n".join(found)


def shown(page: Any, dataset: Dataset, params: dict[str, str], is_masked: bool) -> list[str]:
    """The values that a page sends."""
    app = AppTest.from_file(str(page), default_timeout=DEADLINE)
    for name, value in {"d": dataset.id, **params}.items():
        app.query_params[name] = value
    app.session_state["masks_personal_data"] = is_masked
    app.session_state["redact"] = ["EMAIL_ADDRESS", "CREDIT_CARD", "SECRET"]
    app.run()
    assert not app.exception, app.exception[0].stack_trace
    everything = sent(app)
    return [value for value in VALUES if value.encode() in everything]


@pytest.mark.parametrize("name", ["own", "talk", "pairs", "short"])
@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.stem)
def test_no_page_shows_a_value_unless_asked_and_then_it_is_noted(
    page: Any, name: str, data: dict[str, Dataset]
) -> None:
    dataset = data[name]
    notes = open_annotations(Workspace().home)
    seen = set()
    for params in PARTS.get(page.stem, [{}]):
        before = notes.looks.latest(dataset.fingerprint).height
        assert shown(page, dataset, params, True) == [], params
        assert notes.looks.latest(dataset.fingerprint).height == before
        if page.stem in QUOTES[name]:
            found = shown(page, dataset, params, False)
            assert not found or notes.looks.latest(dataset.fingerprint).height > before
            seen |= set(found)
    assert bool(seen) == (page.stem in QUOTES[name]), "the test must see a value where one is shown"


# The parts of it


@given(
    st.text(alphabet="ab7 .", max_size=40),
    st.lists(st.tuples(st.integers(0, 40), st.integers(0, 12)), max_size=4),
    st.dictionaries(st.sampled_from(["ab", "a7b.", "77 77", "b a b a"]), st.sampled_from(["••", "•", "b••••••7"])),
)
def test_marks_stay_on_their_words(text: str, drawn: list[tuple[int, int]], masks: dict[str, str]) -> None:
    mask = KnownValues(masks)
    spans = [(min(s, len(text)), min(s + n, len(text)), "k", "t") for s, n in drawn]
    masked, moved = mask.marked(text, spans)
    assert masked == mask(text) and len(moved) == len(spans)
    assert not [
        value for value in masks if len(value) > 3 and value in masked and value in text and value not in mask(masked)
    ]
    for (start, end, *_), (new_start, new_end, *_) in zip(spans, moved, strict=True):
        assert 0 <= new_start <= new_end <= len(masked)
        if mask(text[:start]) + mask(text[start:end]) + mask(text[end:]) == masked:  # no value is cut by its ends
            assert new_start == len(mask(text[:start])) and new_end == len(mask(text[:end]))


def test_a_short_value_is_masked_as_a_word_alone_and_longer_ones_first() -> None:
    mask = KnownValues({"Bo": "••", "Bo Quist": "B••", "quist@mill.de": "q••"})
    assert mask("Bo Quist and Bo met Bob; quist@mill.de") == "B•• and •• met Bob; q••"


def test_where_no_length_is_named_every_value_is_a_word_of_its_own() -> None:
    assert (
        KnownValues({"mill": "x", "mill.de": "y"}, inside_from=None)("mills mill mill.de mill.den") == "mills x y x.den"
    )
    assert KnownValues({})("as it was") == KnownValues({"": "x"})("as it was") == "as it was"


def test_a_group_is_masked_in_all_it_says() -> None:
    group = Group(
        f"About {MAIL}",
        [Card("Prompt", f"Who is {MAIL}?")],
        [
            Card("Row 1", f"It is {MAIL}, not {OTHER}.", [(6, 6 + len(MAIL), "add", "")], f"item {MAIL}", "r1"),
            Card("Row 2", None),
        ],
        notes=[OTHER],
    )
    made = masked_group(group, {MAIL: "a••", OTHER: "b••"})
    assert not [value for value in (MAIL, OTHER) if value in repr(made)]
    assert made.cards[0].text == "It is a••, not b••." and made.cards[0].spans == [(6, 9, "add", "")]
    assert made.cards[1].text is None and made.cards[0].row == "r1"


def test_a_value_is_masked_in_every_column_of_its_row_and_in_texts_taken_from_it(data: dict[str, Dataset]) -> None:
    dataset = data["own"]
    rows = pl.Series([14, 0], dtype=pl.UInt32)
    taken = pl.DataFrame(
        {ROW_ID: [OTHER, MAIL], "text": [f"x {OTHER}", f"y {MAIL} {OTHER}"], "n": [1, 2], "some": [[OTHER], [None]]}
    )
    made = masked_frame(dataset, taken, rows)
    assert made["text"].to_list() == ["x b••@o••.de", f"y a••@g••.co {OTHER}"] and made["n"].to_list() == [1, 2]
    assert made[ROW_ID].to_list() == [OTHER, MAIL] and made["some"].to_list() == [["b••@o••.de"], [None]]
    assert len(dataset.rows_of(View())) == len(ROWS)


def test_a_short_text_that_holds_personal_data_is_not_counted_by_value(data: dict[str, Dataset]) -> None:
    dataset = data["short"]
    assert dataset.private_columns == {"answer"} and dataset.is_long("answer")
    assert "answer" not in dataset.categories and {"source", "question"} <= set(dataset.categories)
    nobodys = [NotPersonal("pattern", "EMAIL_ADDRESS", ".+@.+[.](co|de)")]
    own = Dataset(dataset.folder, CATALOGUE)
    own.set_rulings(ruled(own, nobodys, "1"))
    assert own.private_columns == frozenset() and "answer" in own.categories
