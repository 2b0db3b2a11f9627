"""Is personal data found where it is and nowhere else, exactly as by Presidio alone, offline, and without a trace of it?"""

from __future__ import annotations

import itertools
import json
import logging
import re
import stat
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import pytest
from hypothesis import given
from hypothesis import strategies as st
from typer.testing import CliRunner

from analysis.__main__ import app
from analysis.computing import compute, estimate, try_out
from analysis.dataset import Dataset
from analysis.errors import DatasetError, PersonalDataError, SignalError
from analysis.keys import key_id, key_of, key_path, value_hash, workspace_key
from analysis.personal_data import scanning, tables, words
from analysis.personal_data.masking import masked_text, masked_value, parts_of
from analysis.personal_data.named_entities_signal import NamedEntities
from analysis.personal_data.normal_forms import normal_form, original_span
from analysis.personal_data.personal_data_signal import PersonalData
from analysis.personal_data.pieces import pieces_of
from analysis.personal_data.placeholders import is_placeholder
from analysis.personal_data.recognisers import chosen_types, national_types
from analysis.personal_data.scanning import Hit, Scan, Scanner, scanner, without_overlaps
from analysis.personal_data.supersets import superset
from analysis.personal_data.types import DEFAULT_TYPES, NOISY_TYPES, described
from analysis.personal_data.words import lemma, words_of
from analysis.signal import ROW_ID
from analysis.view import Filter, View
from analysis.workspace import Workspace
from tests.dataset.test_signals import rows_of, said
from tests.support.personal_texts import ALL_COUNTRIES, KINDS, believable, hostile, labelled

ROOT = Path(__file__).resolve().parents[2]
SAMPLES = ROOT / "sample_data"
TRUTH = json.loads((SAMPLES / "TRUTH.json").read_text(encoding="utf-8"))
MAIL, CARD = "rosalind.achterberg@brightwell-mills.co", "4556 7395 8620 1942"
ONE_MEGABYTE = 1_000_000


def found(text: str, **options: Any) -> list[tuple[str, str]]:
    """Type and value of each hit that is counted."""
    hits = scanner(**options).scan_text(text).hits
    return [(h.type, text[h.start : h.end]) for h in hits if not is_placeholder(h.type, text[h.start : h.end])]


def score_of(text: str) -> float:
    (hit,) = scanner().scan_text(text).hits
    return hit.score


# The same as Presidio alone


def assert_same(made: Scanner, texts: list[str], least_hits: int) -> None:
    fast, hits = made.scan(pl.Series(texts)), 0
    for at, text in enumerate(texts):
        plain = made.plain_scan(text)
        hits += len(plain)
        assert (fast[at].hits if at in fast else ()) == plain, text
    assert hits >= least_hits, "the texts must hold something to find"


