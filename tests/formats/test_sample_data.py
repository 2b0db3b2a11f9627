"""Do the sample files hold what TRUTH.json says, and does make.py write them byte for byte?"""

from __future__ import annotations

import html
import json
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from ipaddress import ip_address
from itertools import pairwise
from pathlib import Path
from statistics import mean
from typing import Any

import pytest

from sample_data.maker import hostile, people, words
from sample_data.maker.distinct import Distinct

SAMPLES = Path(__file__).resolve().parents[2] / "sample_data"

Row = dict[str, Any]
COUNTS = {
    "instructions.jsonl": 1200,
    "chats.jsonl": 400,
    "preferences.jsonl": 400,
    "hostile.jsonl": len(hostile.ATTACKS),
}
# split("\n"), not splitlines: one hostile value holds line separators of its own.
ROWS: dict[str, list[Row]] = {
    name: [json.loads(line) for line in (SAMPLES / name).read_text(encoding="utf-8").split("\n") if line]
    for name in COUNTS
}
TRUTH: dict[str, Any] = json.loads((SAMPLES / "TRUTH.json").read_text(encoding="utf-8"))
# Kinds whose rows are sound in text: who judged them, valid but unusual shapes.
SOUND = {"annotator_biased", "annotator_tired", "chat_tool_calls", "chat_content_in_parts", "hostile"}


def listed(kind: str) -> list[int]:
    """All 1-based lines of a kind, whether in groups or not."""
    entry = TRUTH[kind]
    return entry["lines"] if "lines" in entry else [line for group in entry["groups"] for line in group]


def at(kind: str, lines: list[int]) -> list[Row]:
    return [ROWS[TRUTH[kind]["file"]][line - 1] for line in lines]


def said(row: Row) -> str:
    """All text of a row in one string."""
    if "messages" in row:
        contents = [message["content"] for message in row["messages"]]
        return " ".join(
            " ".join(part.get("text", "") for part in c) if isinstance(c, list) else c or "" for c in contents
        )
    return " ".join(
        str(row[name] or "") for name in ("instruction", "input", "output", "prompt", "chosen") if name in row
    )


def luhn(digits: str) -> bool:
    doubled = (int(d) * (1 + n % 2) for n, d in enumerate(reversed(digits)))
    return sum(d - 9 if d > 9 else d for d in doubled) % 10 == 0


def iban(text: str) -> bool:
    packed = text.replace(" ", "")
    return int("".join(str(int(c, 36)) for c in packed[4:] + packed[:4])) % 97 == 1


PERSONAL: dict[str, Callable[[str], Any]] = {
    "email": lambda v: re.fullmatch(r"[\w.+-]+@[\w-]+\.(co|net|de|org|pt)", v),
    "email_reserved": lambda v: re.fullmatch(r"[\w.+-]+@[\w-]+\.(example|test)", v.lower()),
    "email_placeholder": lambda v: re.fullmatch(r"[\w.]+@example\.(com|org|net)", v),
    "phone": lambda v: 10 <= len(re.sub(r"\D", "", v)) <= 13,
    "phone_fictional": lambda v: "7946 0" in v or "555-01" in v,
    "credit_card": lambda v: luhn(v.replace(" ", "")),
    "iban": iban,
    "ip_address": lambda v: ip_address(v).is_global,
    "social_security_number": lambda v: re.fullmatch(r"\d{3}-\d{2}-\d{4}", v),
    "api_key": lambda v: re.fullmatch(r"(sk-|AKIA|ghp_)[A-Za-z0-9]{16,}", v),
    "private_key": lambda v: v.startswith("-----BEGIN") and "PRIVATE KEY" in v,
    "password_in_url": lambda v: re.match(r"\w+://\w+:[^@/]+@", v),
    "name_and_address": lambda v: re.match(r"\w+ \w+", v) and re.search(r"\d", v),
    "health": lambda v: "diabetes" in v,
}


def personal(row: Row, detail: Any) -> bool:
    return detail["value"] in said(row) and bool(PERSONAL[detail["kind"]](detail["value"]))


