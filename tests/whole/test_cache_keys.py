"""Does the key of a cached answer change with what the answer is read from, and with nothing else?"""

from __future__ import annotations

import json
from pathlib import Path

import polars as pl
import pytest

from analysis.annotations import open_annotations
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.dataset.by_people import NO_RULINGS
from analysis.view import View
from analysis.workspace import Workspace
from ui.session.cache_keys import key_of

ROWS = [
    {"prompt": "Name a colour.", "response": "Red.", "source": "a"},
    {"prompt": "Hi", "response": "", "source": "b"},
]


@pytest.fixture
def dataset(home: Path) -> Dataset:
    source = home / "rows.jsonl"
    source.write_text("\n".join(map(json.dumps, ROWS)))
    return Workspace(home).open([source])


def test_a_key_follows_the_view_the_signals_and_what_else_is_asked(dataset: Dataset) -> None:
    lengths = dataset.signal("lengths")
    before = key_of(dataset, "source", lengths)
    assert before == key_of(dataset, lengths, "source")
    other = [
        key_of(dataset, "source"),
        key_of(dataset, "response", lengths),
        key_of(dataset, "source", dataset.signal("tokens")),
        key_of(dataset, "source", lengths, view=View().where("source", "eq", "a")),
        key_of(dataset, "source", lengths, more=("b",)),
        key_of(dataset, "source", lengths, more=("b", "c")),
        key_of(dataset, "source", lengths, more=("b', 'c",)),
    ]
    assert len({before, *other}) == 8
    compute(dataset, lengths)
    assert key_of(dataset, "source", lengths) != before


def test_a_key_follows_tags_only_where_they_are_read_or_filtered_by(dataset: Dataset) -> None:
    tagged = View().where("tags", "has", "good")
    asked = [key_of(dataset, "source"), key_of(dataset, "tags"), key_of(dataset, "source", view=tagged)]
    notes = open_annotations(Workspace().home)
    notes.tags.apply(dataset.fingerprint, {str(dataset.column("row_id")[0]): {"good": True}}, "ada")
    dataset.set_tags(notes.tags.standing(dataset.fingerprint), notes.tags.revision(dataset.fingerprint))
    now = [key_of(dataset, "source"), key_of(dataset, "tags"), key_of(dataset, "source", view=tagged)]
    assert [a == b for a, b in zip(asked, now, strict=True)] == [True, False, False]


def test_a_key_follows_rulings_only_of_the_signal_they_change(dataset: Dataset) -> None:
    signals = [dataset.signal(name) for name in ("personal_data", "lengths")]
    asked = [key_of(dataset, signal) for signal in signals]
    dataset.set_rulings(NO_RULINGS._replace(columns={"pii_count": pl.Series("pii_count", [0, 0])}, revision="7"))
    assert [key_of(dataset, s) == before for s, before in zip(signals, asked, strict=True)] == [False, True]


def test_a_key_follows_the_roles(dataset: Dataset) -> None:
    changed = Workspace().reread(dataset, {"source": None, "group": "source"})
    assert changed.id == dataset.id and key_of(changed) != key_of(dataset)
