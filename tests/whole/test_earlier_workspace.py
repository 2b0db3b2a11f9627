"""Does a workspace that an earlier version made open with the code of today, with its columns, tags, views and receipts?

`make_earlier_workspace.py` made the workspace and names the commit. The expected values are those of that commit.
A signal whose `version` is raised on purpose has another key: then its key leaves the list here.
"""

from __future__ import annotations

import json
import shutil
import tarfile
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from analysis.__main__ import app
from analysis.annotations import Annotations, open_annotations
from analysis.computing import compute
from analysis.duplicates.verdicts import verdicts
from analysis.errors import NotLookedAtError
from analysis.workspace import Workspace
from tests.support.app_page import open_page

ARCHIVE = Path(__file__).parent / "earlier_workspace.tar.gz"

INSTRUCTIONS, OTHER_ROLE = "e853153d4cf3895c", "e853153d4cf3-bfe004"
CHATS, PREFERENCES = "9eb8b8b0cdb03c82", "f8c9d59f3aa20b50"
FINGERPRINT = "e853153d4cf3895c1de0a707e08bb2583c94cb10672e6e6ad8b8527358e83edf"
# The ids of the 13 rows of the instructions; that of row 3 is ROWS[3].
ROWS = (
    "7879b5b2a453c2cc", "136bf1f79de45076", "c4dbb4396d1dedff", "1125bb291ccff060", "8aeecccdf1001439",
    "3bd611e4a40d4d46", "c62ce24a4450e70f", "5c4862cb8e6ef8b8", "f478369eda9ae8d2", "6d55f21fe8dd9a87",
    "e13ee3abe6641d83", "4d4315bff55639c1", "3a8bc6c421f03596",
)  # fmt: skip
KEYS = {
    INSTRUCTIONS: [
        "consensus-v1-11a848b79bcc", "times-v1-224f0e6a3131", "sessions-v1-7d26e6e4bdde",
        "language-v1-44136fa355b3", "shared_spans-v1-ba1dfbacf753", "repetition-v1-4031f8405105",
        "embedding-v2-edd93586f808", "neighbours-v1-7a57e11dbcf4",
        "map-v1-ed9a935a10ce", "clusters-v3-ca53626e11d6",
    ],
    CHATS: ["language-v1-44136fa355b3"],
    PREFERENCES: ["times-v1-49ed684fa34a"],
}  # fmt: skip
Run = Callable[..., list[Any]]


def minute(number: int) -> datetime:
    """The time of the record of that number in its table, as the script set it."""
    return datetime(2026, 3, 2, 9, number, tzinfo=UTC)


