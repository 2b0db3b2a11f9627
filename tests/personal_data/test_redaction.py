"""Is personal data out of every file that leaves, the same way each time, and is what is left never passed over?"""

from __future__ import annotations

import csv
import hashlib
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

import polars as pl
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from typer.testing import CliRunner

from analysis.__main__ import app
from analysis.annotations import open_annotations
from analysis.computing import compute
from analysis.dataset import Dataset
from analysis.errors import ExportError, ReceiptError, RedactionError
from analysis.export import ExportRequest, export
from analysis.export.redaction.plan import HOW, MOST_SHOWN, read_plan
from analysis.export.redaction.preview import preview
from analysis.export.redaction.pseudonyms import FORMS, hashed, luhn_digit, pseudonym
from analysis.export.redaction.redactor import Redactor
from analysis.export.redaction.stand_ins import masked
from analysis.export.replay import replay
from analysis.export.training_formats import KEYS
from analysis.keys import key_path, value_hash, workspace_key
from analysis.personal_data.cells import JSON, Kind, rewritten, texts_in
from analysis.personal_data.masked_rows import masked_frame
from analysis.personal_data.not_personal import NotPersonal, check_rule, ruled, suggested_pattern
from analysis.personal_data.placeholders import canonical_value, is_placeholder
from analysis.personal_data.scanning import scanner
from analysis.signal import ROW_ID
from analysis.view import View
from analysis.workspace import Workspace
from tests.support.browser import ROOT
from tests.support.personal_texts import KINDS, Draw, written

VALUES = {
    "EMAIL_ADDRESS": "rosalind.achterberg@brightwell-mills.co",
    "PHONE_NUMBER": "+44 20 7183 8750",
    "CREDIT_CARD": "4556739586201942",
    "IBAN_CODE": "DE44500105175407324931",
    "CRYPTO": "16Yeky6GMjeNkAiNcBY7ZhrLoMSgg1BoyZ",
    "US_SSN": "536-90-4399",
    "US_ITIN": "912-70-1234",
    "MEDICAL_LICENSE": "BB1388568",
    "IP_ADDRESS": "84.172.39.206",
    "MAC_ADDRESS": "3C:22:FB:8A:91:0E",
    "SECRET": "AKIA" + "QK7NLD2RVX5MBT9Z",
}
SAID = {
    "EMAIL_ADDRESS": "Write to {} today.",
    "PHONE_NUMBER": "My phone is {} at work.",
    "CREDIT_CARD": "The card {} was refused.",
    "IBAN_CODE": "Pay to the IBAN {} please.",
    "CRYPTO": "The wallet {} is mine.",
    "US_SSN": "Her social security number is {}.",
    "US_ITIN": "His taxpayer ITIN is {}.",
    "MEDICAL_LICENSE": "The physician's DEA license {}.",
    "IP_ADDRESS": "It came from the address {} again.",
    "MAC_ADDRESS": "The card has the MAC {} inside.",
    "SECRET": "aws_access_key_id = {}",
}
TYPES = tuple(VALUES)
ROWS = [
    {"instruction": SAID[t].format(v), "output": f"Done: {t.lower()}.", "source": "ab"[n % 2]}
    for n, (t, v) in enumerate(VALUES.items())
]
CALL = {"name": "send", "arguments": json.dumps({"to": VALUES["EMAIL_ADDRESS"], "amount": 3})}
CHATS: list[dict[str, Any]] = [
    {
        "messages": [
            {"role": "system", "content": "Be kind."},
            {"role": "user", "content": SAID["EMAIL_ADDRESS"].format(VALUES["EMAIL_ADDRESS"])},
            {"role": "assistant", "content": None, "tool_calls": [{"type": "function", "function": CALL}]},
            {"role": "tool", "content": json.dumps({"sent": VALUES["EMAIL_ADDRESS"], "ok": True})},
            {"role": "assistant", "content": f"Sent to {VALUES['EMAIL_ADDRESS']}, not to jan@fjordmail-post.no."},
        ]
    },
    {
        "messages": [
            {"role": "user", "content": f"Is {VALUES['EMAIL_ADDRESS']} right?"},
            {"role": "assistant", "content": "Yes."},
        ]
    },
]
PAIRS = [
    {
        "prompt": "Whose is it?",
        "chosen": f"It is {VALUES['EMAIL_ADDRESS']}.",
        "rejected": f"Call {VALUES['PHONE_NUMBER']}, my phone.",
    },
    {"prompt": "Which?", "chosen": "One.", "rejected": "Two."},
]
PLANTED = {
    "email": "EMAIL_ADDRESS",
    "credit_card": "CREDIT_CARD",
    "ip_address": "IP_ADDRESS",
    "api_key": "SECRET",
    "password_in_url": "SECRET",
    "private_key": "SECRET",
    "iban": "IBAN_CODE",
    "phone": "PHONE_NUMBER",
    "social_security_number": "US_SSN",
}
EVERYTHING = tuple(f"{t}=replace" for t in TYPES)


@pytest.fixture
def workspace(home: Path) -> Workspace:
    return Workspace(home)


def jsonl(path: Path, records: Sequence[Mapping[str, Any]]) -> Path:
    path.write_text("".join(json.dumps(record, ensure_ascii=False) + "\n" for record in records), encoding="utf-8")
    return path


def held(folder: Path) -> str:
    """All that a folder's files say: the text of Parquet and Arrow files, and what column names they have."""
    return "\n".join(
        repr(pq.read_table(path).to_pylist())
        if path.suffix == ".parquet"
        else path.read_bytes().decode("utf-8", "replace")
        for path in sorted(folder.iterdir())
    )


def out_of(dataset: Dataset, folder: Path, to: str = "messages", **request: Any) -> dict[str, Any]:
    return export(dataset, ExportRequest(to=to, **request), folder).receipt.as_dict()


# What can be asked for