def truncated(row: Row, detail: Any) -> bool:
    return row["output"].count("```") == 1 if "fence" in detail else row["output"][-1].isalpha()


def repeats(text: str) -> int:
    """How often the most frequent sentence or line of at least two words stands in the text."""
    parts = [part.strip() for part in re.split(r"\n|(?<=\.)\s", text)]
    return max(Counter(part.removeprefix("Again: ") for part in parts if len(part.split()) > 1).values(), default=0)


def roles(row: Row) -> list[str]:
    return [message["role"] for message in row["messages"]]


def answers(row: Row) -> list[Any]:
    return [message["content"] for message in row["messages"] if message["role"] == "assistant"]


def blank(text: str | None) -> bool:
    return not (text or "").strip()


def letters(text: str) -> str:
    return "".join(unicodedata.normalize("NFC", text).lower().split())


SCRIPTS = {
    "ja": "[\u3040-\u30ff]",
    "zh": "[\u4e00-\u9fff]",
    "ar": "[\u0600-\u06ff]",
    "hi": "[\u0900-\u097f]",
    "ru": "[\u0400-\u04ff]",
    "de": r"\b(und|die|der|das|den|oder)\b",
    "fr": r"\b(de|le|la|les|et)\b|l'",
    "es": r"\b(de|la|los|el|que|y)\b",
}
TOKEN = re.compile(r"<\|\w+\|>|</?s>|\[/?INST\]|### Response|<(start|end)_of_turn>")