@pytest.fixture(scope="module")
def unpacked(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The archive's files, which no test changes."""
    folder = tmp_path_factory.mktemp("earlier")
    with tarfile.open(ARCHIVE) as archive:
        archive.extractall(folder, filter="data")
    return folder


@pytest.fixture
def earlier(unpacked: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A copy of `data/` and `home/` for this test alone; WINNOW_HOME points to the second."""
    shutil.copytree(unpacked, tmp_path, dirs_exist_ok=True)
    monkeypatch.setenv("WINNOW_HOME", str(tmp_path / "home"))
    return tmp_path


@pytest.fixture
def notes(earlier: Path) -> Iterator[Annotations]:
    with open_annotations(earlier / "home") as opened:
        yield opened


@pytest.fixture
def run(earlier: Path, capfd: pytest.CaptureFixture[str]) -> Run:
    """Runs a command of the command line in this process; what it wrote as JSON, line by line."""

    def run_it(*arguments: str | Path) -> list[Any]:
        capfd.readouterr()
        app([str(argument) for argument in arguments], standalone_mode=False)
        return [json.loads(line) for line in capfd.readouterr().out.splitlines()]

    return run_it


def column(run: Run, dataset: str, name: str, *where: str) -> list[Any]:
    """A column of the rows that pass the filters, as the command `table` gives it."""
    filters = [part for text in where for part in ("--where", text)]
    return [row[name] for row in run("table", dataset, "--columns", name, *filters)]


def stored_files(earlier: Path) -> dict[str, bytes]:
    """Every file of the datasets but the locks, by its path."""
    folder = earlier / "home" / "datasets"
    files = (path for path in folder.rglob("*") if path.is_file() and path.suffix != ".lock")
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in files}


# Datasets and their columns


def test_every_dataset_opens(earlier: Path) -> None:
    workspace = Workspace()
    opened = [(meta["id"], meta["name"], meta["rows"], meta["format"]) for meta in workspace.datasets()]
    assert opened == [
        (OTHER_ROLE, "instructions.jsonl", 13, "instruction"),
        (PREFERENCES, "preferences.jsonl", 6, "preference"),
        (CHATS, "chats.jsonl", 6, "chat"),
        (INSTRUCTIONS, "instructions.jsonl", 13, "instruction"),
    ]
    assert tuple(workspace.dataset(INSTRUCTIONS).column("row_id")) == ROWS
    assert tuple(workspace.dataset(OTHER_ROLE).column("row_id")) == ROWS
    assert workspace.dataset(INSTRUCTIONS).fingerprint == FINGERPRINT
    assert (workspace.dataset(INSTRUCTIONS).role("response"), workspace.dataset(OTHER_ROLE).role("response")) == (
        "output",
        "reference",
    )


@pytest.mark.parametrize(
    ("name", "id"), [("instructions", INSTRUCTIONS), ("chats", CHATS), ("preferences", PREFERENCES)]
)
def test_the_same_file_is_the_same_dataset(name: str, id: str, run: Run, earlier: Path) -> None:
    before = stored_files(earlier)
    [answer] = run("open", earlier / "data" / f"{name}.jsonl", "--json")
    assert answer["id"] == id
    assert stored_files(earlier) == before


def test_the_same_reading_of_a_file_is_the_same_dataset(run: Run, earlier: Path) -> None:
    before = stored_files(earlier)
    roles = {
        "annotator": "annotator", "created_at": "created_at", "item": "item_id", "prompt": "instruction",
        "response": "reference", "score": "score", "source": "source", "split": "split",
    }  # fmt: skip
    options = [part for role, of in roles.items() for part in ("--role", f"{role}={of}")]
    [answer] = run("open", earlier / "data" / "instructions.jsonl", *options, "--json")
    assert answer["id"] == OTHER_ROLE
    assert Workspace().reread(Workspace().dataset(INSTRUCTIONS), {"response": "reference"}).id == OTHER_ROLE
    assert stored_files(earlier) == before


@pytest.mark.parametrize("id", KEYS)
def test_every_signal_is_there_under_its_key_and_none_is_computed_again(id: str, run: Run, earlier: Path) -> None:
    dataset = Workspace().dataset(id)
    computed = [signal for signal in dataset.signals() if dataset.has(signal)]
    assert sorted(signal.key for signal in computed) == sorted(KEYS[id])
    before = stored_files(earlier)
    names = [signal.name for signal in computed]
    if names == ["times"]:  # no row of the preferences has a time
        with pytest.raises(NotLookedAtError):
            run("compute", id, *names, "--json")
    else:
        [answer] = run("compute", id, *names, "--json")
        assert sorted(signal["key"] for signal in answer["signals"]) == sorted(KEYS[id])
    assert stored_files(earlier) == before


@pytest.mark.parametrize(
    ("id", "name", "values"),
    [
        (INSTRUCTIONS, "row_tokens", [41, 42, 15, 15, 15, 28, 29, 41, 19, 24, 3, 44, 18]),
        (INSTRUCTIONS, "near_group", [0, 0, 2, None, 2, None, None, None, None, None, None, None, None]),
        (INSTRUCTIONS, "is_leak", [True, True, *[False] * 11]),
        (INSTRUCTIONS, "verb", ["write", "write", "be", "be", "be", "ask", "ask", "be", "format", None, "say", "call", None]),
        (OTHER_ROLE, "response_tokens", [6, 6, 2, 2, 2, 4, 3, 4, 3, 5, 0, 3, 7]),
        (CHATS, "duplicate_group", [None, None, 2, 2, None, None]),
        (CHATS, "response_language", ["und", "und", "und", "und", "en", "de"]),
        (CHATS, "pii_types", [[], [], [], [], ["EMAIL_ADDRESS"], []]),
        (PREFERENCES, "is_pair_degenerate", [False, False, False, False, True, False]),
    ],
)  # fmt: skip
def test_computed_columns_read_as_they_were(id: str, name: str, values: list[Any], run: Run) -> None:
    assert column(run, id, name) == values


def test_the_calls_of_tools_are_still_there(run: Run) -> None:
    turns = column(run, CHATS, "messages")[0]
    assert [turn["role"] for turn in turns] == ["system", "user", "assistant", "tool", "assistant"]
    assert json.loads(turns[2]["tool_calls"])[0]["function"] == {"name": "weather", "arguments": '{"town": "Turku"}'}


# What people said


def test_tags_stand_as_they_did(run: Run) -> None:
    keep, drop, fix = ["keep"], ["drop"], ["fix"]
    assert column(run, INSTRUCTIONS, "tags") == [
        keep,
        [],
        keep,
        drop,
        drop,
        ["fix", "pii"],
        [],
        [],
        fix,
        [],
        [],
        ["check again"],
        [],
    ]
    assert column(run, INSTRUCTIONS, "disputed_tags") == [[], keep, *[[]] * 11]
    assert column(run, OTHER_ROLE, "tags") == column(run, INSTRUCTIONS, "tags")
    assert column(run, CHATS, "tags") == [keep, keep, [], [], [], []]


def test_the_history_of_a_tag_says_who_and_when(notes: Annotations) -> None:
    events = [
        (e.batch, e.at, e.person, e.tag, e.is_on, e.kind, e.undoes) for e in notes.tags.history(FINGERPRINT, ROWS[9])
    ]
    assert events == [(4, minute(4), "Ada", "drop", True, "tag", None), (5, minute(5), "Ada", "drop", None, "undo", 4)]
    assert notes.tags.votes(FINGERPRINT, ROWS[1]) == {"keep": {"Ada": True, "Bo": False}}
    assert notes.tags.reasons(FINGERPRINT).rows() == [(ROWS[3], "drop", "duplicate of another row", "equal to row 3")]
    assert notes.vocabulary.tags(FINGERPRINT) == ["keep", "drop", "fix", "pii", "check again"]
    assert notes.people.names() == ["Ada", "Bo", "Cyd"]


def test_undo_and_new_tags_go_on_where_the_history_ends(notes: Annotations, run: Run) -> None:
    undone = notes.tags.undo(FINGERPRINT, "Ada")
    assert undone and (undone.rows, undone.undoes) == (2, 9)
    assert column(run, INSTRUCTIONS, "row_id", "tags~has~drop") == []
    notes.tags.tag_rows(FINGERPRINT, [ROWS[12]], "drop", "Cyd")
    assert column(run, INSTRUCTIONS, "row_id", "tags~has~drop") == [ROWS[12]]


def test_saved_views_and_their_links_give_the_same_rows(notes: Annotations, run: Run) -> None:
    listed = [(v.id, v.name, v.filters, v.person, v.at) for v in notes.views.listed(FINGERPRINT)]
    assert listed == [
        ("made003", "Two of the quiz", ("source~in~quiz", "duplicate_group_size~gt~1"), "Bo", minute(3)),
        ("made002", "Kept and long", ("tags~has~keep", "response_tokens~ge~2"), "Ada", minute(2)),
    ]
    # Rows 2 and 3 are one text that two people judged, and no copies of each other any more.
    assert column(run, INSTRUCTIONS, "row_id", *listed[0][2]) == []
    assert column(run, INSTRUCTIONS, "row_id", "source~in~quiz", "text_group~notnull") == [ROWS[2], ROWS[3]]
    assert column(run, INSTRUCTIONS, "row_id", *listed[1][2]) == [ROWS[0], ROWS[2]]
    older, deleted = notes.views.view("made001"), notes.views.view("made004")
    assert (older.name, older.filters) == ("Kept and long", ("tags~has~keep",))
    assert (deleted.name, deleted.filters) == ("By mistake", ("score~lt~0",))


def test_the_link_of_a_view_opens_a_page_on_its_rows(earlier: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.argv", ["app.py"])
    dataset = Workspace().dataset(INSTRUCTIONS)
    compute(dataset, dataset.signal("tokens"))  # its version was raised since
    page = open_page("overview", dataset, "tags~has~keep", "response_tokens~ge~2")
    assert "**2** rows" in [line.value for line in page.markdown]


def test_rules_of_personal_data_are_in_force(notes: Annotations, run: Run) -> None:
    rules = [(k.number, k.person, k.at, tuple(k.rule.as_dict().values())) for k in notes.rules.in_force(FINGERPRINT)]
    assert rules == [
        (1, "Ada", minute(1), ("value", "EMAIL_ADDRESS", "8898ea280c4c7ebf", "")),
        (2, "Bo", minute(2), ("pattern", "PHONE_NUMBER", "0800 [0-9]{6}", "")),
        (3, "Bo", minute(3), ("source", "CREDIT_CARD", "manual", "source")),
    ]
    types: list[list[str]] = [[] for _ in ROWS]
    types[5], types[11] = ["EMAIL_ADDRESS"], ["PHONE_NUMBER"]
    assert column(run, INSTRUCTIONS, "pii_types") == types
    for rule in rules:
        notes.rules.end(rule[0], "Cyd")
    types[6], types[7] = ["EMAIL_ADDRESS"], ["CREDIT_CARD"]
    assert column(run, INSTRUCTIONS, "pii_types") == types


def pii(run: Run, *arguments: str) -> tuple[int, dict[str, dict[str, int]]]:
    """The rows that hold personal data, and rows and spans by type, as the command `pii` counts them."""
    [answer] = run("pii", INSTRUCTIONS, *arguments, "--json")
    return answer["rows_with_pii"], answer["types"]


def test_the_command_counts_what_no_rule_leaves_out(notes: Annotations, run: Run, earlier: Path) -> None:
    once = {"rows": 1, "spans": 1}
    assert pii(run) == (2, {"EMAIL_ADDRESS": once, "PHONE_NUMBER": once})
    assert column(run, INSTRUCTIONS, "pii_count", "pii_count~ge~1") == [1, 1]
    few = pii(run, "--types", "EMAIL_ADDRESS,CREDIT_CARD,URL", "--where", "tags~nothas~keep")  # scanned, not stored
    whole = pii(run, "--types", "EMAIL_ADDRESS,CREDIT_CARD,URL")  # stored beside the dataset's own scan
    assert few == whole == (1, {"EMAIL_ADDRESS": once})
    spans = earlier / "spans.jsonl"
    pii(run, "--spans", str(spans))
    assert [json.loads(line)["row_id"] for line in spans.read_text().splitlines()] == [ROWS[5], ROWS[11]]
    for rule in notes.rules.in_force(FINGERPRINT):
        notes.rules.end(rule.number, "Cyd")
    twice = {"rows": 2, "spans": 2}
    assert pii(run) == (4, {"EMAIL_ADDRESS": twice, "CREDIT_CARD": once, "PHONE_NUMBER": once})


def test_rules_hold_for_what_a_command_computes_first(run: Run, capfd: pytest.CaptureFixture[str]) -> None:
    dataset = Workspace().dataset(INSTRUCTIONS)
    assert not dataset.has(dataset.signal("personal_data"))  # the earlier version of the signal read fewer columns
    app(["slices", INSTRUCTIONS, "--by", "pii_types", "--json"], standalone_mode=False)
    written = capfd.readouterr()
    rows = {tuple(line["slice"].values()): line["rows"] for line in json.loads(written.out)["slices"]}
    assert rows == {("(missing)",): 11, ("EMAIL_ADDRESS",): 1, ("PHONE_NUMBER",): 1}
    assert written.err.startswith("Computing personal_data first.\n")


def test_duplicates_are_counted_among_the_rows_of_a_tag(run: Run) -> None:
    [tagged] = run("duplicates", INSTRUCTIONS, "--kind", "near", "--where", "tags~has~drop", "--json")
    assert (tagged["groups"], tagged["rows_in_groups"], tagged["rows_to_drop"]) == (0, 0, 0)
    options = ("--kind", "near", "--judgements", "copies", "--where", "tags~has~drop", "--json")
    [copies] = run("duplicates", INSTRUCTIONS, *options)
    assert (copies["groups"], copies["rows_in_groups"], copies["rows_to_drop"]) == (1, 2, 1)


def test_the_log_says_who_looked_and_the_review_what_was_answered(notes: Annotations) -> None:
    times = [minute(number).replace(tzinfo=None) for number in (12, 11, 11)]
    assert notes.looks.latest(FINGERPRINT).rows() == [
        (times[0], "Ada", "EMAIL_ADDRESS", ROWS[5]),
        (times[1], "Bo", "EMAIL_ADDRESS", ROWS[5]),
        (times[2], "Bo", "CREDIT_CARD", ROWS[7]),
    ]
    assert notes.reviews.standing(FINGERPRINT).rows() == [
        (f"{ROWS[5]}.r.9", ["yes"], []),
        (f"{ROWS[6]}.r.21", ["no"], []),
    ]


def test_blind_checks_go_on(notes: Annotations) -> None:
    open_one, ended = notes.checks.listed(FINGERPRINT, "Bo")
    assert (open_one.id, open_one.asked, open_one.seed, open_one.ended) == ("made006", "source", 8, None)
    assert (open_one.row_ids, open_one.labels, open_one.hidden) == ((ROWS[3],), ("quiz", "forum"), ("source", "tags"))
    assert (ended.id, ended.asked, ended.seed, ended.at) == ("made005", "score", 7, minute(1))
    assert ended.ended == datetime(2026, 3, 3, 10, tzinfo=UTC)
    assert ended.row_ids == (ROWS[2], ROWS[0], ROWS[8])
    assert notes.checks.answers(ended).standing(FINGERPRINT).rows() == [(ROWS[0], ["1"], []), (ROWS[2], ["5"], [])]


def test_decisions_on_pairs_are_there_without_the_one_undone(notes: Annotations) -> None:
    decisions = verdicts(notes, Workspace().dataset(INSTRUCTIONS))
    assert decisions.judged.select("a", "b", "is_same", "person").rows() == [(0, 1, False, "Ada"), (2, 3, True, "Bo")]
    assert (decisions.refused, decisions.chosen) == ([(0, 1)], [3])


def test_clusters_have_the_names_given_last(notes: Annotations) -> None:
    names = notes.names.given(FINGERPRINT, "clusters-v3-ca53626e11d6")
    assert {cluster: (name.name, name.person, name.at) for cluster, name in names.items()} == {
        ("cluster", 0): ("Foxes and mills", "Bo", minute(2)),
        ("cluster_group", 0): ("Everything", "Ada", minute(3)),
    }


# Receipts


@pytest.mark.parametrize(
    ("export", "file", "rows"), [("careful", "instructions.parquet", 6), ("plain", "instructions-messages.jsonl", 13)]
)
def test_a_receipt_gives_the_same_bytes_again(export: str, file: str, rows: int, run: Run, earlier: Path) -> None:
    first = earlier / "home" / "exports" / export
    [answer] = run(
        "replay", first / "receipt.json", earlier / "data" / "instructions.jsonl", "--out", earlier / "again", "--json"
    )
    assert answer["rows_out"] == rows
    assert (earlier / "again" / file).read_bytes() == (first / file).read_bytes()