def test_a_plan_is_read_and_written_the_same() -> None:
    plan = read_plan(["EMAIL_ADDRESS=replace, CREDIT_CARD=mask:4", "PHONE_NUMBER=pseudonym:dataset", "US_SSN=mask:0"])
    assert [str(rule) for rule in plan.values()] == [
        "EMAIL_ADDRESS=replace",
        "CREDIT_CARD=mask:4",
        "PHONE_NUMBER=pseudonym:dataset",
        "US_SSN=mask",
    ]
    assert ExportRequest(to="messages", redact=("EMAIL_ADDRESS=hash,SECRET=drop",)).redact == (
        "EMAIL_ADDRESS=hash",
        "SECRET=drop",
    )


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("EMAIL_ADDRESS", "Cannot read 'EMAIL_ADDRESS'"),
        ("EMAIL_ADDRESS=burn", "with one of replace, pseudonym, mask, hash, drop"),
        ("EMAIL=replace", "No type of personal data is called 'EMAIL'; known: SECRET"),
        ("CREDIT_CARD=mask:12", "a mask leaves at most 4"),
        ("CREDIT_CARD=mask:x", "mask:x is not known"),
        ("EMAIL_ADDRESS=pseudonym:row", "pseudonym:row is not known"),
        ("DATE_TIME=pseudonym", "There is no pseudonym for DATE_TIME"),
        ("UK_NHS=pseudonym", "There is no pseudonym for UK_NHS"),
        ("SECRET=drop,SECRET=hash", "SECRET is named twice"),
    ],
)
def test_what_cannot_be_asked_for_is_refused(text: str, said: str) -> None:
    with pytest.raises(RedactionError, match=re.escape(said)):
        read_plan([text])


# What stands in the place of a value


def test_every_rule_literally(workspace: Workspace, tmp_path: Path) -> None:
    dataset = workspace.open([jsonl(tmp_path / "a.jsonl", ROWS[:3])])
    plan = ("EMAIL_ADDRESS=mask", "PHONE_NUMBER=replace", "CREDIT_CARD=mask:4")
    out_of(dataset, tmp_path / "out", "alpaca", redact=plan)
    made = [json.loads(line)["instruction"] for line in (tmp_path / "out" / "a-alpaca.jsonl").read_text().splitlines()]
    assert made == [
        "Write to *************************************** today.",
        "My phone is <PHONE_NUMBER> at work.",
        "The card ************1942 was refused.",
    ]
    assert masked("ab", 4) == "**" and masked("12345678", 4) == "********" and masked("1 2-3456789", 4) == "* *****6789"
    assert re.fullmatch(r"<SECRET [a-p]{16}>", hashed(b"k" * 32, "", "SECRET", VALUES["SECRET"]))


@pytest.mark.parametrize("type_", [*FORMS, "PERSON"])
def test_a_pseudonym_has_the_form_and_is_nobodys(type_: str) -> None:
    value = {
        **VALUES,
        "URL": "https://pellworm-reederei.de/rota",
        "UUID": "5f0c6a52-8a11-4e9b-9d0e-0a4c8a1b2c3d",
        "LOCATION": "Coimbra",
        "ORGANIZATION": "Pellworm Reederei",
        "NRP": "Danish",
        "PERSON": "Joaquim Teixeira",
    }[type_]
    keys = [bytes([n]) * 32 for n in range(40)]
    made = [pseudonym(key, "", type_, value) for key in keys]
    assert made == [pseudonym(key, "", type_, value) for key in keys]
    assert len(set(made)) > (4 if type_ == "NRP" else 30)
    assert all(value.lower() not in one.lower() for one in made)
    assert not [one for one in made if re.search(r"[,;\"\\\t\r\n]", one)]
    for one in made:
        hits = [h for h in scanner().scan_text(SAID.get(type_, "{}").format(one)).hits if h.type == type_]
        assert all(is_placeholder(type_, one) or type_ == "MAC_ADDRESS" for _ in hits), one


BEFORE = (
    "",
    "Charge it again: ",
    "My phone is ",
    "SSN ",
    "IBAN: ",
    "card number: ",
    "DEA ",
    "ITIN ",
    "Call ",
    "ip ",
    "wallet ",
    'api_key = "',
    "Release ",
    "(",
    "1, ",
    "x=",
    "5 ",
)
BEHIND = ("", ".", ", code 318", ")", ' "', " 24", " or 77 12", "\n30 more", "-2", ": 8080", " ext 4", "; 12:30")


def stand_ins(r: Draw, type_: str, value: str) -> list[str]:
    """What can stand in the place of a value."""
    key = r.randbytes(32)
    shown = [masked(value, n) for n in range(MOST_SHOWN + 1)]
    return [pseudonym(key, "", type_, value), hashed(key, "", type_, value), *shown, f"<{type_}>"]


def within_what_was_made(draws: int, seed: int) -> list[tuple[str, str]]:
    """Texts with something made in the place of a value, and what a scan with all types finds in a part of it alone."""
    r, made, texts = Draw(seed), [], []
    frames = [frame for _, _, several in KINDS.values() for frame in several]
    for _ in range(draws):
        for type_, value in written(r):
            for new in stand_ins(r, type_, value):
                made.append(new)
                usual = r.choice(BEFORE) + new + r.choice(BEHIND)
                texts.append(usual if r.random() < 0.5 else r.choice(frames).replace("{v}", new))
    found = []
    for at, scan in scanner().scan(pl.Series(texts)).items():
        for hit in scan.hits:
            value = texts[at][hit.start : hit.end]
            if made[at] not in value and not is_placeholder(hit.type, value):
                found.append((texts[at], value))
    return found


def test_no_part_of_what_stands_in_for_a_value_is_found_again() -> None:
    """Draws of every type in every form that people write; 20,000 rounds found one in eight million, since mended."""
    assert within_what_was_made(60, seed=7) == []