@pytest.mark.parametrize(
    ("threshold", "count"), [(0.4, 500), (0.05, 300), pytest.param(0.4, 2_000, marks=pytest.mark.slow)]
)
def test_the_answer_is_that_of_presidio_alone_for_the_default_types(threshold: float, count: int) -> None:
    """So many texts of each sort; `benchmarks/personal_data.py` compares 10,000."""
    made = scanner(threshold=threshold)
    assert_same(made, list(believable(count, seed=1)), count // 100)
    assert_same(made, list(hostile(count, seed=1)), count // 5)


def test_the_answer_is_that_of_presidio_alone_for_every_type_there_is() -> None:
    made = scanner("noisy", ALL_COUNTRIES)
    assert {*DEFAULT_TYPES, *NOISY_TYPES, "US_PASSPORT", "UK_NHS", "US_DRIVER_LICENSE", "DE_TAX_ID"} <= set(made.types)
    assert_same(made, list(hostile(250, seed=2)), 100)
    assert_same(made, list(believable(60, seed=2, share=0.5)), 30)


def test_most_texts_are_spared() -> None:
    texts = pl.Series(list(believable(2_000, seed=4)))
    sought = scanner().search.candidates(texts)
    assert len(sought) < len(texts) / 8
    assert sum(map(len, sought.values())) < 2 * len(sought), "a text that is not spared is tried with few patterns"


@pytest.mark.parametrize(
    "pattern",
    [r"(?<!\d)ab+c{2,30}(?=x)\b", r"([:-])\d\1", r"(?i)[^a-c]x\w?", r"a|(?:b|c\.)*?d\s", r"[\w.\-]{1,64}@", r"\bz\Bz$"],
)
def test_a_superset_matches_wherever_the_pattern_does(pattern: str) -> None:
    flags = re.I | re.S | re.M
    rust = superset(pattern, flags)
    alphabet = "aAbBccxXdD.:-@ 1٣zZ\né"

    @given(st.text(alphabet=alphabet, max_size=40))
    def check(text: str) -> None:
        if re.search(pattern.replace("(?i)", ""), text, flags) and "٣" not in text:
            assert pl.Series([text]).str.contains(rust).item()

    check()


# Right and wrong


def test_code_and_arithmetic_hold_nothing() -> None:
    lines = (ROOT / "tests" / "support" / "code_and_arithmetic.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 300
    whole = "\n".join(lines)
    assert [(line, scanner().scan_text(line).hits) for line in lines if scanner().scan_text(line).hits] == []
    assert scanner().scan_text(whole).hits == ()


def test_known_spans_are_found_and_near_misses_are_not() -> None:
    seen, right, wrong = Counter[str](), Counter[str](), Counter[str]()
    for text, spans, _ in labelled(25, seed=9):
        hits = scanner().scan_text(text).hits
        seen.update(type_ for _, _, type_ in spans)
        right.update(t for s, e, t in spans if any(h.type == t and h.start < e and h.end > s for h in hits))
        wrong.update(
            h.type
            for h in hits
            if not any(h.start < e and h.end > s and h.type == t for s, e, t in spans)
            and not is_placeholder(h.type, text[h.start : h.end])
        )
    assert set(seen) == set(DEFAULT_TYPES)
    for type_, count in seen.items():
        assert right[type_] >= 0.97 * count, type_
        assert wrong[type_] <= (0.12 if type_ == "PHONE_NUMBER" else 0.04) * count, type_


def test_what_is_planted_in_the_sample_data_is_found_and_its_near_misses_are_not() -> None:
    rows = {
        row["id"]: row
        for row in map(json.loads, (SAMPLES / "instructions.jsonl").read_text(encoding="utf-8").splitlines())
    }
    types = {
        "email": "EMAIL_ADDRESS",
        "email_reserved": "EMAIL_ADDRESS",
        "email_placeholder": "EMAIL_ADDRESS",
        "phone": "PHONE_NUMBER",
        "phone_fictional": "PHONE_NUMBER",
        "credit_card": "CREDIT_CARD",
        "iban": "IBAN_CODE",
        "ip_address": "IP_ADDRESS",
        "social_security_number": "US_SSN",
        "api_key": "SECRET",
        "private_key": "SECRET",
        "password_in_url": "SECRET",
    }
    planted = TRUTH["personal_data"]
    for id, detail in zip(planted["ids"], planted["details"], strict=True):
        if detail["kind"] in types:
            text = rows[id]["output"] if detail["value"] in rows[id]["output"] else rows[id]["input"]
            hits = scanner().scan_text(text).hits
            spans = [(h, text[h.start : h.end]) for h in hits if h.type == types[detail["kind"]]]
            assert [value for _, value in spans if detail["value"] in value], detail
            is_aside = detail["kind"].endswith(("_reserved", "_placeholder", "_fictional")) or detail[
                "value"
            ].startswith("FR14 2004")
            assert all(is_placeholder(h.type, value) == is_aside for h, value in spans), detail
    for id in TRUTH["personal_data_near_misses"]["ids"]:
        assert [found(rows[id][field]) for field in ("instruction", "input", "output")] == [[], [], []]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("EMAIL='tibbs@pellworm.de'", [("EMAIL_ADDRESS", "tibbs@pellworm.de")]),
        ("bob@example and a@b.notatld", []),
        ("git@github.com:larkfield/tiles.git", []),
        ("call 2128675309", [("PHONE_NUMBER", "2128675309")]),
        ("we counted 2128675309 bees", []),
        ("2 + 2128675309 = x", []),
        ("order number 212-867-5309", []),
        ("Maestro 6759 6498 2643 8445", []),
        ("Release 84.172.39.206 fixes it", []),
        ("from 84.172.39.206:8080", [("IP_ADDRESS", "84.172.39.206")]),
        ("taxpayer 912-70-1234", [("US_ITIN", "912-70-1234")]),
        ("078-05-1120 is printed in wallets", []),
        ("password: Bearer of good news", []),
    ],
)
def test_known_answers(text: str, expected: list[tuple[str, str]]) -> None:
    assert found(text) == expected


# Words around


def test_lemmas_are_set_so_that_context_words_work() -> None:
    assert words_of("My Phones: 212 867-5309 home").lemmas == ["my", "phone", "212 867-5309", "home"]
    assert scanner().plain.nlp_engine.process_text("Cards", "en").lemmas == ["card"]
    assert score_of("SSN 472-81-3396") > score_of("Note 472-81-3396")
    assert score_of("number 472-81-3396 belongs to her SSN") == score_of(
        "Note 472-81-3396"
    )  # one word behind counts, not two
    assert score_of("472-81-3396 SSN") > score_of("Note 472-81-3396")
    assert score_of("Cards: 4556 7395 8620 1942") > score_of("Ducks: 4556 7395 8620 1942")


@given(st.text(alphabet="ab sB1é.\n(²٣_-", max_size=80), st.integers(0, 79))
def test_the_words_near_a_hit_are_those_of_the_whole_text(text: str, start: int) -> None:
    whole = words_of(text)
    behind = [at for at, end in enumerate(whole.ends) if end > start]
    for near in (1, 7, 200):
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr(words, "NEAR_CHARS", near)
            found = scanner().words.around(text, start)
        starts = list(found.tokens_indices)
        at = whole.starts.index(starts[0]) if starts else 0
        assert (
            list(zip(found.tokens, starts, found.lemmas, strict=True))
            == list(zip(whole.tokens, whole.starts, whole.lemmas, strict=False))[at : at + len(starts)]
        )
        if behind:
            heard = [n for n in range(behind[0]) if whole.lemmas[n] not in words.STOP_WORDS]
            assert at <= (heard[-words.WORDS_BEFORE :] or [behind[0]])[0]
            assert at + len(starts) > behind[0]


def test_context_words_are_whole_words() -> None:
    assert score_of("the ssnake 472-81-3396") == score_of("Note 472-81-3396")


@given(st.text())
def test_a_lemma_is_a_beginning_of_the_word(word: str) -> None:
    assert word.lower().startswith(lemma(word))


# Other forms of characters


@pytest.mark.parametrize(
    ("text", "type_", "value"),
    [
        ("mail tibbs＠pellworm。de now", "EMAIL_ADDRESS", "tibbs＠pellworm。de"),
        ("🎉é ４５５６ ７３９５ ８６２０ １９４２!", "CREDIT_CARD", "４５５６ ７３９５ ８６２０ １９４２"),
        ("ﬁne: 4556\u00a07395\u00a08620\u00a01942", "CREDIT_CARD", "4556\u00a07395\u00a08620\u00a01942"),
        ("½ ssn 472\u201181\u20113396", "US_SSN", "472\u201181\u20113396"),
        ("phone ٢١٢-٨٦٧-٥٣٠٩", "PHONE_NUMBER", "٢١٢-٨٦٧-٥٣٠٩"),
    ],
)
def test_compatible_characters_are_found_at_their_own_offsets(text: str, type_: str, value: str) -> None:
    assert found(text) == [(type_, value)]
    assert scanner().scan(pl.Series([text]))[0] == scanner().scan_text(text)


@given(st.text(alphabet="ab1 é\u0301\u0327½ﬁ＠가\u1100\u1161\u200d😀\r\n\u0e33\ufdfa"))
def test_the_normal_form_leads_back(text: str) -> None:
    normal, origin = normal_form(text)
    assert len(origin) == len(normal) + 1 and origin[-1] == len(text)
    assert list(origin) == sorted(origin)
    for at in range(len(normal)):
        start, end = original_span(origin, at, at + 1)
        assert 0 <= start < end <= len(text)
    if text.isascii():
        assert normal == text


# Overlaps, placeholders


@given(
    st.lists(
        st.tuples(
            st.integers(0, 30), st.integers(1, 9), st.sampled_from(DEFAULT_TYPES), st.sampled_from((0.4, 0.5, 1.0))
        )
    )
)
def test_hits_never_overlap_and_the_best_stays(drawn: list[tuple[int, int, str, float]]) -> None:
    hits = [Hit(start, start + length, type_, score, "r") for start, length, type_, score in drawn]
    kept = without_overlaps(hits)
    assert all(a.end <= b.start for a, b in itertools.pairwise(kept))
    for hit in hits:
        rivals = [k for k in kept if k.start < hit.end and hit.start < k.end]
        assert hit in kept or any((k.score, k.end - k.start) >= (hit.score, hit.end - hit.start) for k in rivals)


def test_an_address_with_a_password_is_a_secret_and_no_email() -> None:
    assert found("see https://odell:tr0mbone-77@pellworm.de/rota.") == [
        ("SECRET", "https://odell:tr0mbone-77@pellworm.de/rota")
    ]


@pytest.mark.parametrize(
    ("type_", "aside", "counted"),
    [
        ("EMAIL_ADDRESS", "jane@example.com", MAIL),
        ("EMAIL_ADDRESS", "Orders@Kettle.EXAMPLE", "tamm@kettle.internal"),
        ("PHONE_NUMBER", "(212) 555-0143", "(212) 867-5309"),
        ("PHONE_NUMBER", "+44 20 7946 0813", "+44 20 7123 0813"),
        ("CREDIT_CARD", "4111-1111-1111-1111", CARD),
        ("IP_ADDRESS", "192.168.0.7", "84.172.39.206"),
        ("IP_ADDRESS", "fe80::1", "2a01:4f8:1:2::3"),
        ("IBAN_CODE", "DE89 3704 0044 0532 0130 00", "DE09370400440532019872"),
        ("SECRET", "AKIAIOSFODNN7EXAMPLE", "AKIAQ3EGRWF7LK2MN4PZ"),
        ("SECRET", "postgres://user:password@db.net/x", "postgres://tamm:Wint3rberry@db.net/x"),
        ("US_SSN", "219-09-9999", "472-81-3396"),
        ("MAC_ADDRESS", "00:11:22:33:44:55", "3c:52:82:1f:0a:9e"),
        ("CRYPTO", "1A1zP1eP5QGefi2DMPTfTL5SLmv7DivfNa", "1BoatSLRHtKNngkdXEeobR76b53LETtpyX"),
        ("URL", "", "https://example.com"),
    ],
)
def test_placeholders(type_: str, aside: str, counted: str) -> None:
    assert not is_placeholder(type_, counted)
    assert not aside or is_placeholder(type_, aside)


# Limits


def test_a_megabyte_of_dots_takes_no_time() -> None:
    made = scanner("URL", "US")
    for text in ("a." * 500_000, "1." * 500_000, "www." * 250_000, "a@" * 500_000):
        began = time.process_time()
        made.scan(pl.Series([text]))
        assert time.process_time() - began <= 2


def test_a_long_text_is_scanned_window_by_window_to_its_end(monkeypatch: pytest.MonkeyPatch) -> None:
    text = " and then ".join(f"card {CARD} of tibbs{at}@pellworm.de, 472-81-{3000 + at}" for at in range(60))
    whole = scanner().scan_text(text)
    monkeypatch.setattr(scanning, "WINDOW_CHARS", 500)
    monkeypatch.setattr(scanning, "OVERLAP_CHARS", 200)
    assert scanner().scan_text(text) == whole
    assert len(whole.hits) == 180


@pytest.mark.parametrize(
    ("limit", "value", "why"), [("MOST_HITS", 3, "hits"), ("MOST_SECONDS", -1.0, "time"), ("MOST_CHARS", 100, "length")]
)
def test_what_is_beyond_a_limit_is_said_and_never_counted_clean(
    monkeypatch: pytest.MonkeyPatch, limit: str, value: float, why: str
) -> None:
    monkeypatch.setattr(scanning, limit, value)
    monkeypatch.setattr(scanning, "WINDOW_CHARS", 100)
    text = f"{MAIL}, " * 20
    assert scanner().scan(pl.Series(["x", text]))[1].status == f"partly scanned: {why}"
    row = PersonalData()(rows_of({"prompt": "Hi", "response": text})).row(0, named=True)
    assert row["pii_status"] == f"partly scanned: {why}" and row["pii_count"] >= 1


def test_a_pattern_that_ran_out_of_time_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    made = Scanner()

    def slow(text: str, recognisers: list[Any]) -> list[Hit]:
        logging.getLogger("presidio-analyzer").warning(
            "Regex pattern '%s' timed out after %s seconds, skipping.", "p", 5
        )
        return []

    monkeypatch.setattr(made, "_hits", slow)
    assert made.scan_text(MAIL) == Scan((), "partly scanned: time")


# The signal


def spans_of(signal: PersonalData | NamedEntities, table: str, **record: Any) -> list[tuple[Any, ...]]:
    row = signal(rows_of(record)).row(0, named=True)
    return [(s["field"], s["message"], s["start"], s["end"], s["type"]) for s in row[table] or []]


def test_instructions_and_pairs_are_scanned_field_by_field() -> None:
    record = {"system": f"I am {MAIL}", "prompt": "Hi", "response": f"é {CARD}", "rejected": "84.172.39.206"}
    assert spans_of(PersonalData(), "spans", **record) == [
        ("system", None, 5, 5 + len(MAIL), "EMAIL_ADDRESS"),
        ("response", None, 2, 2 + len(CARD), "CREDIT_CARD"),
        ("rejected", None, 0, 13, "IP_ADDRESS"),
    ]
    row = PersonalData()(rows_of(record)).row(0, named=True)
    assert (row["pii_types"], row["pii_count"], row["pii_status"]) == (
        ["CREDIT_CARD", "EMAIL_ADDRESS", "IP_ADDRESS"],
        3,
        "scanned",
    )
    assert row["pii_score"] == pytest.approx(0.9)
    assert spans_of(PersonalData(), "spans", text=MAIL) == [("text", None, 0, len(MAIL), "EMAIL_ADDRESS")]


def test_chats_are_scanned_message_by_message_and_their_tool_calls_too() -> None:
    call = '[{"name":"send","arguments":{"to":"' + MAIL + '"}}]'
    chat = [
        said("system", "Be kind."),
        said("user", CARD),
        said("assistant", None, call),
        said("tool", "84.172.39.206"),
        said("assistant", f"Sent to {MAIL}"),
    ]
    assert spans_of(PersonalData(), "spans", prompt=CARD, response=MAIL, messages=chat) == [
        ("prompt", 1, 0, len(CARD), "CREDIT_CARD"),
        ("tool", 3, 0, 13, "IP_ADDRESS"),
        ("response", 4, 8, 8 + len(MAIL), "EMAIL_ADDRESS"),
        ("tool_calls", 2, 35, 35 + len(MAIL), "EMAIL_ADDRESS"),
    ]


def test_clean_placeholders_only_and_nothing_to_read_are_told_apart() -> None:
    made = PersonalData()(rows_of({"prompt": "Hi", "response": ""}, {"prompt": "jane@example.com"}, {}))
    assert made["pii_types"].to_list() == [[], [], None]
    assert made["pii_count"].to_list() == [0, 0, None] and made["pii_score"].to_list() == [None] * 3
    assert made["pii_status"].to_list() == ["scanned", "scanned", None]
    assert made["spans"].list.len().to_list() == [None, 1, None]
    assert made["spans"][1][0]["is_placeholder"]


def test_types_and_countries_are_parameters() -> None:
    text = {"prompt": "see https://pellworm.de/a on 2024-01-31 or 0211 4123456"}
    assert spans_of(PersonalData(), "spans", **text) == []
    assert [s[4] for s in spans_of(PersonalData(also="URL,DATE_TIME", countries="US,DE"), "spans", **text)] == [
        "URL",
        "DATE_TIME",
        "PHONE_NUMBER",
    ]
    assert set(chosen_types("noisy", "GB")) == {
        *DEFAULT_TYPES,
        *NOISY_TYPES,
        *(t for t, c in national_types().items() if c == "GB"),
    }
    with pytest.raises(PersonalDataError, match=r"^No type of personal data is called FOO; known: SECRET, "):
        PersonalData(also="FOO")(rows_of({"prompt": "x"}))
    with pytest.raises(
        PersonalDataError, match=r"^No country has the code ZZ; write two letters such as US, GB or DE\.$"
    ):
        PersonalData(countries="ZZ")(rows_of({"prompt": "x"}))
    with pytest.raises(SignalError, match="threshold cannot be 0"):
        PersonalData(threshold=0)


# The workspace's secret


def hashes(**record: Any) -> list[str]:
    return [span["value_hash"] for span in PersonalData()(rows_of(record)).row(0, named=True)["spans"]]


def test_equal_values_have_equal_hashes_in_one_workspace_only(
    home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    a, b, c = hashes(prompt=f"{MAIL} {MAIL.upper()}", response=CARD.replace(" ", "-"))
    assert a == b != c
    assert hashes(prompt=CARD) == [c]
    assert stat.S_IMODE(key_path().stat().st_mode) == 0o600
    before = key_id()
    assert key_path().parent == home and before not in key_path().read_bytes().hex()
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path / "other"))
    assert hashes(prompt=CARD) != [c] and key_id() != before
    with pytest.raises(PersonalDataError, match=f"not {before}; use the WINNOW_HOME of the dataset"):
        key_of(before)
    key_path().write_bytes(b"short")
    with pytest.raises(PersonalDataError, match="holds 5 bytes, not 32: it is damaged"):
        workspace_key()


