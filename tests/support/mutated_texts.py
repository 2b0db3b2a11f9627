"""Which texts may break code that reads texts? Realistic ones, changed as real files have them: cut, repeated, mixed.

`mutated` changes a text by a source of random numbers, so that Hypothesis and a long loop use the same changes.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import orjson
import polars as pl
from hypothesis import strategies as st

from analysis.formats.columns import CANONICAL

SAMPLES = Path(__file__).parents[2] / "sample_data"
TEXTS = (
    "Write a short, funny poem about the sea and explain why the second line rhymes.",
    "How many of the twelve large, old and heavy boxes did Ann carry to the 2nd floor?",
    "Given the list [3, 1, 2], sort it in descending order; then print the largest x^2 + 3x.",
    "However, the usually hostile crowd wasn't impressed. He said: “It'll be fine,” and left…",
    "Your task is to re-write this e-mail:\n\n> Dear Mr. O'Neill,\n> my number is +44 20 7946 0958.",
    "My card is 4539 1488 0343 6467, my IBAN GB82 WEST 1234 5698 7654 32, mail me at ann.lee@quay-nine.org!",
    "<p>Fish &amp; chips</p> cost <b>£7.50</b>. [Menu](http://menu.example.com/?a=1&b=2) **today**\r\n- one\r\n- two",
    "```python\nprint('hello')\n```\nThe code above prints hello, hello, hello, hello, hello, hello, hello and",
    "I'm sorry, but as an AI language model I can't help with that. Is there anything else I can do?",
    "Übersetze den Satz „Wo ist der Bahnhof?“ ins Englische. אבג 漢字かな交じり文。 مرحبا بالعالم",
    '{"name": "Ann", "token": "sk-proj-9aB3dE5fG7hI9jK1lM3nO5pQ7rS9tU1v", "born": "1990-02-31"}',
    "Are dolphins mammals? Which singer released it? Where are the reports stored? What is this called?",
)
PIECES = (
    *",.;:!?…-–—_*#`~|/\\\"'“”‘’„«»()[]{}<>&%$@^=+",
    *" \t\n\r\v\f\x00\x07\x1b\x1c\x85\xa0\u2028\u2029\u3000",
    *"\u200b\u200c\u200d\u200e\u200f\u202e\u2060\ufeff\ufffd\xad",
    *("\r\n", "\n\n", "...", "!!!", "?!", ", ", " - ", "``", "''", "**", "<p>", "</", "&#", "&amp;", "[INST]", "<|im_end|>"),
    *("😀", "👩‍👩‍👧‍👦", "🇩🇪", "e\u0301", "\u0301\u0302\u0303", "ﬁ", "½", "²", "٣", "İ", "ß", "가", "漢", "שלום", "\U0010ffff"),
    *("a" * 300, "a-" * 80, "1" * 60, "1 " * 40, "(" * 60, "." * 90, "@" * 40, "http://" * 9, "x@y." * 30),
    *("how many", "which", "what", "do", "are", "please", "of", "and", "but", "her", "the", "a", "to be", "3x", "'s", "n't"),
)  # fmt: skip


def _cut(text: str, random: Random) -> str:
    first, last = sorted((random.randint(0, len(text)), random.randint(0, len(text))))
    return random.choice((text[:last], text[first:], text[first:last]))


def _cut_after_a_word(text: str, random: Random) -> str:
    words = text.split(" ")
    return " ".join(words[: random.randint(0, len(words))]) + random.choice(PIECES)


def _insert(text: str, random: Random) -> str:
    place = random.randint(0, len(text))
    return text[:place] + random.choice(PIECES) + text[place:]


def _at_an_end(text: str, random: Random) -> str:
    piece = random.choice(PIECES)
    return random.choice((text + piece, piece + text, piece + text + piece))


def _leave_out(text: str, random: Random) -> str:
    place = random.randint(0, len(text))
    return text[:place] + text[place + random.randint(1, 12) :]


def _repeat(text: str, random: Random) -> str:
    return random.choice(("", " ", "\n", ", ")).join([_cut(text, random)[:400]] * random.randint(2, 6))


def _join(text: str, random: Random) -> str:
    return text + random.choice(PIECES) + _cut(random.choice(TEXTS), random)


def _shuffle(text: str, random: Random) -> str:
    words = text.split(" ")
    random.shuffle(words)
    return " ".join(words)


def _swap_marks(text: str, random: Random) -> str:
    one, other = random.choice(" ,.'aeT"), random.choice(PIECES)
    return text.replace(one, other, random.randint(1, 4))


def _write_otherwise(text: str, random: Random) -> str:
    return random.choice((text.upper(), text.lower(), text.title(), text.swapcase(), text[::-1]))


CHANGES: tuple[Callable[[str, Random], str], ...] = (
    _cut, _cut_after_a_word, _insert, _at_an_end, _leave_out, _repeat, _join, _shuffle, _swap_marks, _write_otherwise,
)  # fmt: skip
MOST_CHARS = 3_000


def mutated(text: str, random: Random) -> str:
    """The text after one to four changes, at most `MOST_CHARS` characters."""
    for _ in range(random.randint(1, 4)):
        text = random.choice(CHANGES)(text, random)[:MOST_CHARS]
    return text


def mutated_texts() -> st.SearchStrategy[str]:
    """Realistic texts after some changes, and now and then one of any characters that a file can hold."""
    changed = st.builds(mutated, st.sampled_from(TEXTS), st.randoms(use_true_random=False))
    return st.one_of(changed, changed, changed, st.text(st.characters(exclude_categories=["Cs"]), max_size=60))


@cache
def sample_texts() -> tuple[str, ...]:
    """Every text of the sample data, without those of `hostile.jsonl` that are longer than `MOST_CHARS`."""
    lines = [line for file in sorted(SAMPLES.glob("*.jsonl")) for line in file.read_bytes().splitlines() if line]
    return tuple(dict.fromkeys(text for line in lines for text in texts_of(orjson.loads(line)) if text))


def texts_of(value: Any) -> list[str]:
    """Every text of a JSON value that is at most `MOST_CHARS` long."""
    if isinstance(value, str):
        return [value] if len(value) <= MOST_CHARS else []
    if isinstance(value, dict):
        value = list(value.values())
    return [text for inner in value for text in texts_of(inner)] if isinstance(value, list) else []


def frame_of(texts: Sequence[str], form: str) -> pl.DataFrame:
    """Rows of the canonical columns with these texts: as raw "text", as prompt and response of a "pair", or "chat"."""
    rows = pl.DataFrame({name: pl.Series([None] * len(texts), dtype=dtype) for name, dtype in CANONICAL.items()})
    if form == "text":
        return rows.with_columns(text=pl.Series(texts, dtype=pl.String))
    sides = {"prompt": list(texts), "response": [*texts[1:], *texts[:1]]}
    rows = rows.with_columns(pl.Series(name, side, dtype=pl.String) for name, side in sides.items())
    if form == "pair":
        return rows
    chats = [
        [message("user", prompt), message("assistant", response)]
        for prompt, response in zip(*sides.values(), strict=True)
    ]
    return rows.with_columns(messages=pl.Series(chats, dtype=CANONICAL["messages"]))


def message(role: str, content: str) -> dict[str, Any]:
    """A message of a chat, whose other fields are null."""
    message_type = CANONICAL["messages"]
    assert isinstance(message_type, pl.List) and isinstance(message_type.inner, pl.Struct)
    return {
        **dict.fromkeys((field.name for field in message_type.inner.fields), None),
        "role": role,
        "content": content,
    }


FORMS = ("text", "pair", "chat")


def mutated_batches(batches: int, size: int, seed: int) -> Iterator[list[str]]:
    """Batches of changed texts of the sample data and of TEXTS, the same for the same seed."""
    random = Random(seed)
    seeds = (*TEXTS, *sample_texts())
    for _ in range(batches):
        yield [mutated(random.choice(seeds), random) for _ in range(size)]