NEIGHBOURS = (
    ("My phone is ", " ext 4"),
    ("Call 2 or ", " 24"),
    ("card 12-", "-2"),
    ("SSN ", " or 77 12"),
    ("IBAN ", ""),
    ("电话", "号"),
    ("Call é", " 2024-01-02"),
    ("2024-01-02 ", " 2024-01-02"),
    ("call 12/", " 867-5309"),
    ("+49 ", ") 4"),
    ("(", ".77.12"),
    ("card 4556 ", " 4556"),
    ('{"a": 5551234, "b": "call ', '", "c": 6304586540}'),
    ("mail a@b.de ", "@web.de"),
    ("call 415-867 ", ":4f8::1"),
    ("12:30; ", "/7"),
)
"""Numbers, dates, signs, letters and other people's data before and behind a value."""
UNCOVERING = {
    "My phone is 63045 86540 02419 5783 ext 4": "My phone is <PHONE_NUMBER> <PHONE_NUMBER>",
    "My phone is 4580\xa0392177\xa009912\xa02797 or 77 12": "My phone is <PHONE_NUMBER>\xa0<PHONE_NUMBER> or 77 12",
    "Call 2 or 36904\xa044239\xa003195\xa01521 24": "Call 2 or <PHONE_NUMBER>\xa0<PHONE_NUMBER> 24",
}
"""Texts in which a scan finds the last half of a number alone, and then the first; both replaced."""
REFUSED_KEYS = (81, 132, 218, 222, 225, 226, 230, 244, 265, 269)
"""Of the first 300 secrets, those with which the export of UNCOVERING was refused when nothing was scanned again."""
METHODS = ("pseudonym", "pseudonym:dataset", "hash", "mask", "mask:4", "replace")


def write_key(number: int) -> None:
    """Gives the workspace the secret of this number."""
    key_path().write_bytes(hashlib.sha256(b"key %d" % number).digest())


def opened(workspace: Workspace, path: Path, texts: Iterable[str]) -> Dataset:
    return workspace.open([jsonl(path, [{"prompt": text, "response": "Yes."} for text in texts])])


def prompts_of(dataset: Dataset, out: Path, how: str) -> list[str]:
    """The prompts as they go out; raises RedactionError where the last check refuses them."""
    out_of(dataset, out, "prompt_completion", redact=tuple(f"{t}={how}" for t in TYPES))
    (path,) = out.glob("*.jsonl")
    return [json.loads(line)["prompt"] for line in path.read_text().splitlines()]


def test_what_was_made_may_stand_beside_other_numbers(workspace: Workspace, tmp_path: Path) -> None:
    """A phone number takes the extension behind it along: a hit, but nobody's."""
    r = Draw(3)
    texts = [
        f"{before}{value}{behind}"
        for before in ("My phone is ", "Call 2 or ", "card 12-", "SSN ", "IBAN ")
        for behind in (" ext 4", " 24", "-2", " or 77 12")
        for type_, value in written(r)
        if type_ in TYPES
    ]
    assert set(UNCOVERING) < set(texts)
    write_key(REFUSED_KEYS[0])
    plan = tuple(f"{t}=pseudonym" for t in TYPES)
    receipt = out_of(opened(workspace, tmp_path / "a.jsonl", texts), tmp_path / "out", "prompt_completion", redact=plan)
    taken = {one["type"]: one["values"] for one in receipt["personal_data"]["taken_out"]}
    assert taken["PHONE_NUMBER"] > 20 and taken["CREDIT_CARD"] > 100


@pytest.mark.parametrize(
    ("how", "keys"), [("pseudonym", 8), ("pseudonym:dataset", 0), pytest.param("pseudonym", 32, marks=pytest.mark.slow)]
)
def test_no_secret_makes_an_export_fail(workspace: Workspace, tmp_path: Path, how: str, keys: int) -> None:
    """Chance decides what a pseudonym is, and so which words beside it are found with it."""
    dataset = opened(workspace, tmp_path / "a.jsonl", UNCOVERING)
    for number in (*REFUSED_KEYS, *range(keys)):
        write_key(number)
        assert len(prompts_of(dataset, tmp_path / f"out{number}", how)) == len(UNCOVERING)


@pytest.mark.parametrize("how", METHODS)
def test_what_was_made_may_stand_beside_anything(workspace: Workspace, tmp_path: Path, how: str) -> None:
    """Every type in many forms beside numbers, dates, signs and letters; before, every method was refused."""
    r = Draw(1)
    texts = [
        f"{before}{value}{behind}"
        for before, behind in NEIGHBOURS
        for type_, value in written(r)
        if type_ in TYPES and (type_ != "CREDIT_CARD" or r.random() < 0.2)
    ]
    write_key(1)
    dataset = opened(workspace, tmp_path / "a.jsonl", texts)
    assert len(prompts_of(dataset, tmp_path / "out", how)) == len(texts) > 1000


def test_what_a_replaced_value_covered_is_taken_out_too(workspace: Workspace, tmp_path: Path) -> None:
    file = tmp_path / "a.jsonl"
    dataset = opened(workspace, file, UNCOVERING)
    assert prompts_of(dataset, tmp_path / "out", "replace") == list(UNCOVERING.values())
    receipt = json.loads((tmp_path / "out" / "receipt.json").read_text())
    taken = {one["type"]: (one["rows"], one["values"]) for one in receipt["personal_data"]["taken_out"]}
    assert taken["PHONE_NUMBER"] == (3, 6)
    assert replay(tmp_path / "out" / "receipt.json", file, tmp_path / "again", workspace).receipt.as_dict() == receipt


def test_a_stand_in_that_is_found_itself_gives_way_in_its_row_alone(workspace: Workspace, tmp_path: Path) -> None:
    """`@web.de` makes an address of what stands before it, and a date makes a phone number of the digits a mask shows."""
    iban, file = "NL40ABNA7847175874", tmp_path / "a.jsonl"
    texts = [f"IBAN {iban}.", f"电话{iban}@web.de", "Call éFR26 5835 6941 5265 3480 7748 516 2024-01-02"]
    dataset = opened(workspace, file, texts)
    write_key(1)
    made = prompts_of(dataset, tmp_path / "out", "pseudonym:dataset")
    assert made[:2] == [f"IBAN {pseudonym(workspace_key(), '', 'IBAN_CODE', iban)}.", "电话<IBAN_CODE>@web.de"]
    receipt = json.loads((tmp_path / "out" / "receipt.json").read_text())
    assert replay(tmp_path / "out" / "receipt.json", file, tmp_path / "again", workspace).receipt.as_dict() == receipt
    assert prompts_of(dataset, tmp_path / "masked", "mask:4")[2] == "Call é<IBAN_CODE> 2024-01-02"


