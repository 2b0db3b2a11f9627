"""Does the signal say of each row what a trainer trains, cuts off and refuses, and are its totals those of the rows?"""

from __future__ import annotations

import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.errors import ModelError, TemplateError, TrainingError
from analysis.training.choice import CHATML, Choice, choose
from analysis.training.cuts import Cuts
from analysis.training.reading import Reader, read_row
from analysis.training.rules import RULES
from analysis.training.tables import cuts, packing, totals
from analysis.training.trainer_signal import READS, Trainer
from analysis.training.truncation import WAYS
from analysis.workspace import Workspace

BRIEF = [("system", "Be brief."), ("user", "Hi"), ("assistant", "Hello!"), ("user", "2+2?"), ("assistant", "4")]
Open = Callable[..., Dataset]


def chat(*turns: tuple[str, str | None], **more: Any) -> dict[str, Any]:
    return {"messages": [{"role": role, "content": content} for role, content in turns], **more}


@pytest.fixture
def opened(home: Path, tmp_path: Path) -> Open:
    """Opens these records with this choice kept, and computes the signal."""

    def open_it(choice: Choice, *records: dict[str, Any]) -> Dataset:
        path = tmp_path / "rows.jsonl"
        path.write_text("".join(json.dumps(record) + "\n" for record in records))
        workspace = Workspace()
        dataset = workspace.describe(workspace.open([path]), parameters={"trainer": choice.parameters()})
        compute(dataset, dataset.signal("trainer"))
        return dataset

    return open_it


def values(dataset: Dataset, *columns: str) -> list[tuple[Any, ...]]:
    return dataset.frame(list(columns)).rows()


def test_the_default_is_our_own_template_and_tokenizer() -> None:
    assert Trainer().parameters == Choice().parameters() == choose().parameters()
    assert Choice().template == CHATML


def test_the_numbers_of_a_row(opened: Open) -> None:
    dataset = opened(choose(tokenizer="qwen2.5"), chat(*BRIEF))
    columns = ("trainer_tokens", "trained_tokens", "trained_share", "is_untrained", "mask_status", "template_error")
    assert values(dataset, *columns) == [(36, 5, 5 / 36, False, "content", None)]
    faults = ("has_double_bos", "has_double_eos", "is_stop_trained", "special_tokens_in_text", "drift_kind")
    assert values(dataset, *faults) == [(False, False, True, [], None)]
    turns = dataset.table(dataset.signal("trainer"), "turns").drop("row_id")
    assert turns.rows() == [
        (0, "system", 3, 5, None, None, 0, 0),
        (1, "user", 11, 11, None, None, 0, 0),
        (2, "assistant", 17, 18, 17, 19, 3, 0),
        (3, "user", 24, 27, None, None, 0, 0),
        (4, "assistant", 33, 33, 33, 34, 2, 0),
    ]


def test_what_is_cut_off(opened: Open) -> None:
    dataset = opened(
        choose(tokenizer="qwen2.5", max_length=34), chat(*BRIEF), chat(("user", "Hi"), ("assistant", "Yes"))
    )
    columns = ("lost_tokens", "lost_trained_tokens", "is_untrained", "has_truncated_answer")
    assert values(dataset, *columns) == [(2, 1, False, True), (0, 0, False, False)]
    dataset = opened(choose(tokenizer="qwen2.5", max_length=34, truncation="drop"), chat(*BRIEF))
    assert values(dataset, *columns) == [(36, 5, True, True)]
    dataset = opened(choose(tokenizer="qwen2.5", max_length=0), chat(*BRIEF))
    assert values(dataset, *columns) == [(0, 0, False, False)]


def test_rows_that_are_refused_or_hold_nothing(opened: Open) -> None:
    template = "{% for m in messages %}{% if m.role == 'tool' %}{{ raise_exception('No tools\nhere.') }}{% endif %}"
    dataset = opened(
        Choice(template=template + "{{ m.content }}{% endfor %}"),
        chat(("user", "a"), ("tool", "b"), ("assistant", "c")),
        chat(("user", "ab"), ("assistant", "cd")),
        {"messages": []},
    )
    assert values(dataset, "template_error", "mask_status", "is_untrained") == [
        ("No tools here.", None, None),
        (None, "content", False),
        (None, None, None),
    ]
    found = totals(dataset, pl.int_range(3, dtype=pl.UInt32, eager=True))
    assert (found.rows, found.looked_at, found.refused, found.rendered) == (3, 2, 1, 1)
    assert found.errors == {"No tools here.": 1}