# What a row of each kind must show; the second argument is the row's detail, or null.
SINGLE: dict[str, Callable[[Row, Any], Any]] = {
    "personal_data": personal,
    "personal_data_near_misses": lambda r, d: (
        d["value"] in said(r)
        and not (d["kind"].startswith("card") and luhn(d["value"]))
        and not (d["kind"].startswith("IBAN") and iban(d["value"]))
    ),
    "prompt_echoed": lambda r, d: r["output"].startswith(r["instruction"]),
    "truncated": truncated,
    "html_noise": lambda r, d: re.search(r"</?(p|div|ul|li|h2|span)\b", r["output"]),
    "markdown_noise": lambda r, d: "**" in r["output"] and re.search(r"\*\*\*|\|---|!\[\]|---\n---", r["output"]),
    "html_entities": lambda r, d: html.unescape(r["output"]) != r["output"],
    "mojibake": lambda r, d: re.search("â€|Ã.|Â°", r["output"]),
    "invisible_characters": lambda r, d: re.search("[\u200b\u00a0\u200d\ufeff\u00ad\u2060]", r["output"]),
    "mixed_line_ends": lambda r, d: "\r\n" in r["output"] and re.search(r"(?<!\r)\n|\r(?!\n)", r["output"]),
    "repeated_blank_lines": lambda r, d: "\n\n\n\n" in r["output"],
    "emoji": lambda r, d: any(unicodedata.category(c) == "So" for c in r["output"]),
    "inconsistent_numbers": lambda r, d: re.search(r"1\.250,50|2021-04-03|kms|0\.4\)|twelve\.|1\.5hrs", r["output"]),
    "unfilled_placeholders": lambda r, d: re.search(
        r"\{\{.+?\}\}|\[[A-Z][^\]]+\]|<INSERT|\{customer|TODO|XXXX|%FIRSTNAME%", r["output"]
    ),
    "special_tokens": lambda r, d: TOKEN.search(r["output"]),
    "ai_boilerplate": lambda r, d: re.search(r"\b(AI|language model)\b", r["output"]),
    "refusals": lambda r, d: re.search(
        r"can't|cannot|unable|not able|decline|not feel comfortable|not be appropriate", r["output"]
    ),
    "endless_loops": lambda r, d: (
        r["output"].rstrip().endswith((d.rstrip() + " " + d).strip()) or r["output"].count(d) >= 40
    ),
    "repetition_inside": lambda r, d: repeats(r["output"]) >= 3,
    "language_mismatch": lambda r, d: d["prompt"] == "en" and re.search(SCRIPTS[d["response"]], r["output"]),
    "wrong_answers": lambda r, d: d["right"] != r["output"],
    "merged_records": lambda r, d: re.search(r"\n(##\n\d+\. Instruction:|###\n|\nInput:\n)", r["output"]),
    "no_input_markers": lambda r, d: r["input"] == d and re.search("no|n/a", d.lower()),
    "length_outliers": lambda r, d: len(r["output"]) > 9_000,
    "boilerplate_head": lambda r, d: (
        r["output"].startswith(TRUTH["boilerplate_head"]["head"]) and r["source"] == "support_desk"
    ),
    "empty_responses": lambda r, d: blank(r["output"]) and (r["output"] is None) == (d == "null"),
    "empty_slice": lambda r, d: blank(r["output"]) and r["source"] == TRUTH["empty_slice"]["source"],
    "annotator_biased": lambda r, d: r["annotator"] == people.BIASED,
    "annotator_tired": lambda r, d: r["annotator"] == people.TIRED and d > people.TIRED_AFTER and 2 <= r["score"] <= 4,
    "chat_content_in_parts": lambda r, d: all(isinstance(m["content"], list) for m in r["messages"]),
    "chat_tool_calls": lambda r, d: (
        [m["tool_call_id"] for m in r["messages"] if m["role"] == "tool"]
        == [call["id"] for m in r["messages"] for call in m.get("tool_calls", ())]
        != []
    ),
    "chat_last_turn_not_assistant": lambda r, d: roles(r)[-1] == "user",
    "chat_two_user_turns": lambda r, d: ("user", "user") in pairwise(roles(r)),
    "chat_empty_assistant_turn": lambda r, d: any(blank(answer) for answer in answers(r)),
    "chat_special_tokens": lambda r, d: TOKEN.search(said(r)),
    "chat_system_turn_in_the_middle": lambda r, d: "system" in roles(r)[2:],
    "chat_repeated_answer": lambda r, d: len(set(answers(r))) < len(answers(r)),
    "chat_no_assistant_turn": lambda r, d: "assistant" not in roles(r),
    "chat_foreign_role_names": lambda r, d: {"human", "gpt"} <= set(roles(r)),
    "chat_personal_data": personal,
    "chat_tool_call_without_answer": lambda r, d: (
        "tool" not in roles(r) and any("tool_calls" in m for m in r["messages"])
    ),
    "chat_language_mismatch": lambda r, d: re.search(SCRIPTS[d], answers(r)[-1]) and r["language"] == "en",
    "preference_chosen_longer": lambda r, d: (
        len(r["chosen"]) > len(r["rejected"]) and r["source"] == TRUTH["preference_chosen_longer"]["source"]
    ),
    "preference_chosen_equals_rejected": lambda r, d: r["chosen"] == r["rejected"],
    "preference_equal_up_to_white_space": lambda r, d: (
        r["chosen"] != r["rejected"] and r["chosen"].split() == r["rejected"].split()
    ),
    "preference_chosen_is_prefix": lambda r, d: (
        r["rejected"].startswith(r["chosen"]) and len(r["rejected"]) > len(r["chosen"])
    ),
    "preference_score_against_choice": lambda r, d: r["score_chosen"] < r["score_rejected"],
    "preference_score_tie": lambda r, d: r["score_chosen"] == r["score_rejected"],
    "preference_empty_rejected": lambda r, d: blank(r["rejected"]),
    "preference_refusal_chosen": lambda r, d: re.search("can't help|cannot answer", r["chosen"]),
    "hostile": lambda r, d: r["kind"] == d,
}


def same(group: list[Row], *fields: str) -> bool:
    return len({json.dumps([row[field] for field in fields]) for row in group}) == 1


def near(group: list[Row], detail: Any) -> bool:
    first, second = (row["output"].split(" ") for row in group)
    changed = sum(a != b for a, b in zip(first, second, strict=True))
    return changed == detail["replaced"] and abs(changed / len(first) - detail["rate"]) <= max(0.012, 0.5 / len(first))


def cycle(group: list[Row], detail: Any) -> bool:
    beats = {row["chosen"]: row["rejected"] for row in group}
    start = group[0]["chosen"]
    return len(beats) == 3 and same(group, "prompt") and beats[beats[beats[start]]] == start