def test_a_value_is_drawn_again_in_all_its_writings_until_it_may_stand(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A form of which every second draw, behind a letter, is found as somebody's address."""
    one, other = "GB15 NWBK 5483 2400 6838 62", "GB15NWBK54832400683862"
    monkeypatch.setitem(FORMS, "IBAN_CODE", lambda value, draw: draw.choice(("an ann@brightwell-mills.co", "an ann")))
    dataset = opened(workspace, tmp_path / "a.jsonl", [f"{n} Pay {one} or é{other}" for n in range(20)])
    write_key(1)
    made = prompts_of(dataset, tmp_path / "out", "pseudonym")
    assert made == [f"{n} Pay an ann or éan ann" for n in range(20)]
    first = [pseudonym(workspace_key(), row_id, "IBAN_CODE", one) for row_id in dataset.column(ROW_ID)]
    assert 5 < sum("@" in new for new in first) < 15


def test_the_first_draw_is_what_older_receipts_hold() -> None:
    drawn = {
        type_: pseudonym(bytes(32), "r1", type_, VALUES[type_]) for type_ in ("PHONE_NUMBER", "CREDIT_CARD", "US_SSN")
    }
    assert drawn == {"PHONE_NUMBER": "+1 333 555 0138", "CREDIT_CARD": "9000000077341106", "US_SSN": "000-50-7647"}
    assert pseudonym(bytes(32), "r1", "PHONE_NUMBER", VALUES["PHONE_NUMBER"], 1) != drawn["PHONE_NUMBER"]


def test_formats_of_pseudonyms_stay_valid() -> None:
    key = bytes(32)
    for value in ("4556 7395 8620 1942", "4556739586201942", "3782-822463-10005", "378282-246310-00-5"):
        made = pseudonym(key, "", "CREDIT_CARD", value)
        digits = "".join(filter(str.isdigit, made))
        form = "0" * 15 if value.endswith("-00-5") else re.sub(r"\d", "0", value)  # no card's groups: they are left out
        assert made[0] == "9" and re.sub(r"\d", "0", made) == form
        assert luhn_digit(digits[:-1]) == digits[-1]
    assert luhn_digit("455673958620194") == "2"
    iban = pseudonym(key, "", "IBAN_CODE", "DE44 5001 0517 5407 3249 31")
    bare = iban.replace(" ", "")
    assert re.fullmatch(r"ZZ\d\d(?: [A-Z]{4}){4} [A-Z]{2}", iban)
    assert int("".join(str(int(c, 36)) for c in bare[4:] + bare[:4])) % 97 == 1  # ISO 13616: letters count from 10
    assert re.fullmatch(r"\+1 \d{3} 555 01\d\d", pseudonym(key, "", "PHONE_NUMBER", VALUES["PHONE_NUMBER"]))
    assert re.fullmatch(r"\(\d{3}\) 555-01\d\d", pseudonym(key, "", "PHONE_NUMBER", "(415) 867-5309"))
    assert re.fullmatch(r"\d{3}-555-01\d\d", pseudonym(key, "", "PHONE_NUMBER", "415.867.5309"))
    assert re.fullmatch(r"[\w.]+@example\.(com|org|net)", pseudonym(key, "", "EMAIL_ADDRESS", VALUES["EMAIL_ADDRESS"]))
    assert re.fullmatch(r"000-\d\d-\d{4}", pseudonym(key, "", "US_SSN", VALUES["US_SSN"]))
    assert re.fullmatch(r"9\d\d-00-\d{4}", pseudonym(key, "", "US_ITIN", VALUES["US_ITIN"]))
    assert re.fullmatch(r"198\.1[89]\.\d+\.\d+", pseudonym(key, "", "IP_ADDRESS", VALUES["IP_ADDRESS"]))
    assert pseudonym(key, "", "IP_ADDRESS", "2a01:4f8::1").startswith("2001:db8::")
    assert re.fullmatch(r"00:00:5E:00:53:[0-9A-F]{2}", pseudonym(key, "", "MAC_ADDRESS", VALUES["MAC_ADDRESS"]))
    assert re.fullmatch(r"ghp_EXAMPLE[a-z]{16}", pseudonym(key, "", "SECRET", "ghp_" + "a1B2" * 9))
    assert pseudonym(key, "", "SECRET", "https://odell:tr0mbone@pellworm.de/x").endswith("@host.example.com")


def test_the_same_person_has_one_pseudonym_in_a_conversation_and_if_chosen_in_all() -> None:
    key, value = bytes(32), VALUES["PHONE_NUMBER"]
    assert pseudonym(key, "r1", "PHONE_NUMBER", value) == pseudonym(key, "r1", "PHONE_NUMBER", "+44-20-7183-8750")
    assert pseudonym(key, "r1", "PHONE_NUMBER", value) != pseudonym(key, "r2", "PHONE_NUMBER", value)
    assert pseudonym(key, "r1", "PHONE_NUMBER", value) != pseudonym(b"1" * 32, "r1", "PHONE_NUMBER", value)
    whole = pseudonym(key, "r1", "PERSON", "Joaquim Teixeira").split()
    assert [pseudonym(key, "r1", "PERSON", "Joaquim"), pseudonym(key, "r1", "PERSON", "Teixeira")] == whole


def test_conversations_tool_calls_and_results_agree(workspace: Workspace, tmp_path: Path) -> None:
    dataset = workspace.open([jsonl(tmp_path / "c.jsonl", CHATS)])
    for scope, same in (("", False), (":dataset", True)):
        out = tmp_path / f"out{scope[1:]}"
        receipt = out_of(dataset, out, redact=(f"EMAIL_ADDRESS=pseudonym{scope}",))
        first, second = [json.loads(line)["messages"] for line in (out / "c-messages.jsonl").read_text().splitlines()]
        new = re.search(r"Write to (\S+) today", first[1]["content"])[1]  # type: ignore[index]
        assert json.loads(first[2]["tool_calls"][0]["function"]["arguments"]) == {"to": new, "amount": 3}
        assert json.loads(first[3]["content"]) == {"sent": new, "ok": True}
        assert (
            first[4]["content"].startswith(f"Sent to {new}, not to ")
            and new not in first[4]["content"].split("not to")[1]
        )
        assert (new in second[0]["content"]) == same
        assert receipt["personal_data"]["taken_out"] == [
            {"type": "EMAIL_ADDRESS", "how": "pseudonym", "rows": 2, "values": 3}
        ]


# Every format


@pytest.mark.parametrize("how", [how for how in HOW if how != "drop"])
@pytest.mark.parametrize("to", ["input", "messages", "sharegpt", "alpaca", "prompt_completion", "parquet", "csv"])
def test_nothing_is_left_in_any_format_and_replay_gives_the_same(
    workspace: Workspace, tmp_path: Path, to: str, how: str
) -> None:
    file = jsonl(tmp_path / "a.jsonl", ROWS)
    dataset = workspace.open([file])
    receipt = out_of(dataset, tmp_path / "out", to, redact=tuple(f"{t}={how}" for t in TYPES))
    said = held(tmp_path / "out")
    assert [t for t, value in VALUES.items() if value in said] == []
    assert {
        one["type"]: (one["rows"], one["values"]) for one in receipt["personal_data"]["taken_out"]
    } == dict.fromkeys(TYPES, (1, 1))
    assert said.count("Done: ") >= len(ROWS)
    again = replay(tmp_path / "out" / "receipt.json", file, tmp_path / "again", workspace)
    assert again.receipt.as_dict() == receipt
    assert held(tmp_path / "again") == said


@pytest.mark.parametrize("to", ["input", "preference", "kto", "csv"])
def test_pairs(workspace: Workspace, tmp_path: Path, to: str) -> None:
    dataset = workspace.open([jsonl(tmp_path / "p.jsonl", PAIRS)])
    out_of(dataset, tmp_path / "out", to, redact=EVERYTHING)
    said = held(tmp_path / "out")
    assert VALUES["EMAIL_ADDRESS"] not in said and VALUES["PHONE_NUMBER"] not in said
    assert "It is <EMAIL_ADDRESS>." in said and "Call <PHONE_NUMBER>, my phone." in said


@pytest.mark.parametrize("ending", ["csv", "tsv", "json", "txt", "parquet", "arrow", "jsonl"])
def test_the_input_s_own_format_keeps_its_shape(workspace: Workspace, tmp_path: Path, ending: str) -> None:
    rows = [
        {
            "prompt": f'He said "{SAID["EMAIL_ADDRESS"].format(VALUES["EMAIL_ADDRESS"])}", twice',
            "response": "Yes, so\nbe it",
            "n": 1,
        },
        {"prompt": "Nothing here", "response": f"{VALUES['EMAIL_ADDRESS']},{VALUES['CREDIT_CARD']}", "n": 2},
    ]
    path = tmp_path / f"a.{ending}"
    if ending in ("csv", "tsv"):
        with path.open("w", newline="") as file:
            writer = csv.DictWriter(
                file, list(rows[0]), delimiter="\t" if ending == "tsv" else ",", lineterminator="\n"
            )
            writer.writeheader()
            writer.writerows(rows)
    elif ending == "parquet":
        pq.write_table(pa.Table.from_pylist(rows), path)
    elif ending == "arrow":
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, pa.Table.from_pylist(rows).schema) as writer_:
            writer_.write_table(pa.Table.from_pylist(rows))
    elif ending == "txt":
        path.write_text("".join(f"{row['prompt']}\n" for row in rows))
    else:
        path.write_text(json.dumps(rows) if ending == "json" else "".join(json.dumps(row) + "\n" for row in rows))
    dataset = workspace.open([path])
    receipt = out_of(dataset, tmp_path / "out", "input", redact=EVERYTHING)
    (made,) = receipt["files"]
    again = Workspace().open([tmp_path / "out" / made["path"]])
    assert again.height == dataset.height
    assert again.originals == dataset.originals
    texts = [str(t) for c in again.originals for t in again.column(c)]
    assert any("Write to <EMAIL_ADDRESS> today." in text for text in texts)
    if ending != "txt":
        assert "<EMAIL_ADDRESS>,<CREDIT_CARD>" in texts
        assert again.column("n").to_list() == [1, 2]
        assert again.column("response")[0] == dataset.column("response")[0]