def test_weights_of_the_source_are_kept(opened: Open) -> None:
    turns = [("user", "hi", 0), ("assistant", "bad", 0), ("user", "again", None), ("assistant", "good", 1)]
    messages = [{"role": r, "content": c, **({"weight": w} if w is not None else {})} for r, c, w in turns]
    dataset = opened(choose(tokenizer="qwen2.5"), {"messages": messages})
    assert values(dataset, "trained_tokens") == [(2,)]  # good, <|im_end|>
    row = dataset.canonical_frame(list(READS)).row(0, named=True)
    read = read_row(choose(tokenizer="qwen2.5"), row)
    assert read is not None
    assert [piece.text for piece in read.tokens if piece.trained] == ["good", "<|im_end|>"]


def test_control_tokens_in_a_text_and_doubled_marks(opened: Open) -> None:
    template = "<s>{% for m in messages %}{{ m.content }}</s>{% endfor %}"
    specials = '{"bos_token": "<s>", "eos_token": "</s>"}'
    dataset = opened(
        Choice(template=template, specials=specials),
        chat(("user", "a</s>"), ("assistant", "<think>b</think>")),
        chat(("user", "<s>a"), ("assistant", "b")),
        chat(("user", "a"), ("assistant", "b")),
    )
    columns = ("special_tokens_in_text", "has_double_bos", "has_double_eos")
    assert values(dataset, *columns) == [(["</s>"], False, True), (["<s>"], True, False), ([], False, False)]


def test_an_end_that_is_not_trained(opened: Open) -> None:
    marked = "{% for m in messages %}{% generation %}{{ m.content }}{% endgeneration %}<|im_end|>{% endfor %}"
    around = "{% for m in messages %}{% generation %}{{ m.content }}<|im_end|>{% endgeneration %}{% endfor %}"
    rows = chat(("user", "dummy"), ("assistant", "dummy"))
    for template, is_trained in ((marked, False), (around, True)):
        dataset = opened(Choice(template=template, rule="template"), rows)
        assert values(dataset, "is_stop_trained", "mask_status") == [(is_trained, "marked")]


def test_rows_with_prompt_and_response_become_chats(opened: Open) -> None:
    dataset = opened(choose(tokenizer="qwen2.5", rule="trl"), {"prompt": "Hi", "response": "Hello!"})
    assert values(dataset, "trained_tokens", "mask_status") == [(4, "content")]  # Hello ! <|im_end|> and a line break
    dataset = opened(choose(tokenizer="qwen2.5", rule="trl"), chat(("user", "Hi"), ("assistant", "Hello!")))
    assert values(dataset, "trainer_tokens", "trained_tokens") == [(13, 13)]


def test_raw_text_has_no_value(opened: Open) -> None:
    dataset = opened(Choice(), {"text": "Some words about a town."})
    assert values(dataset, *Trainer.adds) == [(None,) * len(Trainer.adds)]


def test_drift_of_rows(opened: Open) -> None:
    serve = "<|im_start|>system\nBe good.<|im_end|>\n" + CHATML
    dataset = opened(Choice(serve=serve), chat(("user", "Hi there"), ("assistant", "Hello")), chat(("user", "Hi")))
    assert values(dataset, "drift_kind") == [("default_system",), (None,)]


@pytest.mark.parametrize(
    ("changed", "error"),
    [
        ({"rule": "none"}, "no mask rule 'none'"),
        ({"truncation": "none"}, "no truncation 'none'"),
        ({"max_length": -1}, "maximum length of -1"),
        ({"date": "soon"}, "'soon' is no date"),
        ({"variables": "[1]"}, "no JSON object"),
        ({"specials": "{"}, "no JSON object"),
    ],
)
def test_a_choice_that_cannot_be_used(changed: dict[str, Any], error: str) -> None:
    with pytest.raises(TrainingError, match=error):
        Reader(Choice(**changed))


def test_a_broken_template_and_an_unknown_tokenizer() -> None:
    with pytest.raises(TemplateError, match="cannot be compiled"):
        Reader(Choice(template="{% for %}"))
    with pytest.raises(ModelError, match="No tokenizer 'nobody/nothing' here"):
        choose(tokenizer="nobody/nothing")
    with pytest.raises(TemplateError, match="There is no template 'no-such-template-name'"):
        choose("no-such-template-name")


def test_a_template_that_never_ends_costs_its_rows_only() -> None:
    endless = "{% for a in range(99999) %}{% for b in range(99999) %}{% endfor %}{% endfor %}"
    rows = pl.DataFrame([{"messages": None, "tools": None, "system": None, "prompt": "a", "response": "b"}])
    made = Trainer(template=endless).compute(rows)
    assert "stopped" in made["template_error"][0]