def test_the_hash_keeps_types_apart() -> None:
    assert value_hash(b"k", "US_SSN", "1") != value_hash(b"k", "US_ITIN", "1") != value_hash(b"l", "US_ITIN", "1")


@pytest.fixture
def opened(home: Path, tmp_path: Path) -> Dataset:
    records = [
        {"prompt": f"Write to {MAIL}.", "response": f"Done, {MAIL} has it; card {CARD}", "source": "a"},
        {"prompt": "What do bees eat?", "response": "Nectar.", "source": "a"},
        {"prompt": f"Is {MAIL.title()} hers?", "response": "jane@example.com", "source": "b"},
        {"prompt": "Only jane@example.com here", "response": "127.0.0.1", "source": "b"},
    ]
    path = tmp_path / "mails.jsonl"
    path.write_text("\n".join(map(json.dumps, records)), encoding="utf-8")
    dataset = Workspace().open([path])
    compute(dataset, dataset.signal("personal_data"))
    return dataset


def test_the_keys_name_enters_the_parameters_and_no_value_reaches_the_disk(opened: Dataset) -> None:
    signal = opened.signal("personal_data")
    assert signal.parameters["key_id"] == key_id() and opened.signal("named_entities").parameters["key_id"] == key_id()
    written = [path.read_bytes() for path in (opened.path(signal), opened.table_path(signal, "spans"))]
    assert all(part.encode() not in data for data in written for part in (MAIL, "achterberg", "8620", "example.com"))
    assert workspace_key().hex() not in json.dumps(opened.meta)