def test_other_columns_nested_ones_and_names_in_json_are_taken_out_too(workspace: Workspace, tmp_path: Path) -> None:
    mail = VALUES["EMAIL_ADDRESS"]
    rows = [
        {
            "prompt": "Hello there",
            "response": "Yes",
            "author": mail,
            "meta": {"by": [mail], "deep": {mail: 1}},
            "links": [f"mailto:{mail}", "x"],
        },
        {
            "prompt": "Hello again",
            "response": "No",
            "author": "nobody",
            "meta": {"by": [], "deep": {"é": 1}},
            "links": [],
        },
    ]
    dataset = workspace.open([jsonl(tmp_path / "a.jsonl", rows)])
    for to in ("input", "prompt_completion", "parquet", "csv"):
        out_of(dataset, tmp_path / to, to, redact=("EMAIL_ADDRESS=replace",))
        assert mail not in held(tmp_path / to), to
    first = json.loads((tmp_path / "input" / "a-input.jsonl").read_text().splitlines()[0])
    assert first == {
        "prompt": "Hello there",
        "response": "Yes",
        "author": "<EMAIL_ADDRESS>",
        "meta": {"by": ["<EMAIL_ADDRESS>"], "deep": {"<EMAIL_ADDRESS>": 1}},
        "links": ["mailto:<EMAIL_ADDRESS>", "x"],
    }
    second = (tmp_path / "input" / "a-input.jsonl").read_text().splitlines()[1]
    assert second == json.dumps(rows[1], ensure_ascii=False)


def test_cleaning_and_taking_out_together(workspace: Workspace, tmp_path: Path) -> None:
    row = {"prompt": f"<b>Hi</b> there, <i>{VALUES['EMAIL_ADDRESS']}</i> it is", "response": "<p>ok</p>"}
    dataset = workspace.open([jsonl(tmp_path / "a.jsonl", [row])])
    out_of(dataset, tmp_path / "out", "prompt_completion", clean=("html_tags",), redact=("EMAIL_ADDRESS=replace",))
    made = json.loads((tmp_path / "out" / "a-prompt-completion.jsonl").read_text())
    assert made == {"prompt": "Hi there, <EMAIL_ADDRESS> it is", "completion": "ok"}


