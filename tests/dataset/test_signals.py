"""Does every signal keep the promises of `Signal`, and do the basic ones count what they say?"""

from __future__ import annotations

import dataclasses
import json
import pickle
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from polars.testing import assert_frame_equal

from analysis.catalogue import CATALOGUE
from analysis.dataset.folder import CANONICAL, MESSAGES
from analysis.duplicates.exact_duplicates_signal import ExactDuplicates
from analysis.errors import ModelError, SignalError
from analysis.lengths.lengths_signal import Lengths
from analysis.lengths.tokens_signal import Tokens
from analysis.loaders.tokenizers import DEFAULT_TOKENIZER, count_tokens, tokenizer, tokenizer_digest
from analysis.signal import ROW_ID, Signal

EVERY = pytest.mark.parametrize("signal", CATALOGUE.signals.values(), ids=CATALOGUE.signals)
READABLE = {ROW_ID: pl.String(), **CANONICAL, **{c: d for s in CATALOGUE.signals.values() for c, d in s.adds.items()}}


@EVERY
def test_a_key_follows_the_signals_whose_columns_are_read(signal: Signal) -> None:
    """Or a result would stand that was made of columns long replaced."""
    writers = {CATALOGUE.writer_of(column) for column in signal.reads} - {None}
    assert {f"of_{writer}" for writer in writers} == {name for name in signal.parameters if name.startswith("of_")}


def said(role: str, content: str | None, tool_calls: str | None = None) -> dict[str, str | None]:
    return {"role": role, "content": content, "tool_calls": tool_calls}


def rows_of(*records: dict[str, Any]) -> pl.DataFrame:
    """Canonical rows; what a record does not say is null."""
    columns = {name: [record.get(name) for record in records] for name in READABLE if name != ROW_ID}
    columns[ROW_ID] = [f"{i:016x}" for i in range(len(records))]
    return pl.DataFrame(columns, schema_overrides=READABLE).select(*READABLE)


CHAT = [
    said("system", "Be kind."),
    said("user", "Hi"),
    said("assistant", "Hello you."),
    said("user", "Bye"),
    said("assistant", ""),
]
TOOL = [
    said("user", "Weather?"),
    said("assistant", None, '[{"name":"weather"}]'),
    said("tool", "21"),
    said("assistant", "21 degrees."),
]
ROWS = rows_of(
    {"prompt": "What is 2+2?", "response": "It is 4."},
    {},
    {"prompt": None, "response": "Only an answer."},
    {"prompt": "Only a question?", "response": None},
    {"prompt": "", "response": ""},
    {"prompt": "👩‍👩‍👧 и 日本語", "response": "🦜🦜"},
    {"prompt": "Long", "response": "word " * 2000},
    {"prompt": "x" * 10_000, "response": "\x00\x1e\x1f\t\n"},
    {"system": "Be kind.", "prompt": "Hi", "response": "", "messages": CHAT, "n_turns": 4},
    {"prompt": "Weather?", "response": "21 degrees.", "messages": TOOL, "n_turns": 4},
    {"messages": []},
    {"messages": [said("user", None)]},
    {
        "prompt": "Why?",
        "response": "Because.",
        "rejected": "Dunno.",
        "score": 4.5,
        "prompts_differ": False,
        "n_turns": 2,
    },
    {"rejected": "No answer was chosen."},
    {"text": "Raw text, all of it."},
    {"text": ""},
    {"prompt": "What is 2+2?", "response": "It is 4."},
)


# Every signal


def declared(signal: Signal) -> dict[str, Any]:
    """Its columns, then its second tables as lists of entries, with their types."""
    return {**signal.adds, **{name: pl.List(entry) for name, entry in signal.tables.items()}}


@EVERY
def test_it_adds_one_row_per_row_in_their_order(signal: Signal) -> None:
    added = signal(ROWS)
    assert added[ROW_ID].to_list() == ROWS[ROW_ID].to_list()
    assert added.columns == [ROW_ID, *declared(signal)]