GROUPED: dict[str, Callable[[list[Row], Any], Any]] = {
    "exact_duplicates": lambda g, d: (
        same(g, "instruction", "input", "output") and len({r["id"] for r in g}) == len(g) >= 2
    ),
    "normalised_duplicates": lambda g, d: (
        not same(g, "instruction", "output") and len({letters(r["instruction"] + r["output"]) for r in g}) == 1
    ),
    "near_duplicates": near,
    "semantic_duplicates": lambda g, d: (
        len(g) == 2 and Distinct().nearest(said(g[0]))[0] == 0 and not same(g, "instruction")
    ),
    "conflicts": lambda g, d: same(g, "instruction", "input") and len({letters(r["output"]) for r in g}) == 2,
    "same_response": lambda g, d: same(g, "output") and len({r["instruction"] + r["input"] for r in g}) == len(g) >= 4,
    "items_answered_wrongly": lambda g, d: mean(r["score"] for r in g if r["annotator"] != people.BIASED) <= 3.5,
    "multiply_annotated": lambda g, d: (
        same(g, "item_id", "instruction", "input", "output") and len({r["annotator"] for r in g}) == 3
    ),
    "identical_records": lambda g, d: len({json.dumps(r) for r in g}) == 1 and len(g) == 2,
    "chat_exact_duplicates": lambda g, d: same(g, "messages") and len({r["id"] for r in g}) == len(g) >= 2,
    "preference_cycles": cycle,
    "preference_reversed": lambda g, d: (
        g[0]["chosen"] == g[1]["rejected"] and g[1]["chosen"] == g[0]["rejected"] and same(g, "prompt")
    ),
    "preference_exact_duplicates": lambda g, d: same(g, "prompt", "chosen", "rejected") and len(g) >= 2,
}


def test_making_again_gives_the_same_bytes(tmp_path: Path) -> None:
    subprocess.run([sys.executable, str(SAMPLES / "make.py"), str(tmp_path)], check=True, capture_output=True)
    made = {path.name: path.read_bytes() for path in tmp_path.iterdir()}
    assert set(made) == {*COUNTS, "TRUTH.json", "README.md"}
    assert [name for name, data in made.items() if data != (SAMPLES / name).read_bytes()] == []


def test_sizes() -> None:
    assert {name: len(rows) for name, rows in ROWS.items()} == COUNTS
    assert (
        sum(
            path.stat().st_size
            for path in SAMPLES.rglob("*")
            if path.suffix in (".jsonl", ".json", ".md", ".py", ".txt")
        )
        < 3_000_000
    )


def test_every_kind_has_a_check_and_a_line_in_the_readme() -> None:
    assert set(TRUTH) == set(SINGLE) | set(GROUPED)
    page = (SAMPLES / "README.md").read_text(encoding="utf-8")
    assert [
        kind
        for kind, entry in TRUTH.items()
        if not re.search(rf"\| `{kind}` \| `{entry['file']}` \| {entry['count']}\b", page)
    ] == []


@pytest.mark.parametrize("kind", TRUTH)
def test_planted_rows_show_their_fault(kind: str) -> None:
    entry = TRUTH[kind]
    places = entry.get("lines") or entry["groups"]
    details = entry.get("details", [None] * len(places))
    assert entry["count"] == len(places) == len(entry["ids"]) == len(details) > 0
    for place, ids, detail in zip(places, entry["ids"], details, strict=True):
        if kind in SINGLE:
            [row] = at(kind, [place])
            assert row["id"] == ids
            assert SINGLE[kind](row, detail), (place, row)
        else:
            group = at(kind, place)
            assert [row["id"] for row in group] == ids
            assert GROUPED[kind](group, detail), (place, group)


def test_sizes_and_rates_of_the_copies() -> None:
    assert sorted(map(len, TRUTH["exact_duplicates"]["groups"]), reverse=True) == [12, 6, 5, 4, 3, 3, 2, 2, 2, 2]
    assert Counter(detail["rate"] for detail in TRUTH["near_duplicates"]["details"]) == {0.02: 8, 0.05: 8, 0.1: 8}
    assert len(TRUTH["semantic_duplicates"]["groups"]) >= 10
    assert set(TRUTH["conflicts"]["details"]) == {"number differs", "label flips", "refusal and answer"}


