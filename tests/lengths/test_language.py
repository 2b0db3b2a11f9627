"""Is the language right on sentences of twenty languages, and left open where a text cannot tell?"""

from __future__ import annotations

import json
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest

from analysis.lengths.language_signal import READ_CHARS, Language, judge
from analysis.loaders.language_id import identify_languages
from tests.dataset.test_signals import rows_of

ROOT = Path(__file__).resolve().parents[2]
SENTENCES = [
    json.loads(line)
    for line in (ROOT / "tests" / "support" / "language_sentences.jsonl").read_text(encoding="utf-8").splitlines()
]
SAMPLES = ROOT / "sample_data"
PYTHON = "def area(width, height):\n    # the usual formula\n    result = width * height\n    return result"


def judged(text: str | None) -> tuple[Any, ...]:
    """Language and whether it is code."""
    row = Language()(rows_of({"prompt": text, "response": "x"})).row(0, named=True)
    assert row["language"] == row["prompt_language"]
    return row["language"], row["is_code"]


def test_the_sentences_are_what_they_claim() -> None:
    counts = Counter(sentence["language"] for sentence in SENTENCES)
    assert len(counts) == 20 and min(counts.values()) >= 15
    assert all(len(sentence["text"]) >= 60 for sentence in SENTENCES)
    assert len({sentence["text"] for sentence in SENTENCES}) == len(SENTENCES)


def test_sentences_of_twenty_languages() -> None:
    found = judge(pl.Series([sentence["text"] for sentence in SENTENCES]))
    of = dict(zip(found["text"], found["language"], strict=True))
    right = sum(of[sentence["text"]] == sentence["language"] for sentence in SENTENCES)
    wrong = [s for s in SENTENCES if of[s["text"]] not in (s["language"], "und")]
    assert right / len(SENTENCES) >= 0.97
    assert len(wrong) <= 1, "what cannot be told is left open"


@pytest.mark.parametrize(
    ("text", "language", "is_code"),
    [
        ("Paris", "und", False),
        ("Yes, it is.", "und", False),
        ("42", "und", False),
        ("!!! ??? ...", "und", False),
        ("\x00\x01\x02\x1f", "und", False),
        ("你好", "und", False),
        ("你好,请问你今天过得怎么样?", "zh", False),
        ("こんにちは、お元気ですか。", "ja", False),
        ("Comment allez-vous aujourd'hui ?", "fr", False),
        ("WHERE DID YOU PUT THE KEYS TO THE SHED?", "en", False),
        ("https://example.org/ein/langer/deutscher/pfad/mit/vielen/woertern", "und", False),
        ("كيف حالك اليوم يا صديقي العزيز", "ar", False),
        ("שלום, מה שלומך היום חבר יקר שלי?", "he", False),
        (PYTHON, "und", True),
        ("SELECT name, age FROM people WHERE age > 30 ORDER BY name;", "und", True),
        ("for (int i = 0; i < 10; i++) {\n  total += i;\n}", "und", True),
        (f"Here is the function you asked for:\n```python\n{PYTHON}\n```\nIt multiplies the sides.", "en", True),
        (f"Here is the function you asked for:\n```\n{PYTHON}\n```\nIt multiplies the sides.", "en", True),
        ("Voici la liste demandée :\n```text\npommes\npoires\n```\nBonne journée à tous.", "fr", False),
        ("Write a function that returns the sum of two given numbers.", "en", False),
        ("From Monday to Friday the shop opens at nine; on Sunday it is closed.", "en", False),
        ("Import duties rose again last year, and nobody knew why.", "en", False),
        ("", None, False),
        (" \n\t ", None, False),
        (None, None, False),
    ],
)
def test_what_a_text_is(text: str | None, language: str | None, is_code: bool) -> None:
    assert judged(text) == (language, is_code)