@EVERY
def test_it_returns_the_types_it_declares(signal: Signal) -> None:
    assert dict(signal(ROWS).drop(ROW_ID).schema) == declared(signal)


@EVERY
def test_it_takes_no_rows(signal: Signal) -> None:
    added = signal(ROWS.clear())
    assert added.height == 0
    assert dict(added.drop(ROW_ID).schema) == declared(signal)


@EVERY
def test_the_same_rows_give_the_same_columns(signal: Signal) -> None:
    assert_frame_equal(signal(ROWS), signal(ROWS))
    assert_frame_equal(signal(ROWS), signal(ROWS.select(reversed(ROWS.columns))))


@EVERY
def test_it_changes_nothing_it_was_given(signal: Signal) -> None:
    before = ROWS.clone()
    signal(ROWS)
    assert_frame_equal(ROWS, before)


@EVERY
def test_it_travels_in_a_few_bytes_and_arrives_as_it_was(signal: Signal) -> None:
    packed = pickle.dumps(signal)
    arrived = pickle.loads(packed)
    assert len(packed) < 1000
    assert arrived == signal and arrived.key == signal.key
    assert_frame_equal(arrived(ROWS), signal(ROWS))


@EVERY
def test_chunks_make_no_difference_where_rows_are_independent(signal: Signal) -> None:
    assert signal.scope in ("row", "dataset")
    if signal.scope == "row":
        assert_frame_equal(pl.concat(signal(ROWS.slice(at, 3)) for at in range(0, ROWS.height, 3)), signal(ROWS))


@EVERY
def test_a_missing_input_is_named(signal: Signal) -> None:
    for column in signal.reads:
        with pytest.raises(SignalError) as error:
            signal(ROWS.drop(column))
        assert str(error.value).startswith(f"{signal.name} reads {column}, which these rows lack. They have: ")


@EVERY
def test_it_reads_canonical_columns_or_those_of_another_signal(signal: Signal) -> None:
    of_others = {column for other in CATALOGUE.signals.values() if other.name != signal.name for column in other.adds}
    assert set(signal.reads) <= set(CANONICAL) | of_others
    assert len(set(signal.reads)) == len(signal.reads)


@EVERY
def test_where_there_is_nothing_to_read_there_is_nothing(signal: Signal) -> None:
    nothing = signal(rows_of({}, {"prompt": "x", "response": "y"}, {})).drop(ROW_ID)
    assert nothing[0].row(0) == (None,) * len(declared(signal))
    assert nothing[2].row(0) == (None,) * len(declared(signal))


@EVERY
def test_the_key_holds_name_version_and_every_parameter(signal: Signal) -> None:
    name, version, digest = signal.key.rsplit("-", 2)
    assert (name, version, len(digest)) == (signal.name, f"v{signal.version}", 12)
    assert set(signal.parameters) == {field.name for field in dataclasses.fields(signal)}
    for field in dataclasses.fields(signal):
        changed = _unchecked(signal, **{field.name: f"{signal.parameters[field.name]}?"})
        assert changed.key != signal.key, f"{field.name} does not enter the key"


def _unchecked(signal: Signal, **values: object) -> Signal:
    """The signal with values that its own checks might refuse."""
    made = object.__new__(type(signal))
    for name, value in {**signal.parameters, **values}.items():
        object.__setattr__(made, name, value)
    return made


def test_no_two_signals_write_one_column_nor_a_canonical_one() -> None:
    written = [column for signal in CATALOGUE.signals.values() for column in signal.adds]
    assert len(written) == len(set(written))
    assert not set(written) & {
        *CANONICAL,
        ROW_ID,
        "source_file",
        "source_line",
        "source_record",
        "tags",
        "disputed_tags",
    }


@EVERY
def test_what_is_private_or_secret_is_there(signal: Signal) -> None:
    assert set(signal.secret) <= set(signal.adds)
    assert not signal.secret or "key_id" in signal.parameters
    if signal.private:
        fields = {field.name for field in signal.tables[signal.private].fields}
        assert {"field", "is_placeholder"} <= fields