def test_rows_are_dropped_and_the_waterfall_says_so(workspace: Workspace, tmp_path: Path) -> None:
    file = jsonl(
        tmp_path / "a.jsonl", [*ROWS, {"instruction": "Plain", "output": "words", "source": VALUES["EMAIL_ADDRESS"]}]
    )
    dataset = workspace.open([file])
    request = ("EMAIL_ADDRESS=drop", "SECRET=drop")
    with pytest.raises(ExportError, match="compute personal_data first"):
        out_of(dataset, tmp_path / "out", redact=request)
    compute(dataset, dataset.signal("personal_data"))
    receipt = out_of(dataset, tmp_path / "out", "alpaca", redact=request)
    steps = {step["reason"]: step["dropped_rows"] for step in receipt["steps"]}
    assert steps["holds EMAIL_ADDRESS"] == 2 and steps["holds SECRET"] == 1  # the second one in the column source
    assert receipt["rows_out"] == len(ROWS) - 2
    assert VALUES["EMAIL_ADDRESS"] not in (tmp_path / "out" / "a-alpaca.jsonl").read_text()
    again = replay(tmp_path / "out" / "receipt.json", file, tmp_path / "again", workspace)
    assert again.receipt.as_dict() == receipt


# Names


def test_names_are_taken_out_wherever_they_stand_in_the_row(workspace: Workspace, tmp_path: Path) -> None:
    rows = [
        {"prompt": "Ask Joaquim Teixeira about it.", "response": "Joaquim said no.", "by": "Joaquim Teixeira"},
        {"prompt": "Joaquimismo", "response": "ok", "by": ""},
    ]
    dataset = workspace.open([jsonl(tmp_path / "a.jsonl", rows)])
    with pytest.raises(RedactionError, match="PERSON are found by the signal named_entities"):
        out_of(dataset, tmp_path / "out", "csv", redact=("PERSON=replace",))
    path = dataset.path(dataset.signal("named_entities"))
    span = {
        "field": "prompt",
        "message": None,
        "start": 4,
        "end": 20,
        "type": "PERSON",
        "score": None,
        "recogniser": "p",
        "is_placeholder": False,
        "value_hash": "0" * 16,
        ROW_ID: dataset.column(ROW_ID)[0],
    }
    alone = {**span, "field": "response", "start": 0, "end": 7}
    schema = {ROW_ID: pl.String, "message": pl.UInt32, "score": pl.Float32}
    pl.DataFrame(
        {"entity_types": [["PERSON"], []], "entity_count": [2, 0], "entity_status": ["scanned"] * 2}
    ).write_parquet(path)
    pl.DataFrame([span, alone], schema_overrides=schema).write_parquet(
        dataset.table_path(dataset.signal("named_entities"), "entities")
    )
    receipt = out_of(dataset, tmp_path / "out", "csv", redact=("PERSON=pseudonym",))
    text = (tmp_path / "out" / "a.csv").read_text()
    assert not re.search(r"\bJoaquim\b|Teixeira", text) and "Joaquimismo" in text
    first, last = re.search(r"Ask (\w+) (\w+) about", text).groups()  # type: ignore[union-attr]
    assert f"{first} said no." in text and f"{first} {last}" in text.split("said no.")[1]
    assert receipt["personal_data"]["taken_out"][0]["rows"] == 1


# Scanning again