def test_filters_ask_the_list_of_types(opened: Dataset) -> None:
    assert opened.rows_of(View((Filter("pii_types", "has", "EMAIL_ADDRESS"),))).to_list() == [0, 2]
    assert opened.rows_of(View((Filter("pii_count", "ge", "2"),))).to_list() == [0]


def test_an_estimate_is_made_as_for_every_signal(opened: Dataset) -> None:
    assert (
        try_out(opened, opened.signal("personal_data")) >= 0
        and estimate(opened, opened.signal("personal_data")) is not None
    )


# Tables


def test_tables_of_the_rows_in_view(opened: Dataset) -> None:
    assert tables.coverage(opened) == tables.Coverage(4, 4, 0, 0, 2, 1)
    assert tables.type_counts(opened).select(
        "type", "rows", "spans", "values", "placeholders", "rows_share"
    ).rows() == [
        ("EMAIL_ADDRESS", 2, 3, 1, 2, 0.5),
        ("CREDIT_CARD", 1, 1, 1, 0, 0.25),
        ("IP_ADDRESS", 0, 0, 0, 1, 0.0),
    ]
    by = {
        (r["type"], r["field"], r["slice"]): (r["rows"], r["spans"], r["placeholders"], r["rows_share"])
        for r in tables.counts(opened, by="source").to_dicts()
    }
    assert by["EMAIL_ADDRESS", "prompt", "a"] == (1, 1, 0, 0.5) and by["EMAIL_ADDRESS", "prompt", "b"] == (1, 1, 1, 0.5)
    assert tables.co_occurrence(opened).rows() == [
        ("CREDIT_CARD", "CREDIT_CARD", 1),
        ("CREDIT_CARD", "EMAIL_ADDRESS", 1),
        ("EMAIL_ADDRESS", "CREDIT_CARD", 1),
        ("EMAIL_ADDRESS", "EMAIL_ADDRESS", 2),
    ]
    assert tables.score_distribution(opened).rows() == [("CREDIT_CARD", 0.95, 1.0, 1), ("EMAIL_ADDRESS", 0.9, 0.95, 3)]
    only_b = View((Filter("source", "in", "b"),))
    assert tables.coverage(opened, only_b).rows == 2 and tables.type_counts(opened, only_b)["rows"].to_list() == [1, 0]