def test_the_catalogue_knows_its_signals_by_name() -> None:
    assert all(name == signal.name for name, signal in CATALOGUE.signals.items())
    assert CATALOGUE.writer_of("row_tokens") == "tokens"
    assert CATALOGUE.writer_of("prompt") is None
    assert CATALOGUE.writers_of(["row_tokens", "prompt", "row_chars"]) == ["lengths", "tokens"]
    with pytest.raises(SignalError, match=r"^No signal is called 'length'; known: lengths, tokens, "):
        CATALOGUE.signal("length")
    with pytest.raises(SignalError, match=r"^tokens has no parameters tokeniser; it has: tokenizer, digest\.$"):
        CATALOGUE.signal("tokens", {"tokeniser": "x"})
    with pytest.raises(SignalError, match=r"^lengths has no parameters a; it has: none\.$"):
        CATALOGUE.signal("lengths", {"a": 1})


# The declaration


@dataclasses.dataclass(frozen=True)
class Planted(Signal, name="planted", version=3, reads=("prompt",), adds={"planted_share": pl.Float32}):
    """Breaks its word as its parameter says."""

    fault: str = ""
    shift: float = 0.0
    is_on: bool = False
    words: tuple[str, ...] = ()

    def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
        assert rows.columns == ["prompt"]
        kept = rows.head(1) if self.fault == "height" else rows
        dtype = pl.Float64 if self.fault == "type" else pl.Float32
        return kept.select(
            pl.repeat(0.5, pl.len(), dtype=dtype).alias("other" if self.fault == "name" else "planted_share")
        )


def test_falsy_parameters_enter_the_key() -> None:
    keys = {
        Planted(*values).key
        for values in (("", 0.0, False, ()), ("0",), ("", 1.0), ("", 0.0, True), ("", 0.0, False, ("",)))
    }
    assert len(keys) == 5
    assert all(key.startswith("planted-v3-") for key in keys)
    assert Planted().parameters == {"fault": "", "shift": 0.0, "is_on": False, "words": ()}
    assert Planted().key == Planted("").key


@pytest.mark.parametrize(
    ("fault", "message"),
    [
        ("height", "planted returned 1 rows for 17."),
        ("type", "planted declares {'planted_share': Float32} but returned {'planted_share': Float64}."),
        ("name", "planted declares {'planted_share': Float32} but returned {'other': Float32}."),
    ],
)
def test_a_broken_declaration_is_seen(fault: str, message: str) -> None:
    with pytest.raises(SignalError) as error:
        Planted(fault)(ROWS)
    assert str(error.value) == message


def test_a_signal_without_a_version_is_no_signal() -> None:
    with pytest.raises(TypeError, match="version"):

        class Nameless(Signal, name="n", reads=(), adds={}):  # type: ignore[call-arg]
            def compute(self, rows: pl.DataFrame) -> pl.DataFrame:
                return rows


# Lengths


def lengths(**record: Any) -> dict[str, Any]:
    return Lengths()(rows_of(record)).row(0, named=True)


def test_lengths_of_an_instruction() -> None:
    found = lengths(system="Be kind.", prompt="What  is\n2+2?", response="4 🦜")
    assert (found["system_chars"], found["prompt_chars"], found["response_chars"], found["row_chars"]) == (8, 13, 3, 24)
    assert (found["system_words"], found["prompt_words"], found["response_words"], found["row_words"]) == (2, 3, 2, 7)
    assert (found["rejected_chars"], found["rejected_words"]) == (None, None)
    assert (found["user_turns"], found["assistant_turns"]) == (1, 1)


def test_lengths_of_a_chat_count_every_message_once() -> None:
    found = lengths(system="Be kind.", prompt="Hi", response="", messages=CHAT)
    assert found["row_chars"] == 8 + 2 + 10 + 3 + 0
    assert found["row_words"] == 2 + 1 + 2 + 1 + 0
    assert (found["response_chars"], found["response_words"]) == (0, 0)
    assert (found["user_turns"], found["assistant_turns"]) == (2, 2)