@pytest.mark.parametrize(
    ("prompt", "response", "is_switch"),
    [
        ("Describe how bees make honey in a hive.", "Las abejas recogen el néctar de las flores y lo llevan.", True),
        ("Describe how bees make honey in a hive.", "They collect nectar and carry it home to the hive.", False),
        ("Translate this for me: bees make honey.", "Las abejas producen la miel con el néctar de las flores.", False),
        (
            "Answer in Spanish: how do bees make honey?",
            "Las abejas producen la miel con el néctar de las flores.",
            False,
        ),
        ("Describe how bees make honey in a hive.", "Miel.", False),
        ("Describe how bees make honey in a hive.", None, None),
        (None, "They collect nectar and carry it home.", None),
        (
            "Bis wann muss ich den Antrag im Rathaus abgeben?",
            "You should hand it in before the end of the month.",
            True,
        ),
        (
            "Skriv en kort fortelling om en mann som fisker i fjorden.",
            "Der var engang en mand, som fiskede i fjorden hver dag.",
            False,
        ),
    ],
)
def test_a_switch_nobody_asked_for(prompt: str | None, response: str | None, is_switch: bool | None) -> None:
    found = Language()(rows_of({"prompt": prompt, "response": response}))
    assert found["is_language_switch"].to_list() == [is_switch]


def test_raw_text_has_a_language_and_no_switch() -> None:
    found = Language()(rows_of({"text": "Der Zug hatte so viel Verspätung, dass wir die Sonne aufgehen sahen."}))
    row = found.row(0, named=True)
    assert (row["language"], row["response_language"], row["is_language_switch"]) == ("de", None, None)


def test_a_megabyte_is_read_at_its_beginning() -> None:
    german = "Der Zug hatte so viel Verspätung, dass wir die Sonne aufgehen sahen. "
    english = "The train was so late that we watched the sun come up. "
    text = german * (READ_CHARS // len(german) + 1) + english * 20_000
    assert len(text) > 1_000_000
    assert judged(text) == ("de", False)
    assert judged("`" * 1_000_000) == ("und", False)


def test_the_confidence_is_a_probability_and_null_where_nobody_was_asked() -> None:
    found = Language()(rows_of({"prompt": "Nobody in the village remembered the mill.", "response": "4"}))
    row = found.row(0, named=True)
    assert 0.5 <= row["language_confidence"] <= 1
    assert (row["response_language"], row["response_language_confidence"]) == ("und", None)
    languages, confidences = identify_languages(["The train was late.", "\x00"])
    assert languages[0] == "en" and all(0 <= c <= 1 for c in confidences)
    assert identify_languages([]) == ([], [])


def test_equal_prompts_are_judged_alike() -> None:
    found = Language()(
        rows_of(*({"prompt": "Why is the sky blue during the day?", "response": str(i)} for i in range(200)))
    )
    assert found["language"].to_list() == ["en"] * 200


def sample(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (SAMPLES / name).read_text(encoding="utf-8").split("\n") if line]


def test_the_planted_switches_are_found() -> None:
    """Every planted answer in another language is found; at most two others are named."""
    truth = json.loads((SAMPLES / "TRUTH.json").read_text(encoding="utf-8"))
    records = sample("instructions.jsonl")
    prompts = [f"{r['instruction']}\n\n{r['input']}" if r["input"] else r["instruction"] for r in records]
    rows = rows_of(*({"prompt": p, "response": r["output"]} for p, r in zip(prompts, records, strict=True)))
    found = {at + 1 for at in Language()(rows)["is_language_switch"].fill_null(False).arg_true()}
    planted = set(truth["language_mismatch"]["lines"])
    assert planted <= found
    assert len(found - planted) <= 2


def test_the_planted_switches_of_chats_are_found() -> None:
    truth = json.loads((SAMPLES / "TRUTH.json").read_text(encoding="utf-8"))
    turns = [record["messages"] for record in sample("chats.jsonl")]
    records = []
    for messages in turns:
        said = [m for m in messages if isinstance(m["content"], str)]
        records.append(
            {
                "prompt": next((m["content"] for m in said if m["role"] == "user"), None),
                "response": next((m["content"] for m in reversed(said) if m["role"] == "assistant"), None),
            }
        )
    found = {at + 1 for at in Language()(rows_of(*records))["is_language_switch"].fill_null(False).arg_true()}
    planted = set(truth["chat_language_mismatch"]["lines"])
    assert planted <= found
    assert len(found - planted) <= 2