def test_repeated_values_are_shown_masked_with_their_rows(opened: Dataset) -> None:
    first, second = tables.repeated_values(opened).to_dicts()
    assert (first["masked"], first["rows"], first["spans"], first["is_placeholder"], first["first_row"]) == (
        "r••@b••.co",
        2,
        3,
        False,
        0,
    )
    assert (second["masked"], second["rows"], second["is_placeholder"]) == ("j••@e••.com", 2, True)
    assert tables.value_in(opened, first["value_hash"]) == ("EMAIL_ADDRESS", 2)
    assert tables.value_in(opened, "0" * 16) is None
    for line in (first, second):
        held = opened.rows_of(View((Filter("pii_values", "has", line["value_hash"]),)))
        assert len(held) == line["rows"] and held[0] == line["first_row"]
    assert "pii_values" in opened.schema and "pii_values" not in opened.shown_columns


def test_snippets_are_masked_and_only_a_reveal_is_not(opened: Dataset) -> None:
    spans = tables.spans_in(opened).filter(pl.col("type") == "CREDIT_CARD")
    (line,) = tables.snippets(opened, spans, chars=45).to_dicts()
    assert (line["before"], line["masked"], line["after"]) == (
        "r••@b••.co has it; card ",
        "••1942",
        "",
    )  # a hit at the edge is whole
    assert tables.value_at(opened, 0, "prompt", None, 9, 9 + len(MAIL)) == MAIL
    with pytest.raises(DatasetError, match="has no characters 9 to 999 in prompt"):
        tables.value_at(opened, 0, "prompt", None, 9, 999)