def test_lengths_of_a_chat_with_tools() -> None:
    found = lengths(prompt="Weather?", response="21 degrees.", messages=TOOL)
    assert (found["row_chars"], found["row_words"]) == (8 + 20 + 2 + 11, 1 + 1 + 1 + 2)
    assert (found["user_turns"], found["assistant_turns"]) == (1, 2)


def test_lengths_of_a_pair_add_the_rejected_answer() -> None:
    found = lengths(prompt="Why?", response="Because.", rejected="I do not know.")
    assert (found["rejected_chars"], found["rejected_words"]) == (14, 4)
    assert (found["row_chars"], found["row_words"]) == (4 + 8 + 14, 1 + 1 + 4)
    assert lengths(rejected="No.")["row_chars"] == 3


def test_lengths_of_a_pair_of_chats_add_the_rejected_answer_to_the_messages() -> None:
    messages = [said("user", "Hi"), said("assistant", "Hello."), said("user", "Why?"), said("assistant", "Because.")]
    found = lengths(prompt="Why?", response="Because.", rejected="No.", messages=messages)
    assert found["row_chars"] == 2 + 6 + 4 + 8 + 3


def test_lengths_of_raw_text() -> None:
    found = lengths(text="Raw text,\nall of it.")
    assert (found["row_chars"], found["row_words"]) == (20, 5)
    assert (found["prompt_chars"], found["user_turns"], found["assistant_turns"]) == (None, None, None)


def test_lengths_of_half_a_row() -> None:
    found = lengths(prompt="Only a question?")
    assert (found["row_chars"], found["response_chars"], found["user_turns"], found["assistant_turns"]) == (
        16,
        None,
        1,
        None,
    )
    assert lengths(prompt="")["row_chars"] == 0


# Tokens


@pytest.mark.parametrize(
    ("text", "pieces"),
    [
        ("", []),
        ("Hello, world!", ["Hello", ",", " world", "!"]),
        ("How many tokens?", ["How", " many", " tokens", "?"]),
        ("日本語のテキスト", ["日本", "語", "の", "テ", "キ", "スト"]),
        ("<s>", ["<", "s", ">"]),
        ("[INST]", ["[", "IN", "ST", "]"]),
    ],
)
def test_the_shipped_tokenizer_reads_special_names_as_plain_text(text: str, pieces: list[str]) -> None:
    tekken = tokenizer(DEFAULT_TOKENIZER)
    assert [tekken.piece(token) for token in tekken.encode(text)] == pieces
    assert {"<s>", "[INST]"} <= set(tekken.special_tokens)


def tokens(signal: Tokens, **record: Any) -> dict[str, Any]:
    return signal(rows_of(record)).row(0, named=True)


def test_tokens_of_each_kind_of_row() -> None:
    signal = Tokens()
    found = tokens(signal, system="Hello, world!", prompt="How many tokens?", response="日本語のテキスト")
    assert found == {
        ROW_ID: "0" * 16,
        "system_tokens": 4,
        "prompt_tokens": 4,
        "response_tokens": 6,
        "rejected_tokens": None,
        "reasoning_tokens": None,
        "answer_tokens": 6,
        "tools_tokens": None,
        "row_tokens": 14,
    }
    pair = tokens(signal, prompt="How many tokens?", response="Hello, world!", rejected="<s>")
    assert (pair["rejected_tokens"], pair["row_tokens"]) == (3, 4 + 4 + 3)
    chat = tokens(
        signal,
        prompt="How many tokens?",
        response="",
        messages=[
            said("user", "How many tokens?"),
            said("assistant", None),
            said("tool", "<s>"),
            said("assistant", ""),
        ],
    )
    assert (chat["prompt_tokens"], chat["response_tokens"], chat["row_tokens"]) == (4, 0, 7)
    assert tokens(signal, text="Hello, world!")["row_tokens"] == 4
    assert tokens(signal, messages=[])["row_tokens"] == 0


def test_a_very_long_text_is_counted_in_pieces() -> None:
    assert count_tokens(tokenizer(DEFAULT_TOKENIZER), ["a" * 250_000, "a"]) == [125_000, 1]