def test_equal_rows_are_all_listed() -> None:
    """Beyond the groups of TRUTH.json no two instruction rows carry the same prompt and answer (empty answers aside)."""
    known = {line for kind in ("exact_duplicates", "multiply_annotated", "identical_records") for line in listed(kind)}
    rest = [row for n, row in enumerate(ROWS["instructions.jsonl"], 1) if n not in known]
    counted = Counter((row["instruction"], row["input"], row["output"]) for row in rest)
    assert [text for text, count in counted.items() if count > 1] == []


def test_rows_without_a_fault_are_not_near_each_other() -> None:
    planted = {(TRUTH[kind]["file"], line) for kind in TRUTH.keys() - SOUND for line in listed(kind)}
    apart, count = Distinct(0.5), 0
    for name in ("instructions.jsonl", "chats.jsonl", "preferences.jsonl"):
        for n, row in enumerate(ROWS[name], 1):
            if (name, n) not in planted:
                count += 1
                assert apart.admit(said(row)), (name, n, apart.nearest(said(row)))
    assert count > 1000


def test_verbs_and_nouns_occur() -> None:
    planted = {
        line
        for kind, entry in TRUTH.items()
        if entry["file"] == "instructions.jsonl" and kind not in SOUND
        for line in listed(kind)
    }
    asked = [
        re.findall("[a-z]+", row["instruction"].lower())
        for n, row in enumerate(ROWS["instructions.jsonl"], 1)
        if n not in planted
    ]
    assert len(set(words.VERBS)) >= 80 and len(set(words.NOUNS)) >= 200
    assert set(words.VERBS) - {tokens[0] for tokens in asked if tokens} == set()
    assert set(words.NOUNS) - {token for tokens in asked for token in tokens} == set()


def test_shares_of_code_and_other_languages() -> None:
    rows = ROWS["instructions.jsonl"]
    assert 0.04 <= mean(bool(re.search("```(python|sql|bash|javascript)", row["output"] or "")) for row in rows) <= 0.08
    ranges = [re.compile(SCRIPTS[code]) for code in ("ja", "zh", "ar", "hi", "ru")]
    assert all(sum(bool(script.search(row["instruction"])) for row in rows) >= 6 for script in ranges)
    assert {row["language"] for row in ROWS["chats.jsonl"]} == {"en", "de", "fr", "es", "ja", "zh", "ar", "hi", "ru"}


