"""Gopher's rules: known answers at each limit and beyond it, hostile texts, and the same verdict as datatrove."""

from __future__ import annotations

import gzip
import json
import time

import polars as pl
import pytest

from analysis.errors import HeuristicsError
from analysis.heuristics.c4_signal import C4
from analysis.heuristics.gopher import QUALITY, REPETITION, gopher_columns
from analysis.heuristics.gopher_signal import Gopher
from tests.heuristics.make_datatrove_verdicts import FILE, TEXTS, hash_of, verdicts_of
from tests.support.texts_near_limits import texts_near_limits

LETTERS = "abcdefghijklmnopqrstuvwxyz"
WORDS = [f"{a}{b}{c}x" for a in LETTERS[:5] for b in LETTERS for c in LETTERS]
"""Different words of four letters."""


def faults(*texts: str | None) -> list[list[str] | None]:
    return gopher_columns(pl.Series(texts, dtype=pl.String))["gopher_faults"].to_list()


def judged(name: str, *texts: str) -> list[bool]:
    """Whether each text breaks the rule."""
    return [name in (some or []) for some in faults(*texts)]


def plain(words: int, start: int = 0) -> str:
    """So many different words of four letters, and two common ones among them."""
    return " ".join(["the", "have", *WORDS[start : start + words - 2]])


@pytest.mark.parametrize(
    ("rule", "at_the_limit", "beyond"),
    [
        ("few_words", plain(50), plain(49)),
        ("few_words", plain(50) + " - . !", plain(49) + " - . !"),  # punctuation is no word
        ("short_words", "abc " * 60, "abc " * 59 + "ab"),
        ("long_words", "abcdefghij " * 60, "abcdefghij " * 59 + "abcdefghijk"),
        ("many_hashes", plain(50) + " #" * 5, plain(50) + " #" * 6),  # 5 of 55 words, 6 of 56
        ("many_ellipses", plain(54) + " …" * 6, plain(53) + " …" * 6),  # 6 of 60 words, 6 of 59
        ("many_ellipses", plain(54) + " ..." * 6, plain(53) + " ..." * 6),
        ("bullet_lines", "\n".join(["- a"] * 9 + ["b"]), "\n".join(["- a", "• b"] * 5)),
        ("ellipsis_lines", "\n".join(["a ..."] * 3 + ["b"] * 7), "\n".join(["a …  "] * 4 + ["b"] * 6)),
        ("few_letters", plain(48) + " 1" * 12, plain(47) + " 1" * 12),
        ("few_common_words", "the cat, that dog", "the cat, That dog"),
        ("repeated_lines", "\n".join([*LETTERS[:7], "a", "b", "c"]), "\n".join([*LETTERS[:6], "a", "b", "c"])),
        ("repeated_paragraphs", "\n\n".join([*LETTERS[:7], "a", "b", "c"]), "\n\n".join([*LETTERS[:6], "a", "b", "c"])),
        # 2 of 10 characters, of which two are line ends
        ("characters_of_repeated_lines", "ab\nab\ncdef", "abc\nabc\ncd"),
        ("characters_of_repeated_paragraphs", "ab\n\nab\n\ncd", "abc\n\nabc\n\nc"),
    ],
)
def test_a_text_at_the_limit_keeps_the_rule_and_one_beyond_breaks_it(rule: str, at_the_limit: str, beyond: str) -> None:
    assert judged(rule, at_the_limit, beyond) == [False, True]


def filled(text: str, characters: int) -> str:
    """The text, and one long word that makes it so long."""
    return f"{text} {'y' * (characters - len(text) - 1)}"


def least_total(part: int, limit: float) -> int:
    """The smallest number of characters of which `part` is no more than the limit."""
    return next(total for total in range(part, 100 * part) if part / total <= limit)


@pytest.mark.parametrize("words", [2, 3, 4])
def test_a_frequent_sequence_of_words_counts_with_its_blanks(words: int) -> None:
    rule = f"frequent_{words}_words"
    phrase = " ".join(WORDS[:words])
    text = " ".join(f"{phrase} {WORDS[100 + n]}" for n in range(4))
    total = least_total(4 * len(phrase), REPETITION[rule])
    assert judged(rule, filled(text, total), filled(text, total - 1)) == [False, True]


@pytest.mark.parametrize("words", [5, 6, 7, 8, 9, 10])
def test_a_repeated_sequence_of_words_counts_without_blanks_each_time_after_the_first(words: int) -> None:
    rule = f"repeated_{words}_words"
    passage = " ".join(WORDS[:words])
    text = f"{passage} {WORDS[100]} {passage}"
    total = least_total(4 * words, REPETITION[rule])
    assert judged(rule, filled(text, total), filled(text, total - 1)) == [False, True]