@pytest.fixture
def by_words(tmp_path: Path) -> Path:
    """A tokenizer.json with one token per word, and [UNK] for words it does not know."""
    from tokenizers import Tokenizer
    from tokenizers.models import WordLevel
    from tokenizers.pre_tokenizers import WhitespaceSplit

    made = Tokenizer(WordLevel({"[UNK]": 0, "to": 1, "be": 2, "or": 3, "not": 4}, unk_token="[UNK]"))
    made.pre_tokenizer = WhitespaceSplit()
    made.add_special_tokens(["[UNK]"])
    made.enable_truncation(2)
    path = tmp_path / "tokenizer.json"
    made.save(str(path))
    return path


def test_tokens_by_a_tokenizer_json(by_words: Path) -> None:
    signal = Tokens(str(by_words), tokenizer_digest(str(by_words)))
    assert tokens(signal, prompt="to be or not to be", response="that is")["row_tokens"] == 8
    loaded = tokenizer(str(by_words))
    assert loaded.encode("not to be me") == [4, 1, 2, 0]
    assert (loaded.piece(4), loaded.special_tokens) == ("not", ["[UNK]"])


def test_the_file_of_the_tokenizer_enters_the_key(by_words: Path) -> None:
    before = Tokens(str(by_words), tokenizer_digest(str(by_words)))
    assert len(before.digest) == 16
    assert tokens(before, prompt="to be")["prompt_tokens"] == 2
    changed = json.loads(by_words.read_text())
    changed["pre_tokenizer"] = None
    by_words.write_text(json.dumps(changed))
    after = Tokens(str(by_words), tokenizer_digest(str(by_words)))
    assert after.key != before.key
    assert tokens(after, prompt="to be")["prompt_tokens"] == 1, "the new file counts, though the name is the same"
    tokenizer.cache_clear()
    with pytest.raises(ModelError, match=r"is no longer the file it was; choose it again\.$"):
        tokens(before, prompt="to be")


def test_the_shipped_tokenizer_needs_no_digest() -> None:
    assert tokenizer_digest(DEFAULT_TOKENIZER) == ""
    assert Tokens() == Tokens(DEFAULT_TOKENIZER, "")