@pytest.mark.parametrize("kind", KINDS)
def test_a_mask_shows_a_hint_and_never_a_third(kind: str) -> None:
    type_ = KINDS[kind][0]
    for text, spans, _ in (entry for entry in labelled(10, seed=3) if entry.kind == kind):
        ((start, end, _),) = spans
        value, masked = text[start:end], masked_value(type_, text[start:end])
        shown = masked.replace("••", "")
        assert len(shown) <= max(len(value) / 3, 26 if type_ == "SECRET" else 0) and value not in masked
    assert (
        masked_text("a 12 b", [(2, 4, "US_SSN", False)]) == "a •• b"
        and masked_text("a 12", [(2, 4, "US_SSN", True)]) == "a 12"
    )
    assert [p.type for p in parts_of("a12b", [(1, 3, "URL", False)])] == [None, "URL", None]


def test_every_type_has_a_title_and_a_category() -> None:
    assert described("EMAIL_ADDRESS") == ("E-mail address", "contact")
    assert described("US_PASSPORT") == ("Us passport", "identity")


# Names


def test_named_entities_are_a_signal_of_their_own() -> None:
    text = "Marie Curie worked in Paris."
    spans = spans_of(NamedEntities(), "entities", prompt=text)
    assert ("prompt", None, 0, 11, "PERSON") in spans and ("prompt", None, 22, 27, "LOCATION") in spans
    row = NamedEntities()(rows_of({"prompt": text})).row(0, named=True)
    assert {"PERSON", "LOCATION"} <= set(row["entity_types"]) and row["entity_status"] == "scanned"
    assert all(span["score"] is None for span in row["entities"])
    with pytest.raises(SignalError, match="above 0 and at most 1, not 1.5"):
        NamedEntities(share=1.5)


