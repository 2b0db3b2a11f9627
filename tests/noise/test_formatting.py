"""Does the signal count each kind in each role, cost it right, and find what is planted in the sample data?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import orjson
import polars as pl
import pytest
import streamlit as st
from streamlit.testing.v1 import AppTest
from typer.testing import CliRunner

from analysis.__main__ import app
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.errors import DatasetError, SignalError
from analysis.export.choices import kept_choice
from analysis.findings import findings
from analysis.home import home_folder
from analysis.loaders.tokenizers import DEFAULT_TOKENIZER, tokenizer
from analysis.noise import KINDS, ROLES, cleaned
from analysis.noise.formatting_signal import Formatting, pieces_of
from analysis.noise.tables import entries_of, kinds_in, number_forms_in
from analysis.signal import ROW_ID
from analysis.view import View
from analysis.workspace import Workspace
from tests.dataset.test_signals import rows_of, said
from tests.support.browser import ROOT

SAMPLES = Path(__file__).resolve().parents[2] / "sample_data"
TRUTH = json.loads((SAMPLES / "TRUTH.json").read_text(encoding="utf-8"))


def found(**record: Any) -> dict[str, Any]:
    return Formatting()(rows_of(record)).row(0, named=True)


def tokens(text: str) -> int:
    return len(tokenizer(DEFAULT_TOKENIZER).encode(text))


def costs(row: dict[str, Any]) -> dict[tuple[str, str], tuple[int, int]]:
    """(role, kind): occurrences and tokens."""
    return {(e["role"], e["kind"]): (e["occurrences"], e["tokens"]) for e in row["kinds"] or []}


# Counts and costs


def test_a_plain_row_costs_nothing() -> None:
    row = found(prompt="What do bees eat?", response="Nectar and pollen.")
    assert row["kinds"] is None and row["numbers"] is None
    assert row["formatting_token_share"] == 0 and row["markdown_tokens"] == 0 and row["html_tags"] == 0
    assert (row["is_truncated"], row["is_refusal"], row["has_mixed_numbers"]) == (False, False, False)


def test_counts_and_costs_by_role() -> None:
    prompt, response = "Explain **bees** to <b>me</b>.", "# Bees\n\n- They fly.\n- They sting.  \n<|im_end|>"
    row = found(prompt=prompt, response=response)
    assert (row["html_tags"], row["markdown_marks"], row["special_token_leaks"], row["white_space_faults"]) == (
        2,
        4,
        1,
        1,
    )
    by_kind = costs(row)
    assert set(by_kind) == {
        ("prompt", "markdown_emphasis"),
        ("prompt", "html_tags"),
        ("response", "markdown_headings"),
        ("response", "markdown_lists"),
        ("response", "special_tokens"),
        ("response", "trailing_spaces"),
    }
    for (role, kind), (_, cost) in by_kind.items():
        text = prompt if role == "prompt" else response
        assert cost == max(tokens(text) - tokens(cleaned(text, [kind])), 0)
    assert by_kind["response", "markdown_lists"][0] == 2
    markdown = [cost for (_, kind), (_, cost) in by_kind.items() if kind.startswith("markdown_")]
    assert row["markdown_tokens"] == sum(markdown) > 0
    forms = [name for name, kind in KINDS.items() if kind.form]
    saved = sum(tokens(text) - tokens(cleaned(text, forms)) for text in (prompt, response))
    assert row["formatting_tokens"] == saved
    assert row["formatting_token_share"] == pytest.approx(saved / (tokens(prompt) + tokens(response)))


def test_what_is_said_of_a_whole_text_costs_all_of_it() -> None:
    text = "I'm sorry, but I can't help with that."
    row = found(prompt="What do bees eat?", response=text)
    assert row["is_refusal"] is True
    assert costs(row)["response", "refusals"] == (1, tokens(text))


def test_the_rejected_answer_counts_as_such() -> None:
    row = found(prompt="Why?", response="Because bees eat nectar.", rejected="I cannot assist with this request.")
    assert set(costs(row)) == {("rejected", "refusals")}
    assert row["is_refusal"] is False, "the answer that is trained on is none"


def test_a_chat_is_counted_by_all_its_messages() -> None:
    messages = [
        said("system", "Be **kind**."),
        said("user", "Hi {{name}}"),
        said("assistant", "Hello.</s>"),
        said("user", "Bye"),
        said("tool", "<b>21</b>"),
        said("assistant", None),
        said("assistant", "It is 21 degrees."),
    ]
    row = found(system="Be **kind**.", prompt="Hi {{name}}", response="It is 21 degrees.", messages=messages)
    assert {(role, kind): n for (role, kind), (n, _) in costs(row).items()} == {
        ("system", "markdown_emphasis"): 1,
        ("prompt", "placeholders"): 1,
        ("response", "special_tokens"): 1,
        ("tool", "html_tags"): 2,
    }
    assert (row["special_token_leaks"], row["placeholder_count"], row["html_tags"]) == (1, 1, 2)


def test_raw_text_is_read_where_there_are_no_roles() -> None:
    row = found(text="Bees eat nectar. They also like the garden where the ros")
    assert (row["is_truncated"], row["is_refusal"]) == (True, None)
    assert set(costs(row)) == {("text", "truncated")}


def test_kinds_of_answers_are_not_sought_in_prompts() -> None:
    row = found(prompt="I cannot assist with this request.", response="Then leave it.")
    assert row["kinds"] is None
    both = found(prompt="Sure! Here is a list.", response="Sure! Here is a list.")
    assert set(costs(both)) == {("response", "pleasantries")}


def test_without_costs_all_but_the_tokens_is_the_same() -> None:
    rows = rows_of({"prompt": "**a** <b>b</b>", "response": "It costs 1,000 or 1000.\n"}, {}, {"text": "x\t"})
    dear, cheap = Formatting()(rows), Formatting(costs="none")(rows)
    spent = ["markdown_tokens", "formatting_tokens", "formatting_token_share"]
    assert cheap.select(spent).null_count().row(0) == (3, 3, 3)
    assert cheap.drop(*spent, "kinds").equals(dear.drop(*spent, "kinds"))
    assert [entry["tokens"] for row in cheap["kinds"] if row is not None for entry in row] == [None] * 5
    assert dear["formatting_token_share"].to_list()[1] is None


def test_costs_are_known() -> None:
    with pytest.raises(SignalError, match=r"^Costs cannot be counted in 'false'; known: tokens, none\.$"):
        Formatting(costs="false")  # type: ignore[arg-type]


def test_the_tokens_of_the_chosen_tokenizer_leak(tmp_path: Path) -> None:
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import WhitespaceSplit

    made = Tokenizer(WordLevel({"[UNK]": 0, "bees": 1}, unk_token="[UNK]"))
    made.pre_tokenizer = WhitespaceSplit()
    made.add_special_tokens(["[UNK]", "@@STOP@@"])
    made.save(str(tmp_path / "tokenizer.json"))
    rows = rows_of({"prompt": "bees", "response": "bees @@STOP@@"})
    assert Formatting(str(tmp_path / "tokenizer.json"))(rows)["special_token_leaks"].to_list() == [1]
    assert Formatting()(rows)["special_token_leaks"].to_list() == [0]


def test_numbers_of_a_row() -> None:
    row = found(prompt="In 1984 it cost 1,000.", response="It is 1000 now, 5 km away.")
    assert row["has_mixed_numbers"] is False, "prompt and response are two texts"
    assert {(n["role"], n["group"], n["form"]) for n in row["numbers"]} == {
        ("prompt", "thousands", "comma"),
        ("response", "thousands", "plain"),
        ("response", "units", "spaced"),
        ("response", "distances", "symbols"),
    }
    assert found(prompt="x", response="Bake for 20 minutes at 180 °C.")["has_mixed_numbers"] is False
    assert found(prompt="x", response="It cost 1,000 and then 1000.")["has_mixed_numbers"] is True


def test_every_piece_has_a_known_role() -> None:
    rows = rows_of(
        {"prompt": "a", "rejected": "b"},
        {"text": "c"},
        {"messages": [said("system", "d"), said("critic", "e"), said("user", None)]},
        {"messages": []},
    )
    assert pieces_of(rows).drop("is_call").sort("row", "text").rows() == [
        (0, "prompt", "a"),
        (0, "rejected", "b"),
        (1, "text", "c"),
        (2, "system", "d"),
        (2, "tool", "e"),
    ]
    assert set(pieces_of(rows)["role"]) <= set(ROLES)


def test_the_text_before_a_tool_call_does_not_stop_in_the_middle() -> None:
    begun = "I will look up the tide for you and the"
    call = {**said("assistant", begun), "tool_calls": '[{"name": "tide"}]'}
    rows = rows_of(
        {"messages": [said("user", "Tide?"), call]},
        {"messages": [said("user", "Tide?"), said("assistant", begun)]},
        {"messages": [said("user", begun), said("assistant", "It is at four.")]},
    )
    assert Formatting()(rows)["is_truncated"].to_list() == [False, True, False]


@pytest.mark.parametrize(
    "text",
    [
        "x" * 1_000_000,
        "**a** <b>\n" * 100_000,
        "\x00\x01\x1f\x7f",
        "!!! ... ???",
        "مرحبا بالعالم",
        "\u202eabc\u202c",
        " \n\t " * 1000,
        "👩‍👩‍👧" * 1000,
    ],
    ids=lambda text: repr(text[:8]),
)
def test_hostile_texts_are_counted(text: str) -> None:
    row = found(prompt=text, response=text)
    assert 0 <= row["formatting_token_share"] <= 1
    assert row["formatting_tokens"] is not None


def test_equal_rows_are_counted_alike() -> None:
    many = Formatting()(rows_of(*({"prompt": "**Why**?", "response": "Because.\n"} for _ in range(500))))
    assert many.drop(ROW_ID).n_unique() == 1


# The sample data: what is planted, what is found


@pytest.fixture(scope="module")
def opened(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Dataset]]:
    """The sample files, with the signal computed."""
    workspace = Workspace(tmp_path_factory.mktemp("formatting"))
    datasets = {}
    for name in ("instructions", "chats", "preferences"):
        dataset = workspace.open([SAMPLES / f"{name}.jsonl"])
        compute(dataset, dataset.signal("formatting"))
        datasets[name] = dataset
    yield datasets


# Planted kind: the column that finds it, how many must be found at least, false alarms at most. A false alarm is a row
# of which no list of the truth says that it has this fault; most are real, such as "&nbsp;" in rows of html_noise.
PLANTED = {
    "truncated": ("is_truncated", 12, 1),  # the false one ends an endless loop with a comma
    "html_noise": ("html_tags", 9, 1),  # an <a href> in a row of personal_data
    "html_entities": ("html_entities", 8, 2),
    "mojibake": ("mojibake_count", 9, 0),
    "emoji": ("emoji_count", 9, 0),
    "unfilled_placeholders": ("placeholder_count", 12, 0),
    "special_tokens": ("special_token_leaks", 12, 0),
    "ai_boilerplate": ("boilerplate_count", 9, 0),
    "refusals": ("is_refusal", 12, 7),  # the seven are refusals planted as conflicts
    "merged_records": ("merged_record_count", 7, 0),
    "no_input_markers": ("stand_in_count", 16, 0),
    "inconsistent_numbers": ("has_mixed_numbers", 7, 9),  # 7 of 8: "ten to 12" needs words for numbers
}


def lines(dataset: Dataset, name: str) -> set[int]:
    column = dataset.column(name)
    there = column if column.dtype == pl.Boolean else column > 0
    return {at + 1 for at in there.fill_null(False).arg_true()}


def lines_of(dataset: Dataset, *kinds: str) -> set[int]:
    table = dataset.table(dataset.signal("formatting"), "kinds").filter(pl.col("kind").is_in(kinds))
    ids = dataset.column(ROW_ID)
    return {at + 1 for at in ids.is_in(table[ROW_ID].implode()).arg_true()}


@pytest.mark.parametrize("kind", PLANTED)
def test_what_is_planted_is_found(opened: dict[str, Dataset], kind: str) -> None:
    column, recall, false_alarms = PLANTED[kind]
    seen, planted = lines(opened["instructions"], column), set(TRUTH[kind]["lines"])
    assert len(planted & seen) >= recall
    assert len(seen - planted) <= false_alarms


@pytest.mark.parametrize(
    ("kind", "names"),
    [
        ("mixed_line_ends", ["line_ends"]),
        ("repeated_blank_lines", ["blank_lines"]),
        ("invisible_characters", ["zero_width", "no_break_spaces"]),
        (
            "markdown_noise",
            ["markdown_headings", "markdown_tables", "markdown_rules", "markdown_links", "markdown_quotes"],
        ),
    ],
)
def test_what_is_planted_of_white_space_and_markdown_is_found(
    opened: dict[str, Dataset], kind: str, names: list[str]
) -> None:
    assert set(TRUTH[kind]["lines"]) <= lines_of(opened["instructions"], *names)


def test_what_is_planted_in_chats_and_preferences_is_found(opened: dict[str, Dataset]) -> None:
    assert lines(opened["chats"], "special_token_leaks") == set(TRUTH["chat_special_tokens"]["lines"])
    assert lines(opened["preferences"], "is_refusal") == set(TRUTH["preference_refusal_chosen"]["lines"])


def test_the_table_of_kinds(opened: dict[str, Dataset]) -> None:
    dataset = opened["instructions"]
    table = kinds_in(dataset)
    assert table.columns == ["kind", "title", "role", "rows", "occurrences", "tokens"]
    assert table["tokens"].to_list() == sorted(table["tokens"], reverse=True)
    entries = dataset.table(dataset.signal("formatting"), "kinds")
    assert table["occurrences"].sum() == entries["occurrences"].sum()
    leaks = table.row(by_predicate=pl.col("kind") == "special_tokens", named=True)
    assert (leaks["role"], leaks["rows"]) == ("response", 12)
    of_leaks = kinds_in(dataset, View.from_params(["special_token_leaks~gt~0"]))
    assert of_leaks.filter(pl.col("kind") == "special_tokens")["rows"].to_list() == [12]
    assert of_leaks["rows"].max() == 12
    assert kinds_in(dataset, View.from_params(["html_tags~gt~1000000"])).is_empty()


def test_the_table_of_number_forms(opened: dict[str, Dataset]) -> None:
    table = number_forms_in(opened["instructions"])
    forms = {(row["group"], row["form"]): row for row in table.to_dicts()}
    assert forms["thousands", "comma"]["is_mixed"] and forms["thousands", "plain"]["is_mixed"]
    assert all(row["rows"] <= row["occurrences"] for row in forms.values())


def test_findings_tell_of_form(opened: dict[str, Dataset]) -> None:
    dataset = opened["instructions"]
    compute(dataset, dataset.signal("tokens"))
    compute(dataset, dataset.signal("language"))
    by_name = {finding.name: finding for finding in findings(dataset)}
    for name in (
        "special_tokens",
        "placeholders",
        "merged_records",
        "truncated",
        "refusals",
        "ai_boilerplate",
        "stand_in_input",
        "mojibake",
        "html_tags",
        "html_entities",
        "invisible_characters",
        "mixed_numbers",
        "costly_form",
        "language_switch",
    ):
        assert by_name[name].rows == len(dataset.rows_of(by_name[name].view)) > 0
    assert by_name["mojibake"].rows == 9


def test_a_table_not_made_yet_is_named(home: Path) -> None:
    dataset = Workspace(home).open([SAMPLES / "chats.jsonl"])
    with pytest.raises(DatasetError, match="compute formatting first"):
        kinds_in(dataset)


def test_the_command_line_says_what_form_costs(home: Path) -> None:
    done = CliRunner().invoke(app, ["format", str(SAMPLES / "chats.jsonl"), "--json"])
    assert done.exit_code == 0
    answer = orjson.loads(done.stdout.splitlines()[-1])
    assert {"kind", "role", "rows", "occurrences", "tokens"} <= set(answer["kinds"][0])
    leaks = [kind for kind in answer["kinds"] if kind["kind"] == "special_tokens"]
    assert [(kind["role"], kind["rows"]) for kind in leaks] == [("response", 6)]
    narrowed = CliRunner().invoke(
        app, ["format", str(SAMPLES / "chats.jsonl"), "--where", "special_token_leaks~gt~0", "--json"]
    )
    assert {k["rows"] <= 6 for k in orjson.loads(narrowed.stdout.splitlines()[-1])["kinds"]} == {True}
    spoken = CliRunner().invoke(app, ["format", str(SAMPLES / "chats.jsonl")])
    assert "Special tokens of chat templates, response: 6 rows, 6 times, " in spoken.stdout


def test_a_column_of_the_source_wins_by_name(home: Path) -> None:
    dataset = Workspace(home).open([SAMPLES / "chats.jsonl"])
    compute(dataset, dataset.signal("language"))
    assert "language" in dataset.originals
    assert set(dataset.column("language").unique()) == {"en", "de", "fr", "es", "ja", "zh", "ar", "hi", "ru"}
    assert "und" in dataset.column("prompt_language").to_list()
    assert dataset.has(dataset.signal("language"))


# The page


def entries_by_hand(dataset: Dataset, filters: list[str], kind: str) -> dict[str, tuple[int, int, int]]:
    """Rows, occurrences and tokens of a kind in responses, per source."""
    rows = dataset.frame([ROW_ID, "source"], dataset.rows_of(View.from_params(filters)))
    lines = dataset.table(dataset.signal("formatting"), "kinds").filter(kind=kind, role="response")
    found = lines.join(rows, on=ROW_ID).group_by("source").agg(pl.len(), pl.col("occurrences", "tokens").sum())
    return {source: tuple(counts) for source, *counts in found.iter_rows()}


@pytest.mark.parametrize("filters", [[], ["row_chars~ge~200"], ["html_tags~ge~1"]])
def test_a_kind_by_group(opened: dict[str, Dataset], filters: list[str]) -> None:
    dataset = opened["instructions"]
    compute(dataset, dataset.signal("lengths"))
    source = dataset.column("source")
    names = sorted(source.unique())
    groups = source.replace_strict(names, list(range(len(names))), return_dtype=pl.UInt16)
    rows = dataset.rows_of(View.from_params(filters))
    found = entries_of(dataset, "kinds").in_view(rows).of("html_tags", "response").by_group(groups, len(names))
    seen = {name: counts for name, counts in zip(names, found.rows(), strict=True) if counts[0]}
    assert seen == entries_by_hand(dataset, filters, "html_tags") != {}


def test_of_a_kind_that_does_not_occur_there_is_no_entry(opened: dict[str, Dataset]) -> None:
    entries = entries_of(opened["chats"], "kinds").of("no such kind", "response")
    assert len(entries.row) == 0
    assert entries.counted().is_empty()


def page(name: str, dataset: Dataset, **asked: str) -> AppTest:
    at = AppTest.from_file(ROOT / "pages" / f"{name}.py", default_timeout=60)
    for key, value in {"d": dataset.id, **asked}.items():
        at.query_params[key] = value
    return at


@pytest.fixture
def chats(home: Path, monkeypatch: pytest.MonkeyPatch) -> Dataset:
    monkeypatch.setattr("sys.argv", ["app.py"])
    dataset = Workspace(home).open([SAMPLES / "chats.jsonl"])
    compute(dataset, dataset.signal("formatting"))
    return dataset


def test_a_link_to_a_kind_shows_it_by_group_with_examples(chats: Dataset) -> None:
    at = page("noise", chats, noise="special_tokens~response").run()
    assert not at.exception
    assert "Special tokens of chat templates, response" in [heading.value for heading in at.subheader]
    assert r"Show rows\: special\_token\_leaks is at least 1" in [button.label for button in at.button]
    assert any("⟦" in code.value for code in at.code)
    groups = next(table.value for table in at.dataframe if "share" in table.value.columns)
    assert groups["rows"].sum() == 6
    at.button(key="show_kind").click().run()
    assert at.query_params["f"] in ("special_token_leaks~ge~1", ["special_token_leaks~ge~1"])


def test_a_kind_is_cleaned_on_export_by_one_click(chats: Dataset, monkeypatch: pytest.MonkeyPatch) -> None:
    started: list[tuple[str, ...]] = []

    def start(*arguments: str) -> str:
        started.append(arguments)
        return "job"

    monkeypatch.setattr("ui.session.jobs.start", start)
    went: list[dict[str, object]] = []
    monkeypatch.setattr(
        "streamlit.switch_page",
        lambda to, query_params: went.append(
            {**{str(k): v for k, v in st.session_state.items()}, "params": query_params}
        ),
    )
    page("noise", chats, noise="special_tokens~response").run().button(key="clean_kind").click().run()
    choice = kept_choice(home_folder(), chats.fingerprint)
    assert (choice.to, choice.clean) == ("messages", ("special_tokens",))
    assert went[-1]["params"] == {"d": chats.id, "f": []}
    page("export", chats).run().button(key="go_export").click().run()
    assert "--clean=special_tokens" in started[-1]