def test_answers_lengths_vary() -> None:
    lengths = sorted(len((row["output"] or "").split()) for row in ROWS["instructions.jsonl"])
    assert sum(length == 1 for length in lengths) > 50 and sum(length >= 60 for length in lengths) > 80
    assert any(450 <= length <= 650 for length in lengths)
    assert lengths[-2] > 100 * lengths[len(lengths) // 2]


def test_empty_responses_are_three_times_as_frequent_in_one_source() -> None:
    source = TRUTH["empty_slice"]["source"]
    shares = [
        mean(blank(row["output"]) for row in ROWS["instructions.jsonl"] if (row["source"] == source) == inside)
        for inside in (True, False)
    ]
    assert 2.5 <= shares[0] / shares[1] <= 3.6


def test_padding_is_a_habit_of_one_source() -> None:
    longer: dict[bool, list[bool]] = {True: [], False: []}
    for row in ROWS["preferences.jsonl"]:
        longer[row["source"] == TRUTH["preference_chosen_longer"]["source"]].append(
            len(row["chosen"]) > len(row["rejected"] or "")
        )
    assert mean(longer[True]) == 1 and mean(longer[False]) < 0.65


def judgements() -> list[tuple[Row, float, bool]]:
    """Each judgement of an item with the mean score of the others on it, and whether the row is a tired one."""
    tired = set(TRUTH["annotator_tired"]["lines"])
    made = []
    for group in TRUTH["multiply_annotated"]["groups"]:
        for line in group:
            row, *others = at("multiply_annotated", [line, *(n for n in group if n != line)])
            made.append(
                (row, mean(other["score"] for other in others if other["annotator"] != people.BIASED), line in tired)
            )
    return made


def test_one_annotator_scores_too_high_and_one_tires() -> None:
    rows = ROWS["instructions.jsonl"]
    assert {row["annotator"] for row in rows} == set(people.NAMES)
    offsets = {
        name: mean(row["score"] - peers for row, peers, _ in judgements() if row["annotator"] == name)
        for name in people.NAMES
    }
    assert 0.9 <= offsets[people.BIASED] <= 1.5
    assert all(abs(offset) < 0.5 for name, offset in offsets.items() if name != people.BIASED)
    tired = set(TRUTH["annotator_tired"]["lines"])
    late = [row for n, row in enumerate(rows, 1) if n in tired]
    early = [row for n, row in enumerate(rows, 1) if n not in tired and row["annotator"] == people.TIRED]
    assert mean(row["score"] == 3 for row in late) > 0.6 > mean(row["score"] == 3 for row in early)
    assert mean(len(row["output"]) for row in late) < 0.5 * mean(len(row["output"] or "") for row in early)
    apart = [
        [
            abs(row["score"] - peers)
            for row, peers, is_late in judgements()
            if row["annotator"] == people.TIRED and is_late == when
        ]
        for when in (False, True)
    ]
    assert mean(apart[1]) > 1.3 * mean(apart[0])


def test_scores_follow_quality() -> None:
    poor = {
        line
        for kind in ("prompt_echoed", "truncated", "refusals", "endless_loops", "empty_responses", "wrong_answers")
        for line in listed(kind)
    }
    skip = {*TRUTH["annotator_tired"]["lines"], *TRUTH["annotator_biased"]["lines"]}
    scores: dict[bool, list[int]] = {True: [], False: []}
    for n, row in enumerate(ROWS["instructions.jsonl"], 1):
        assert row["score"] in (1, 2, 3, 4, 5)
        if n not in skip:
            scores[n in poor].append(row["score"])
    assert mean(scores[False]) - mean(scores[True]) > 1


def test_sessions_are_runs_of_one_annotator_with_gaps_between() -> None:
    sessions: dict[str, list[Row]] = {}
    for row in ROWS["instructions.jsonl"]:
        sessions.setdefault(row["session"], []).append(row)
    ends: dict[str, list[tuple[datetime, datetime]]] = {}
    for rows in sessions.values():
        [annotator] = {row["annotator"] for row in rows}
        times = sorted(datetime.fromisoformat(row["created_at"]) for row in rows)
        assert max((b - a).total_seconds() for a, b in pairwise(times)) < 600
        ends.setdefault(annotator, []).append((times[0], times[-1]))
    for spans in ends.values():
        assert all((start - end).total_seconds() > 3600 for (_, end), (start, _) in pairwise(sorted(spans)))


def test_hostile_rows_attack_in_values_names_people_and_sources() -> None:
    rows = ROWS["hostile.jsonl"]
    assert all({"instruction", "output", *hostile.COLUMNS} <= set(row) for row in rows)
    for mark in ("<", "~", "%", "|", "[", "👩", "{{", "="):
        assert any(mark in column for column in hostile.COLUMNS), mark
    assert {row["annotator"] for row in rows} & {row["source"] for row in rows} == {hostile.IMG}
    text = "".join(json.dumps(row, ensure_ascii=False) for row in rows)
    for mark in (
        "<script>",
        "onerror",
        "![",
        "javascript:",
        "{{7*7}}",
        "${7*7}",
        "{%",
        "=cmd|' /C calc'!A0",
        "+1+1",
        "@SUM",
        "\\u0000",
        "\u202e",
        "\u200b",
        "x" * 20_000,
        "\\\\href",
        ":red[x]",
        ":material/skull:",
        "<style>",
        "\u05e9",
        "👨‍💻",
    ):
        assert mark in text, mark
    assert any(
        sum(unicodedata.combining(c) > 0 or unicodedata.category(c) == "Me" for c in said(row)) >= 5_000 for row in rows
    )