@pytest.mark.parametrize("of", [tokenizer, tokenizer_digest])
def test_a_hub_id_is_refused_offline(of: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("WINNOW_ONLINE", raising=False)
    with pytest.raises(ModelError) as error:
        of("Qwen/Qwen3-8B")
    assert str(error.value) == (
        "No tokenizer 'Qwen/Qwen3-8B' here: known are tekken-240911, qwen2.5, qwen3, qwen3.6, deepseek-v3, the path of "
        "a tokenizer.json and a model's folder. "
        "A hub id needs the network; set WINNOW_ONLINE=1 to allow it."
    )


NO_TOKENIZERS = (
    *("not json", "[1]", "{}", '{"model": 5}', '{"model": {"vocab": 5}}', "\x00"),
    '{"model": {"type": "Other", "vocab": {"a": 0}}}',
    '{"model": {"type": "BPE", "vocab": {"a": 0}, "merges": ["q q"]}}',
)


@pytest.mark.parametrize("content", NO_TOKENIZERS)
def test_a_file_that_is_no_tokenizer_is_refused(tmp_path: Path, content: str) -> None:
    path = tmp_path / "t.json"
    path.write_text(content)
    with pytest.raises(ModelError, match=r"(cannot be read as a tokenizer\.json|is JSON but no tokenizer\.json)"):
        tokenizer(str(path))


@pytest.mark.parametrize("of", [tokenizer, tokenizer_digest])
def test_a_folder_without_a_tokenizer_is_refused(of: Any, tmp_path: Path) -> None:
    refused = r"is a folder without a tokenizer\.json; name the file, or a model's folder\.$"
    with pytest.raises(ModelError, match=refused):
        of(str(tmp_path))
    with pytest.raises(ModelError, match=refused):
        of("")


# ExactDuplicates


def groups(over: Any, *records: dict[str, Any]) -> list[int | None]:
    return ExactDuplicates(over)(rows_of(*records))["duplicate_group"].to_list()


def test_duplicates_are_equal_but_for_case_white_space_and_composition() -> None:
    rows = [
        {"prompt": "Café  au\nlait ", "response": "Yes."},
        {"prompt": "cafe\u0301 AU lait", "response": " yes."},
        {"prompt": "Café au lait", "response": "No."},
        {"prompt": "Cafe au lait", "response": "Yes."},
        {"prompt": "\u00a0café\u2003au\tlait", "response": "YES."},
    ]
    found = ExactDuplicates()(rows_of(*rows))
    assert found["duplicate_group"].to_list() == [0, 0, None, None, 0]
    assert found["duplicate_group_size"].to_list() == [3, 3, 1, 1, 3]
    assert found["is_duplicate_extra"].to_list() == [False, True, False, False, True]


def test_null_never_equals_null() -> None:
    found = ExactDuplicates()(rows_of({}, {}, {"prompt": "a"}, {"prompt": "a"}, {"prompt": "a", "response": ""}))
    assert found["duplicate_group"].to_list() == [None, None, 2, 2, None]
    assert found["duplicate_group_size"].to_list() == [None, None, 2, 2, 1]
    assert found["is_duplicate_extra"].to_list() == [None, None, False, True, False]


def test_duplicates_over_one_side() -> None:
    rows = [
        {"prompt": "a", "response": "1"},
        {"prompt": "A", "response": "2"},
        {"prompt": "b", "response": "2"},
        {"response": "2"},
        {"prompt": "a"},
    ]
    assert groups("prompt", *rows) == [0, 0, None, None, 0]
    assert groups("response", *rows) == [None, 1, 1, 1, None]
    assert groups("prompt+response", *rows) == [None] * 5


def test_sides_are_not_run_together() -> None:
    assert groups("prompt+response", {"prompt": "a b", "response": "c"}, {"prompt": "a", "response": "b c"}) == [
        None,
        None,
    ]
    assert groups("prompt+response", {"prompt": "a"}, {"response": "a"}, {"text": "a"}) == [None, None, None]


def test_chats_are_compared_by_all_their_messages() -> None:
    def chat(middle: str, **more: Any) -> dict[str, Any]:
        turns = [said("user", "Hi"), said("assistant", middle), said("user", "Thanks"), said("assistant", "Bye")]
        return {"prompt": "Hi", "response": "Bye", "messages": turns, **more}

    assert groups("prompt+response", chat("Hello"), chat("Hello there"), chat("hello ")) == [0, None, 0]
    assert groups("prompt", chat("Hello"), chat("Hello there")) == [0, 0]


def test_chats_are_told_apart_by_roles_and_tool_calls() -> None:
    def call(arguments: str | None) -> dict[str, Any]:
        return {"prompt": "Hi", "messages": [said("user", "Hi"), said("assistant", None, arguments)]}

    assert groups(
        "prompt+response", call('{"city":"Rome"}'), call('{"city":"Oslo"}'), call(None), call('{"city":"Rome"}')
    ) == [0, None, None, 0]
    one, other = {"messages": [said("user", "a")]}, {"messages": [said("system", "a")]}
    assert groups("prompt+response", one, other) == [None, None]
    two, joined = {"messages": [said("user", "a"), said("user", "b")]}, {"messages": [said("user", "a b")]}
    assert groups("prompt+response", two, joined) == [None, None]


def test_raw_text_is_compared_by_itself() -> None:
    assert groups("prompt+response", {"text": "Some text."}, {"text": "some  text."}, {"text": "Other."}) == [
        0,
        0,
        None,
    ]


def test_an_unknown_side_is_refused() -> None:
    with pytest.raises(SignalError) as error:
        CATALOGUE.signal("exact_duplicates", {"over": "answer"})
    assert (
        str(error.value) == "Duplicates cannot be sought over 'answer'; known: row, prompt+response, prompt, response."
    )


def test_the_shape_of_messages_is_the_datasets() -> None:
    assert ROWS.schema["messages"] == MESSAGES