def test_the_export_fails_and_names_the_rows_where_something_is_left(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for to, rows in (("input", ROWS), ("messages", ROWS), ("parquet", ROWS), ("csv", ROWS), ("kto", PAIRS)):
        dataset = workspace.open([jsonl(tmp_path / "a.jsonl", rows)])
        out = tmp_path / f"out-{to}"
        with monkeypatch.context() as patch:
            patch.setattr(Redactor, "__call__", lambda self, frame, kinds: frame)
            with pytest.raises(RedactionError, match="Personal data would be left") as caught:
                out_of(dataset, out, to, redact=("EMAIL_ADDRESS=replace",))
        assert f"row {dataset.column(ROW_ID)[0]}, " in str(caught.value), to
        assert VALUES["EMAIL_ADDRESS"] not in str(caught.value)
        assert not out.exists()


def test_a_column_or_a_filter_that_is_an_address_cannot_go_out(workspace: Workspace, tmp_path: Path) -> None:
    mail = VALUES["EMAIL_ADDRESS"]
    dataset = workspace.open([jsonl(tmp_path / "a.jsonl", [{"prompt": "a b", "response": "c", mail: "x"}])])
    for to in ("input", "prompt_completion", "csv", "parquet"):
        if to == "input":
            continue  # its names are texts of the record, and are replaced
        with pytest.raises(RedactionError, match="EMAIL_ADDRESS in"):
            out_of(dataset, tmp_path / to, to, redact=("EMAIL_ADDRESS=replace",))
    plain = workspace.open([jsonl(tmp_path / "b.jsonl", ROWS)])
    with pytest.raises(RedactionError, match="EMAIL_ADDRESS in the receipt"):
        out_of(plain, tmp_path / "f", redact=("EMAIL_ADDRESS=replace",), view=View().where("prompt", "has", mail))


def test_a_text_that_cannot_be_scanned_to_its_end_is_never_passed_over(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    dataset = workspace.open([jsonl(tmp_path / "a.jsonl", ROWS)])
    monkeypatch.setattr("analysis.personal_data.scanning.MOST_HITS", 0)
    with pytest.raises(RedactionError, match="scanned to its end"):
        out_of(dataset, tmp_path / "out", redact=("EMAIL_ADDRESS=replace",))


# What is not personal


def test_rules_by_value_pattern_and_source_and_their_undo(workspace: Workspace, tmp_path: Path) -> None:
    mails = ["ann@gravel-works.co", "bob@gravel-works.co", "cyd@other-mill.de"]
    rows = [
        {"prompt": f"Mail {mails[n % 3]} number {n}", "response": "ok", "source": "web" if n < 6 else "forum"}
        for n in range(9)
    ]
    file = jsonl(tmp_path / "a.jsonl", rows)
    dataset = workspace.open([file])
    compute(dataset, dataset.signal("personal_data"))
    notes, print_ = open_annotations(workspace.home), dataset.fingerprint
    view = View().where("pii_types", "has", "EMAIL_ADDRESS")

    def now() -> int:
        kept = [one.rule for one in notes.rules.in_force(print_)]
        dataset.set_rulings(ruled(dataset, kept, notes.rules.revision(print_)))
        assert int(dataset.column("pii_count").sum()) == len(dataset.rows_of(view))
        assert dataset.column("pii_values").list.len().eq_missing(dataset.column("pii_count")).all()
        assert dataset.frame(["pii_types"], dataset.rows_of(view))["pii_types"].list.len().min() in (1, None)
        return len(dataset.rows_of(view))

    assert now() == 9
    hash_ = value_hash(workspace_key(), "EMAIL_ADDRESS", canonical_value("EMAIL_ADDRESS", mails[2]))
    value = notes.rules.add(print_, NotPersonal("value", "EMAIL_ADDRESS", hash_), "ann")
    assert notes.rules.add(print_, NotPersonal("value", "EMAIL_ADDRESS", hash_), "bob") == value
    assert now() == 6
    pattern = notes.rules.add(
        print_, NotPersonal("pattern", "EMAIL_ADDRESS", suggested_pattern("EMAIL_ADDRESS", mails[0])), "ann"
    )
    assert now() == 0
    notes.rules.end(value, "bob")
    assert now() == 3
    notes.rules.end(pattern, "ann")
    source = notes.rules.add(print_, NotPersonal("source", "EMAIL_ADDRESS", "web", "source"), "ann")
    assert now() == 3
    receipt = out_of(dataset, tmp_path / "out", "prompt_completion", redact=("EMAIL_ADDRESS=replace",))
    text = (tmp_path / "out" / "a-prompt-completion.jsonl").read_text()
    assert text.count("<EMAIL_ADDRESS>") == 3 and text.count("gravel-works.co") == 4
    assert receipt["personal_data"]["not_personal"] == [
        {"kind": "source", "type": "EMAIL_ADDRESS", "what": "web", "column": "source"}
    ]
    notes.rules.end(source, "ann")
    assert now() == 9
    assert replay(tmp_path / "out" / "receipt.json", file, tmp_path / "again", workspace).receipt.as_dict() == receipt
    with pytest.raises(ValueError, match="no rule"):
        notes.rules.end(source, "ann")


def test_a_view_that_rests_on_rules_says_them_and_replays(workspace: Workspace, tmp_path: Path) -> None:
    file = jsonl(tmp_path / "a.jsonl", ROWS)
    dataset = workspace.open([file])
    compute(dataset, dataset.signal("personal_data"))
    rule = NotPersonal("source", "EMAIL_ADDRESS", "a", "source")
    dataset.set_rulings(ruled(dataset, [rule], "1"))
    receipt = out_of(dataset, tmp_path / "out", view=View().where("pii_types", "has", "EMAIL_ADDRESS"))
    assert receipt["rows_out"] == 0 and receipt["personal_data"]["not_personal"] == [rule.as_dict()]
    assert replay(tmp_path / "out" / "receipt.json", file, tmp_path / "again", workspace).receipt.as_dict() == receipt


@pytest.mark.parametrize(
    ("rule", "said"),
    [
        (NotPersonal("pattern", "EMAIL_ADDRESS", r"ann@gravel\-works\.co"), "itself personal data"),
        (NotPersonal("pattern", "EMAIL_ADDRESS", ".*"), "matches every text"),
        (NotPersonal("pattern", "EMAIL_ADDRESS", "("), "unclosed"),
        (NotPersonal("pattern", "EMAIL_ADDRESS", "a" * 201), "201 characters"),
        (NotPersonal("source", "EMAIL_ADDRESS", "cyd@other-mill.de", "author"), "itself personal data"),
        (NotPersonal("source", "EMAIL_ADDRESS", "web"), "what it excludes"),
        (NotPersonal("value", "EMAIL_ADDRESS", ""), "what it excludes"),
    ],
)
def test_a_rule_that_gives_somebody_away_or_says_nothing_is_refused(rule: NotPersonal, said: str) -> None:
    with pytest.raises(ValueError, match=re.escape(said)):
        check_rule(rule)


def test_a_suggested_pattern_is_the_form_alone() -> None:
    assert suggested_pattern("PHONE_NUMBER", "1200-400-300") == r"[0-9]{4}\-[0-9]{3}\-[0-9]{3}"
    assert suggested_pattern("IP_ADDRESS", "6.2.9200.1") == r"[0-9]\.[0-9]\.[0-9]{4}\.[0-9]"
    assert suggested_pattern("EMAIL_ADDRESS", "ann@gravel-works.co") == r"[^@]+@gravel\-works\.co"
    for type_, value in VALUES.items():
        pattern = suggested_pattern(type_, value)
        assert pl.Series([value]).str.contains(rf"\A(?:{pattern})\z")[0], type_
        assert check_rule(NotPersonal("pattern", type_, pattern))


# Nothing personal anywhere else


def test_no_value_is_in_the_workspace_a_log_or_an_error(
    workspace: Workspace, tmp_path: Path, caplog: pytest.LogCaptureFixture
) -> None:
    dataset = workspace.open([jsonl(tmp_path / "a.jsonl", ROWS)])
    signal = dataset.signal("personal_data")
    compute(dataset, signal)
    notes = open_annotations(workspace.home)
    spans = dataset.table_in(signal, "spans", dataset.rows_of(View()))
    for type_, hash_ in spans.select("type", "value_hash").iter_rows():
        notes.rules.add(dataset.fingerprint, NotPersonal("value", type_, hash_), "ann")
    notes.looks.add(dataset.fingerprint, [(row_id, "EMAIL_ADDRESS") for row_id in dataset.column(ROW_ID)], "ann")
    out_of(dataset, tmp_path / "out", "alpaca", redact=tuple(f"{t}=pseudonym" for t in TYPES))
    rows = (dataset.folder / "rows", dataset.folder / "dataset.json")
    kept = [p for p in workspace.home.rglob("*") if p.is_file() and not any(p.is_relative_to(r) for r in rows)]
    assert len(kept) > 4
    assert [(p.name, t) for p in kept for t, v in VALUES.items() if v.encode() in p.read_bytes()] == []
    assert [t for t, v in VALUES.items() if v in caplog.text or v in held(tmp_path / "out")] == []


def test_every_look_is_an_entry_with_name_and_time(workspace: Workspace) -> None:
    notes = open_annotations(workspace.home)
    for person in ("ann", "bob", "ann"):
        notes.looks.add("f" * 64, [("r1", "EMAIL_ADDRESS")], person)
    table = notes.looks.latest("f" * 64)
    assert table["person"].to_list() == ["ann", "bob", "ann"]
    assert table["at"].is_sorted(descending=True) and table["row_id"].to_list() == ["r1"] * 3
    assert notes.tags.standing("f" * 64).is_empty() and notes.tags.undo("f" * 64, "ann") is None


def test_another_workspace_is_told_what_it_needs(
    workspace: Workspace, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    file = jsonl(tmp_path / "a.jsonl", ROWS)
    out_of(workspace.open([file]), tmp_path / "out", redact=("EMAIL_ADDRESS=pseudonym",))
    secret = key_path().read_bytes()
    other = tmp_path / "other"
    monkeypatch.setenv("WINNOW_HOME", str(other))
    with pytest.raises(ReceiptError, match="secret .* of another workspace"):
        replay(tmp_path / "out" / "receipt.json", file, tmp_path / "again", Workspace(other))
    key_path().write_bytes(secret)
    replay(tmp_path / "out" / "receipt.json", file, tmp_path / "again", Workspace(other))


def test_a_receipt_with_another_shape_is_refused(workspace: Workspace, tmp_path: Path) -> None:
    file = jsonl(tmp_path / "a.jsonl", ROWS)
    out_of(workspace.open([file]), tmp_path / "out", redact=("EMAIL_ADDRESS=replace",))
    path = tmp_path / "out" / "receipt.json"
    receipt = json.loads(path.read_text())
    changes: tuple[dict[str, Any], ...] = (
        {"redact": "all"},
        {"not_personal": [{"kind": 1}]},
        {"secret": None},
        {"detector": []},
    )
    for change in changes:
        path.write_text(json.dumps({**receipt, "personal_data": {**receipt["personal_data"], **change}}))
        with pytest.raises(ReceiptError, match="no receipt of Winnow"):
            replay(path, file, tmp_path / "again", workspace)


# Reading


def test_tables_and_previews_are_masked(workspace: Workspace, tmp_path: Path) -> None:
    dataset = workspace.open([jsonl(tmp_path / "a.jsonl", ROWS)])
    compute(dataset, dataset.signal("personal_data"))
    rows = dataset.rows_of(View())
    shown = masked_frame(dataset, dataset.frame(["prompt", "instruction", "source"], rows), rows)
    assert "r••@b••.co" in shown["prompt"][0] and shown["instruction"][0] == shown["prompt"][0]
    before = preview(dataset, View(), read_plan([*(f"{t}=replace" for t in TYPES[:-1]), "SECRET=drop"]))
    assert before["type"].to_list() == list(TYPES)
    assert before.filter(pl.col("type") == "SECRET")["after"][0] == "(the row is left out)"
    assert "<EMAIL_ADDRESS>" in before["after"][0] and "r••@b••.co" in before["before"][0]
    said = str(shown.to_dicts()) + str(before.to_dicts())
    assert [t for t, value in VALUES.items() if value in said] == []


# The command line, properties, samples


def test_the_command_line(workspace: Workspace, tmp_path: Path) -> None:
    file = jsonl(tmp_path / "a.jsonl", ROWS)
    plan = "EMAIL_ADDRESS=replace,PHONE_NUMBER=pseudonym,SECRET=drop"
    arguments = ["export", str(file), "--to", "messages", "--out", str(tmp_path / "out"), "--redact", plan, "--json"]
    made = CliRunner().invoke(app, arguments)
    assert made.exit_code == 0, made.output
    assert json.loads(made.stdout)["rows_out"] == len(ROWS) - 1
    said = held(tmp_path / "out")
    assert VALUES["EMAIL_ADDRESS"] not in said and VALUES["PHONE_NUMBER"] not in said and VALUES["IBAN_CODE"] in said


@given(
    st.recursive(
        st.none() | st.integers() | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=8,
    )
)
@settings(max_examples=200)
def test_rewriting_keeps_json_and_changes_only_texts(value: Any) -> None:
    text = json.dumps(value)
    assert rewritten(text, lambda t: t, JSON) == text
    json.loads(rewritten(text, lambda t: f"<{t}>", JSON))
    assert all(isinstance(t, str) for t in texts_in(text, JSON))


@given(st.lists(st.text(alphabet='ab,";\n @', max_size=12), min_size=1, max_size=4))
def test_cells_are_found_whatever_is_in_them(cells: list[str]) -> None:
    from io import StringIO

    line = StringIO()
    csv.writer(line, lineterminator="", quoting=csv.QUOTE_ALL).writerow(cells)
    assert set(texts_in(line.getvalue(), Kind("cells"))) >= {c for c in cells if c and "\r" not in c}


@pytest.mark.parametrize("sample", ["instructions", "chats", "preferences", "hostile"])
def test_samples_go_out_without_what_was_planted(workspace: Workspace, tmp_path: Path, sample: str) -> None:
    file = ROOT / "sample_data" / f"{sample}.jsonl"
    dataset = workspace.open([file])
    planted = json.loads((ROOT / "sample_data" / "TRUTH.json").read_text())["personal_data"]["details"]
    values = [(PLANTED[one["kind"]], one["value"]) for one in planted if one["kind"] in PLANTED]
    values = [(type_, value) for type_, value in values if not is_placeholder(type_, value)]
    assert {type_ for type_, _ in values} == set(PLANTED.values())
    for to in ("input", "parquet", *(to for to in KEYS if sample == "preferences" or to not in ("preference", "kto"))):
        try:
            receipt = out_of(dataset, tmp_path / to, to, redact=tuple(f"{t}=pseudonym" for t in TYPES))
        except ExportError as error:
            pytest.fail(str(error))
        said = held(tmp_path / to)
        assert [type_ for type_, value in values if value in said or json.dumps(value)[1:-1] in said] == [], to
        assert receipt["rows_out"] or sample == "hostile" or to in ("preference", "kto")