def test_a_share_of_the_rows_is_chosen_by_their_texts() -> None:
    rows = rows_of(*({"prompt": f"Number {n} is Marie Curie."} for n in range(40)))
    status = NamedEntities(share=0.25)(rows)["entity_status"]
    assert 2 <= (status == "scanned").sum() <= 20 and status.null_count() + (status == "scanned").sum() == 40
    again = NamedEntities(share=0.25)(rows.reverse())
    assert again["entity_status"].reverse().to_list() == status.to_list()


def test_pieces_are_every_text_once() -> None:
    rows = rows_of(
        {"prompt": "p", "response": "r"},
        {"text": "t", "rejected": "x"},
        {},
        {"prompt": "c", "messages": [said("user", "c")]},
    )
    assert pieces_of(rows).drop("is_again").rows() == [
        (0, "prompt", None, "p"),
        (0, "response", None, "r"),
        (1, "text", None, "t"),
        (1, "rejected", None, "x"),
        (3, "prompt", 0, "c"),
    ]


# The command line


def run(*arguments: str) -> Any:
    done = CliRunner().invoke(app, ["pii", *arguments])
    assert done.exit_code == 0, done.output
    return json.loads(done.stdout) if "--json" in arguments else done.stdout


def test_the_command_counts_rows_and_spans(opened: Dataset, tmp_path: Path) -> None:
    out = tmp_path / "spans.jsonl"
    result = run(opened.id, "--spans", str(out), "--json")
    assert result.pop("seconds") >= 0
    assert result == {
        "looked_at": 4,
        "not_looked_at": None,
        "rows_scanned": 4,
        "columns_scanned": ["prompt", "response", "source"],
        "columns_without_text": [],
        "names_looked_for": False,
        "names_of_files_and_columns": [],
        "rows_with_pii": 2,
        "rows_not_fully_scanned": 0,
        "rows_failed": 0,
        "placeholders": 3,
        "types": {"EMAIL_ADDRESS": {"rows": 2, "spans": 3}, "CREDIT_CARD": {"rows": 1, "spans": 1}},
    }
    written = [json.loads(line) for line in out.read_text().splitlines()]
    assert len(written) == 7 and MAIL not in out.read_text()
    assert list(written[0]) == [
        ROW_ID,
        "field",
        "message",
        "start",
        "end",
        "type",
        "score",
        "recogniser",
        "is_placeholder",
        "value_hash",
    ]
    assert run(opened.id, "--types", "CREDIT_CARD", "--json")["types"] == {"CREDIT_CARD": {"rows": 1, "spans": 1}}
    assert run(opened.id, "--where", "source~in~b", "--json")["rows_scanned"] == 2
    assert run(opened.id, "--sample", "3", "--json")["rows_scanned"] == 3
    assert "2 of 4 rows hold personal data" in run(opened.id)
    assert list(run(opened.id, "--types", "PERSON,DATE_TIME", "--sample", "2", "--json")["types"]) in ([], ["PERSON"])


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["--spans", "x.txt"], "known endings: .jsonl, .csv, .parquet"),
        (["--types", "FOO"], "called FOO; known: SECRET"),
    ],
)
def test_bad_input_is_named(opened: Dataset, arguments: list[str], says: str) -> None:
    done = CliRunner().invoke(app, ["pii", opened.id, *arguments])
    assert done.exit_code != 0 and says in str(done.exception)


