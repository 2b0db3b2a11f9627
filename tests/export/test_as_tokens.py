"""Do rows leave as the token ids and labels that the trainer would make, and can the same bytes be made again?"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from tokenizers import Tokenizer, models, pre_tokenizers

from analysis.annotations import open_annotations
from analysis.annotations.in_place import take_tags
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.errors import ExportError
from analysis.export import ExportRequest, export
from analysis.export.as_tokens import MASKED, choice_of
from analysis.export.replay import replay
from analysis.export.request import TOKENIZED
from analysis.loaders.tokenizers import DEFAULT_TOKENIZER, tokenizer
from analysis.proposals import propose_texts
from analysis.training.choice import choose
from analysis.training.reading import read_row
from analysis.view import View
from analysis.workspace import Workspace
from tests.support.commands import runner

ROWS: list[dict[str, Any]] = [
    {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello"}], "id": 1},
    {
        "messages": [
            {"role": "system", "content": "Be brief."},
            {"role": "user", "content": "Write to ann@fjord-mail.com"},
            {"role": "assistant", "content": "I wrote."},
            {"role": "user", "content": "Again"},
            {"role": "assistant", "content": "Done."},
        ],
        "id": 2,
    },
    {"messages": [{"role": "user", "content": "Unanswered"}], "id": 3},
    {"messages": [{"role": "user", "content": "no"}, {"role": "assistant", "content": "x", "weight": 0}], "id": 4},
    {"messages": [{"role": "developer", "content": "a"}, {"role": "assistant", "content": "b"}], "id": 5},
]
REFUSING = (
    "{% for m in messages %}{% if m['role'] == 'developer' %}{{ raise_exception('no developers') }}{% endif %}"
    "<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
)


@pytest.fixture
def dataset(home: Path, tmp_path: Path) -> Dataset:
    return opened(home, tmp_path)


def opened(home: Path, folder: Path, tokenizer: str = DEFAULT_TOKENIZER, max_length: int = 4096) -> Dataset:
    """The rows, with a template that refuses one of them, and what the trainer sees of them."""
    source, template = folder / "rows.jsonl", folder / "refusing.jinja"
    source.write_text("".join(json.dumps(row) + "\n" for row in ROWS))
    template.write_text(REFUSING)
    workspace = Workspace(home)
    chosen = choose(str(template), tokenizer, max_length=max_length)
    dataset = workspace.describe(workspace.open([source]), parameters={"trainer": chosen.parameters()})
    compute(dataset, dataset.signal("trainer"))
    return dataset


def written(folder: Path) -> pl.DataFrame:
    (file,) = folder.glob("*-tokens.*")
    return pl.read_parquet(file) if file.suffix == ".parquet" else pl.read_ndjson(file)


@pytest.mark.parametrize("to", TOKENIZED)
def test_what_is_trained_has_its_id_as_label(dataset: Dataset, tmp_path: Path, to: str) -> None:
    result = export(dataset, ExportRequest(to=to), tmp_path / "out")
    rows = written(tmp_path / "out")
    assert [step.reason for step in result.receipt.steps][1:] == [
        f"{to} cannot hold it: the template refuses it",
        f"{to} cannot hold it: no trained token is left",
    ]
    assert [step.rows for step in result.receipt.steps] == [5, 4, 2]  # id 5 is refused; 3 and 4 train nothing
    assert rows["text"][0] == "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nHello<|im_end|>\n"
    for row, position in zip(rows.iter_rows(named=True), (0, 1), strict=True):
        seen = read_row(choice_of(dataset), dataset.frame(["messages"], pl.Series([position])).row(0, named=True))
        assert seen is not None
        assert row["input_ids"] == [token.id for token in seen.tokens]
        assert row["labels"] == [token.id if token.trained else MASKED for token in seen.tokens]
        assert row["attention_mask"] == [1] * len(seen.tokens)
        assert any(label != MASKED for label in row["labels"])
    assert result.receipt.lost == {"id": 2}


def test_tokens_beyond_the_maximum_are_cut_and_counted(home: Path, tmp_path: Path) -> None:
    dataset = opened(home, tmp_path, max_length=30)
    result = export(dataset, ExportRequest(to="tokens"), tmp_path / "out")
    lengths = written(tmp_path / "out")["input_ids"].list.len()
    assert lengths.max() == 30
    assert "Cut to 30 tokens (keep_start): 1 row." in " ".join(result.receipt.notes)


@pytest.mark.parametrize("to", TOKENIZED)
def test_a_replay_makes_the_same_bytes(dataset: Dataset, tmp_path: Path, home: Path, to: str) -> None:
    request = ExportRequest(to=to, redact=("EMAIL_ADDRESS=replace",), view=View.from_params(["n_turns~ge~1"]))
    export(dataset, request, tmp_path / "out")
    assert not written(tmp_path / "out")["text"].str.contains("ann@fjord").any()
    elsewhere = Workspace(tmp_path / "another")
    (tmp_path / "another" / "personal_data.key").write_bytes((home / "personal_data.key").read_bytes())
    again = replay(tmp_path / "out" / "receipt.json", tmp_path / "rows.jsonl", tmp_path / "again", elsewhere)
    assert again.receipt.files == export(dataset, request, tmp_path / "twice").receipt.files


def test_a_replay_finds_the_tokenizer_by_its_digest(home: Path, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    folder.mkdir()
    words = Tokenizer(models.WordLevel({"[UNK]": 0, "Hello": 1, "assistant": 2}, unk_token="[UNK]"))
    words.pre_tokenizer = pre_tokenizers.Whitespace()
    words.save(str(folder / "tokenizer.json"))
    dataset = opened(home, tmp_path, tokenizer=str(folder / "tokenizer.json"))
    export(dataset, ExportRequest(to="tokens"), tmp_path / "out")
    receipt, source = tmp_path / "out" / "receipt.json", tmp_path / "rows.jsonl"
    replay(receipt, source, tmp_path / "here", Workspace(home))
    named = str(folder.rename(tmp_path / "moved") / "tokenizer.json")
    replay(receipt, source, tmp_path / "there", Workspace(tmp_path / "another"), tokenizer=named)
    assert written(tmp_path / "there").equals(written(tmp_path / "here"))


def test_without_a_template_nothing_is_exported(home: Path, tmp_path: Path) -> None:
    source = tmp_path / "rows.jsonl"
    source.write_text(json.dumps(ROWS[0]) + "\n")
    dataset = Workspace(home).open([source])
    with pytest.raises(ExportError, match="No chat template was chosen for rows"):
        export(dataset, ExportRequest(to="tokens"), tmp_path / "out")


def test_a_row_that_is_refused_after_cleaning_is_named(home: Path, tmp_path: Path) -> None:
    """A template may refuse an empty answer; the text is empty only once its noise is removed."""
    template, source = tmp_path / "strict.jinja", tmp_path / "rows.jsonl"
    template.write_text(
        "{% for m in messages %}{% if not m['content'] | trim %}{{ raise_exception('empty') }}{% endif %}"
        "<|im_start|>{{ m['role'] }}\n{{ m['content'] }}<|im_end|>\n{% endfor %}"
    )
    row = {"messages": [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "<br><br>"}]}
    source.write_text(json.dumps(row) + "\n")
    workspace = Workspace(home)
    chosen = {"trainer": choose(str(template)).parameters()}
    dataset = workspace.describe(workspace.open([source]), parameters=chosen)
    compute(dataset, dataset.signal("trainer"))
    with pytest.raises(ExportError, match="refuses row .* after its texts were changed"):
        export(dataset, ExportRequest(to="tokens", clean=("html_tags",)), tmp_path / "out")
    assert not (tmp_path / "out").exists()


def test_an_export_of_no_row_says_why(home: Path, tmp_path: Path, capfd: pytest.CaptureFixture[str]) -> None:
    run = runner(capfd)
    dataset = opened(home, tmp_path)
    code, _, err = run("export", dataset.id, "--to", "tokens", "--where", "id~eq~5", "--out", str(tmp_path / "out"))
    assert code == 0 and "No row is exported." in err and "the template refuses it: 1 row" in err


@pytest.mark.parametrize("to", TOKENIZED)
def test_a_proposed_text_is_rendered_trained_and_replayed(
    dataset: Dataset, tmp_path: Path, home: Path, to: str
) -> None:
    ids = dataset.column("row_id")
    new = {ids[0]: {"messages.1.content": "Good day to you"}, ids[4]: {"messages.0.content": "still a developer"}}
    with open_annotations(home) as notes:
        propose_texts(dataset, notes, new, "Ann")
        take_tags(dataset, notes)
    result = export(dataset, ExportRequest(to=to), tmp_path / "out")
    assert [step.rows for step in result.receipt.steps] == [5, 5, 4, 2]  # the step of the proposed texts is the second
    assert result.receipt.proposals is not None and result.receipt.proposals.rows == 1
    rows = written(tmp_path / "out")
    expected = "<|im_start|>user\nHi<|im_end|>\n<|im_start|>assistant\nGood day to you<|im_end|>\n"
    assert rows["text"][0] == expected and rows["row_id"].to_list() == ids.head(2).to_list()
    ids_of_row, labels = np.array(rows["input_ids"][0]), np.array(rows["labels"][0])
    model = tokenizer(DEFAULT_TOKENIZER)
    assert "".join(model.piece(token) for token in ids_of_row) == expected
    trained = labels != MASKED
    assert (labels[trained] == ids_of_row[trained]).all()
    assert "".join(model.piece(token) for token in labels[trained]).startswith("Good day to you")
    left = export(dataset, ExportRequest(to=to, proposals="ignore"), tmp_path / "source").receipt
    assert "Hello" in written(tmp_path / "source")["text"][0] and left.rows_out == 2
    elsewhere = Workspace(tmp_path / "another")
    again = replay(tmp_path / "out" / "receipt.json", [tmp_path / "rows.jsonl"], tmp_path / "again", elsewhere)
    assert again.receipt.files == result.receipt.files and written(tmp_path / "again").equals(rows)


def test_a_proposed_prompt_does_not_make_a_row_trained(dataset: Dataset, tmp_path: Path, home: Path) -> None:
    """Of the ids 3, 4 and 5 nothing is trained, for a missing answer, a weight of 0 and a role that is refused."""
    ids = dataset.column("row_id")
    with open_annotations(home) as notes:
        propose_texts(dataset, notes, {ids[n]: {"messages.0.content": "New"} for n in (2, 3, 4)}, "Ann")
        take_tags(dataset, notes)
    result = export(dataset, ExportRequest(to="tokens"), tmp_path / "out")
    assert result.receipt.rows_out == 2 and "New" not in written(tmp_path / "out")["text"].str.join("").item()