def test_numbers_of_a_text() -> None:
    row = gopher_columns(pl.Series(["- The #cat sat…\nOn 2 mats, that is all..."])).row(0, named=True)
    # Words: - The # cat sat … On 2 mats , that is all ...
    assert row["gopher_words"] == 9
    assert row["gopher_word_chars"] == pytest.approx(25 / 9)
    assert row["gopher_hashes_per_word"] == pytest.approx(1 / 14)
    assert row["gopher_ellipses_per_word"] == pytest.approx(2 / 14)
    assert row["gopher_letter_word_share"] == pytest.approx(8 / 14)
    assert row["gopher_bullet_line_share"] == 0.5
    assert row["gopher_ellipsis_line_share"] == 1.0
    assert row["gopher_common_words"] == 1


def test_hostile_texts_are_judged_in_linear_time() -> None:
    hostile = [
        "",
        " \n ",
        "\x00" * 5,
        "🙂" * 60,
        "中文" * 500_000,
        "a" * 1_000_000,
        "(" * 1_000_000,
        "." * 1_000_000,
        "\n" * 1_000_000,
    ]
    hostile += ["a " * 500_000, "- " * 500_000, "a\u2028" * 300_000]
    faults("warm up")
    begun = time.process_time()
    judged_texts = faults(*hostile, None)
    assert time.process_time() - begun < 60
    assert judged_texts[-1] is None
    assert all(some for some in judged_texts[:-1])
    assert judged_texts[0] == ["few_words", "few_common_words"]


def test_a_role_without_text_gives_null_and_an_unknown_role_is_refused() -> None:
    texts = {role: ["a"] if role == "text" else [None] for role in Gopher.reads}
    rows = pl.DataFrame({"row_id": ["1"], **texts}, schema_overrides=dict.fromkeys(Gopher.reads, pl.String))
    assert Gopher()(rows)["gopher_faults"].null_count() == 0
    assert Gopher(role="response")(rows).drop("row_id").null_count().row(0) == (1,) * len(Gopher.adds)
    with pytest.raises(HeuristicsError, match="known: text, prompt"):
        Gopher(role="answer")  # type: ignore[arg-type]
    with pytest.raises(HeuristicsError, match="cannot be 'answer'"):
        C4(role="answer")  # type: ignore[arg-type]


# datatrove


@pytest.fixture(scope="module")
def texts() -> list[str]:
    return texts_near_limits(TEXTS)


def differing(texts: list[str], verdicts: list[tuple[str, str, str]]) -> dict[str, list[str]]:
    """The texts that Winnow judges otherwise than datatrove, by filter."""
    from analysis.heuristics.c4 import c4_columns

    gopher = gopher_columns(pl.Series(texts))["gopher_faults"].to_list()
    c4 = c4_columns(pl.Series(texts), ())["c4_faults"].to_list()
    ours = [
        (bool(QUALITY.keys() & set(some)), bool(REPETITION.keys() & set(some)), bool(lines))
        for some, lines in zip(gopher, c4, strict=True)
    ]
    names = ("quality", "repetition", "c4")
    return {
        name: [text for text, our, reasons in zip(texts, ours, verdicts, strict=True) if our[n] != bool(reasons[n])]
        for n, name in enumerate(names)
    }


def test_the_verdicts_are_those_of_datatrove(texts: list[str]) -> None:
    stored = [json.loads(line) for line in gzip.decompress(FILE.read_bytes()).decode().splitlines()]
    assert [hash_of(text) for text in texts] == [digest for digest, *_ in stored]
    verdicts = [(quality, repetition, c4) for _, quality, repetition, c4 in stored]
    different = differing(texts, verdicts)
    assert different["quality"] == []
    assert set(different["repetition"]) <= {
        ""
    }  # datatrove leaves an empty text out as "empty"; here it has too few words
    assert different["c4"] == []


def test_every_rule_of_datatrove_fires_on_these_texts_and_does_not_fire() -> None:
    stored = [json.loads(line) for line in gzip.decompress(FILE.read_bytes()).decode().splitlines()]
    quality, repetition, c4 = ({line[n] for line in stored} for n in (1, 2, 3))
    assert len(quality - {""}) == len(QUALITY)
    assert len(repetition - {"", "empty"}) == len(REPETITION)
    assert c4 == {"", "too_few_sentences", "curly_bracket", "lorem_ipsum"}


@pytest.mark.slow
def test_the_stored_verdicts_are_those_of_the_library(texts: list[str]) -> None:
    pytest.importorskip("datatrove", reason="datatrove is a peer of its own: pip install -r requirements-peers.txt")
    stored = [json.loads(line) for line in gzip.decompress(FILE.read_bytes()).decode().splitlines()]
    assert [tuple(line[1:]) for line in stored] == verdicts_of(texts)