# Nothing leaves


OFFLINE = """
import sys
def refuse(event, args):
    if event in ("socket.getaddrinfo", "socket.connect", "socket.gethostbyname", "subprocess.Popen"):
        raise RuntimeError(f"{event} {args}")
sys.addaudithook(refuse)
from analysis.personal_data.scanning import scanner
for made in (scanner(), scanner("noisy", "US,GB,DE")):
    assert made.scan_text("tibbs@pellworm.de www.pellworm.co.uk +49 30 23125 472").hits
    assert made.plain_scan("tibbs@pellworm.de")
"""


def test_no_connection_is_opened_and_no_list_is_fetched(tmp_path: Path) -> None:
    environment = {"PATH": "/usr/bin:/bin", "HOME": str(tmp_path), "PYTHONDONTWRITEBYTECODE": "1"}
    done = subprocess.run([sys.executable, "-c", OFFLINE], cwd=ROOT, env=environment, capture_output=True, text=True)
    assert done.returncode == 0, done.stderr
    assert list(tmp_path.iterdir()) == []


def test_no_value_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    values = (MAIL, CARD, "DE09370400440532019872", "DEXX-ÉÉÉÉ-1111-1111-1111", "+49 30 23125 472", "472-81-3396")
    with caplog.at_level(logging.DEBUG):
        for value in values:
            scanner("noisy").scan_text(f"iban ssn call {value} now")
            scanner().plain_scan(f"iban ssn call {value} now")
    assert not [record for record in caplog.records if any(value in record.getMessage() for value in values)]