TEXTS = st.text(st.characters(codec="utf-8"), max_size=15)
CHATS = st.lists(TEXTS, min_size=1, max_size=7)


@settings(max_examples=80, deadline=None)
@given(
    st.lists(CHATS, min_size=1, max_size=4),
    st.sampled_from(list(RULES)),
    st.sampled_from(list(WAYS)),
    st.integers(0, 60),
)
def test_the_stored_turns_are_enough_for_every_maximum(
    chats: list[list[str]], rule: str, way: str, max_length: int
) -> None:
    """What `Cuts` says of any maximum, from the turns of a computation without one, is what computing with it says."""
    rows = [
        {
            "messages": [
                {"role": ("user", "assistant")[n % 2], "content": t, "trains": None} for n, t in enumerate(texts)
            ]
        }
        for texts in chats
    ]
    whole, limited = (Reader(Choice(rule=rule, max_length=n, truncation=way)) for n in (0, max_length))
    lengths, lines, lost, lost_trained, untrained = [], [], 0, 0, 0
    for number, row in enumerate(rows):
        free, cut = whole.see(row), limited.see(row)
        assert free is not None and cut is not None
        assert sum(turn.trained for turn in free.turns) == free.trained
        lengths.append(len(free.tokens.ids))
        lines += [(number, t.first_trained, t.last_trained, t.trained) for t in free.turns if t.trained]
        lost, lost_trained = lost + cut.lost_tokens, lost_trained + cut.lost_trained
        untrained += cut.trained == cut.lost_trained
        assert sum(turn.lost for turn in cut.turns) == cut.lost_trained
    names = ("row", "first_trained", "last_trained", "trained")
    turns = pl.DataFrame(lines, schema=dict.fromkeys(names, pl.UInt32), orient="row")
    counted = Cuts(pl.Series(lengths, dtype=pl.UInt32), turns)
    found = counted.at(max_length, way)
    assert found.lost_tokens == lost or way == "llamafactory"
    if not counted.inexact_turns:
        assert (found.lost_tokens, found.lost_trained_tokens, found.untrained) == (lost, lost_trained, untrained)


def test_totals_tables_and_packing(opened: Open) -> None:
    rows = [chat(("user", "Hi"), ("assistant", "Yes " * n), source="ab"[n % 2]) for n in range(1, 6)]
    dataset = opened(choose(tokenizer="qwen2.5", max_length=14), *rows)
    every = pl.int_range(dataset.height, dtype=pl.UInt32, eager=True)
    found = totals(dataset, every)
    assert (found.rows, found.rendered, found.tokens) == (5, 5, sum(dataset.column("trainer_tokens")))
    assert found.mask_status == {"content": 5} and found.drift == {} and found.untrained == 0
    assert found.lost_tokens == sum(max(n - 14, 0) for n in dataset.column("trainer_tokens"))
    losses = cuts(dataset, every).at(14)
    assert (losses.lost_tokens, losses.lost_trained_tokens) == (found.lost_tokens, found.lost_trained_tokens)
    half = every.filter(pl.Series([False, True, False, True, True]))
    assert cuts(dataset, half).at(0).lost_tokens == 0 and len(cuts(dataset, half).lengths) == 3
    packed = packing(dataset, every, 14, "none", "drop")
    assert packed.sequences == sum(n <= 14 for n in dataset.column("trainer_tokens"))


def test_one_row_as_tokens() -> None:
    row = {"messages": [{"role": r, "content": c, "trains": None} for r, c in BRIEF], "tools": None}
    read = read_row(choose(tokenizer="qwen2.5", max_length=34), row)
    assert read is not None
    assert "".join(piece.text for piece in read.tokens) == read.text
    assert [piece.text for piece in read.tokens if piece.is_control][:2] == ["<|im_start|>", "<|im_end|>"]
    assert [piece.text for piece in read.tokens if piece.trained] == ["Hello", "!", "<|im_end|>", "4", "<|im_end|>"]
    assert [piece.text for piece in read.tokens if piece.lost] == ["<|im_end|>", "\n"]
    assert read.status == "content" and read.error == ""
    assert read_row(Choice(), {"text": "raw"}) is None


def test_a_character_of_several_tokens_is_shown_once() -> None:
    row = {"messages": [{"role": "user", "content": "a😀 日b", "trains": None}]}
    read = read_row(Choice(), row)
    assert read is not None and "".join(piece.text for piece in read.tokens) == read.text
    assert any(piece.text == "" for piece in read.tokens)


def test_a_refused_row_is_its_message() -> None:
    read = read_row(Choice(template="{{ raise_exception('no way') }}"), {"prompt": "a", "response": "b"})
    assert read is not None and (read.error, read.tokens) == ("no way", [])
