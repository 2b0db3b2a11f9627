"""Makes `earlier_workspace.tar.gz`: a small workspace as the code of commit 634374f (Winnow 0.1.0) leaves it on disk.

`test_earlier_workspace.py` opens it with the code of today. The script calls that commit's code, not today's, so it runs
in a checkout of that commit:

    git worktree add ../earlier 634374f && cd ../earlier
    PYTHONPATH=. python ../winnow/tests/whole/make_earlier_workspace.py

The archive holds `data/`, the source files, and `home/`, the workspace with two exports. `earlier_workspace.txt` beside
it says what made it. Ids and times are fixed: a second run gives the same ids, tags and times. All persons, addresses
and numbers in the texts are invented, and the key of the workspace is for tests only.
"""

# mypy: ignore-errors
# The imports name modules as they were called at that commit.

from __future__ import annotations

import gzip
import hashlib
import io
import itertools
import json
import os
import secrets
import shutil
import sqlite3
import subprocess
import tarfile
import tempfile
from pathlib import Path

from analysis.deduplication import verdicts
from analysis.personal_data.keys import value_hash, workspace_key
from analysis.personal_rules import review_key
from analysis.redaction.not_personal import NotPersonal

import analysis
from analysis.__main__ import app
from analysis.annotations import Annotations, open_annotations
from analysis.dataset import Dataset
from analysis.workspace import Workspace

COMMIT = "634374f"
ARCHIVE = Path(__file__).resolve().parent / "earlier_workspace.tar.gz"
FOLDER = Path(tempfile.mkdtemp())
HOME = FOLDER / "home"
DATA = FOLDER / "data"
os.environ["WINNOW_HOME"] = str(HOME)
os.environ.pop("WINNOW_DATABASE_URL", None)

INSTRUCTION_SIGNALS = (
    "lengths", "tokens", "exact_duplicates", "normalised_duplicates", "conflicts", "consensus", "times", "sessions",
    "language", "formatting", "near_pairs", "near_groups", "leaks", "shared_spans", "repetition", "personal_data",
    "verb_noun",
)  # fmt: skip
CHAT_SIGNALS = ("lengths", "tokens", "exact_duplicates", "formatting", "language", "personal_data")
PREFERENCE_SIGNALS = ("lengths", "tokens", "conflicts", "near_pairs", "near_groups")

GEESE = "The quick brown fox jumps over the lazy dog while seven grey geese watch it from the far bank of the river"
ASK_FOX = "Write one sentence about a fox, a dog and some geese beside a river."
ASK_CAPITAL = "Which city is the capital of Norway? Answer with one word."
ANSWERS = (  # instruction, output, reference, annotator, source, score, split, item_id
    (ASK_FOX, f"{GEESE}.", "A fox passes a dog.", "ada", "forum", 4, "train", "item-1"),
    (ASK_FOX, f"{GEESE} today.", "A fox passes a dog.", "bo", "forum", 2, "test", "item-1"),
    (ASK_CAPITAL, "Oslo", "Oslo", "ada", "quiz", 5, "train", "item-2"),
    (ASK_CAPITAL, "Oslo", "Oslo", "bo", "quiz", 5, "train", "item-2"),
    (ASK_CAPITAL, "Bergen", "Oslo", "bo", "quiz", 1, "train", "item-2"),
    ("Whom do I ask about the mill?", "Write to ines.tamm@brightwell-mills.com, she answers within a day.",
     "The miller.", "ada", "letters", 3, "train", "item-3"),
    ("Whom do I ask about the kiln?", "Write to the office, desk@harrowgate.org, before noon on any working day.",
     "The office.", "bo", "letters", 3, "train", "item-4"),
    ("What is the test card of the shop?", "The number printed in the manual is 4716 8302 1957 6631, valid in tests.",
     "See the manual.", "ada", "manual", 4, "train", "item-5"),
    ("Format the word river.", "<p>The <b>river</b> is wide.</p>", "**river**", "ada", "manual", 3, "train", "item-6"),
    ("Sag auf Deutsch, dass der Fluss breit ist.", "Der Fluss ist an dieser Stelle sehr breit und fließt langsam.",
     "Der Fluss ist breit.", "bo", "manual", 4, "test", "item-7"),
    ("Say nothing.", "", "", "bo", "quiz", None, "train", "item-8"),
    ("How do I call the kiln?", "Call +44 161 496 0222 and ask for the <b>early</b> shift, then wait for the signal.",
     "By phone.", "ada", "letters", 2, "train", "item-10"),
    ("Count to three with a bird 🦜.", "one, two, three 🦜", "1, 2, 3", "ada", "quiz", 5, "train", "item-9"),
)  # fmt: skip
PAIRS = (  # prompt, chosen, rejected, annotator, score_chosen, score_rejected
    ("Name a river.", "The Danube.", "A lake.", "ada", 5, 2),
    ("Name a river.", "A lake.", "The Danube.", "bo", 2, 5),
    ("Name a tree.", "The oak is a tree with hard wood and lobed leaves.", "The oak.", "ada", 4, 3),
    ("Name a bird.", "The heron.", "The heron is a tall grey bird that stands in water.", "bo", 4, 3),
    ("Name a stone.", "Basalt.", "Basalt.", "ada", 3, 3),
    ("Name a wind.", "The mistral.", "A breeze.", "bo", 5, 1),
)


def chats() -> list[dict[str, object]]:
    """Six conversations, two of them with a call of a tool."""
    rows = []
    for number, (question, answer, town) in enumerate((
        ("What is the weather in Turku?", "It rains in Turku.", "Turku"),
        ("What is the weather in Porto?", "The sun shines in Porto.", "Porto"),
        ("Say hello.", "Hello!", None),
        ("Say hello.", "Hello!", None),
        ("How do I reach the mill?", "Write to ines.tamm@brightwell-mills.com and ask for the key.", None),
        ("Sag hallo und wünsche mir einen schönen Tag.", "Hallo, ich wünsche dir einen schönen Tag!", None),
    ), 1):  # fmt: skip
        turns: list[dict[str, object]] = [{"role": "system", "content": "You are brief."}]
        turns.append({"role": "user", "content": question})
        if town:
            call = {"name": "weather", "arguments": json.dumps({"town": town})}
            tool_calls = [{"id": f"call{number}", "type": "function", "function": call}]
            turns.append({"role": "assistant", "content": "", "tool_calls": tool_calls})
            turns.append({"role": "tool", "content": '{"sky": "grey"}', "tool_call_id": f"call{number}"})
        turns.append({"role": "assistant", "content": answer})
        rows.append({"id": f"chat-{number}", "messages": turns, "source": "desk" if number % 2 else "phone"})
    return rows


def instructions() -> list[dict[str, object]]:
    names = ("instruction", "output", "reference", "annotator", "source", "score", "split", "item_id")
    return [
        {"id": f"ins-{number:02}", **dict(zip(names, row, strict=True)),
         "created_at": f"2025-11-{2 + number // 5:02}T09:{number * 4:02}:00Z"}
        for number, row in enumerate(ANSWERS, 1)
    ]  # fmt: skip


def preferences() -> list[dict[str, object]]:
    names = ("prompt", "chosen", "rejected", "annotator", "score_chosen", "score_rejected")
    return [{"id": f"pre-{number}", **dict(zip(names, row, strict=True))} for number, row in enumerate(PAIRS, 1)]


def run(*arguments: str | Path) -> None:
    """One command of the command line, in this process."""
    app([str(argument) for argument in arguments], standalone_mode=False)


def with_fixed_ids() -> None:
    """Ids of views and checks count up: `made001`, `made002`."""
    numbers = itertools.count(1)
    secrets.token_urlsafe = lambda nbytes=None: f"made{next(numbers):03}"


def annotate(notes: Annotations, of: Dataset, other: Dataset) -> None:
    """Every kind of record that the database holds, on the instructions; a few on the chats."""
    fingerprint, ids = of.fingerprint, of.column("row_id").to_list()
    notes.remember_person("Cyd")
    notes.set_vocabulary(fingerprint, ["keep", "drop", "fix", "pii", "check again"])
    tag_history(notes, fingerprint, ids)
    notes.tag_rows(other.fingerprint, other.column("row_id").to_list()[:2], "keep", "Bo")

    notes.save_view(fingerprint, "Kept", ["tags~has~keep"], "Ada")
    newer = notes.save_view(fingerprint, "Kept", ["tags~has~keep", "response_tokens~ge~2"], "Ada")
    notes.save_view(fingerprint, "Two of the quiz", ["source~in~quiz", "duplicate_group_size~gt~1"], "Bo")
    notes.rename_view(newer, "Kept and long")
    notes.delete_view(notes.save_view(fingerprint, "By mistake", ["score~lt~0"], "Bo"))

    email = value_hash(workspace_key(), "EMAIL_ADDRESS", "desk@harrowgate.org")
    notes.add_rule(fingerprint, NotPersonal("value", "EMAIL_ADDRESS", email), "Ada")
    notes.add_rule(fingerprint, NotPersonal("pattern", "PHONE_NUMBER", r"0800 [0-9]{6}"), "Bo")
    notes.add_rule(fingerprint, NotPersonal("source", "CREDIT_CARD", "manual", "source"), "Bo")
    ended = notes.add_rule(fingerprint, NotPersonal("source", "EMAIL_ADDRESS", "letters", "source"), "Bo")
    notes.end_rule(ended, "Ada")
    notes.note_shown(fingerprint, [(ids[5], "EMAIL_ADDRESS"), (ids[7], "CREDIT_CARD")], "Bo")
    notes.note_shown(fingerprint, [(ids[5], "EMAIL_ADDRESS")], "Ada")
    notes.apply(review_key(fingerprint), {f"{ids[5]}.r.9": {"yes": True}, f"{ids[6]}.r.21": {"no": True}}, "Ada")

    check = notes.start_check(fingerprint, "Bo", "score", 7, [ids[2], ids[0], ids[8]], ["5", "4", "1"], ["score"])
    notes.apply(check.key, {ids[2]: {"5": True}, ids[0]: {"1": True}}, "Bo")
    notes.end_check(check.id)
    notes.start_check(fingerprint, "Bo", "source", 8, [ids[3]], ["quiz", "forum"], ["source", "tags"])
    notes.drop_check(notes.start_check(fingerprint, "Bo", "source", 9, [ids[4]], ["quiz"], ["source"]).id)

    verdicts.say(notes, of, ids[0], ids[1], False, "Ada")
    verdicts.say(notes, of, ids[2], ids[3], True, "Bo")
    verdicts.choose(notes, of, ids[3], ids[2], "Bo")
    verdicts.say(notes, of, ids[2], ids[4], True, "Bo")
    notes.undo(verdicts.key_of(of), "Bo")

    clusters = of.signal("clusters").key
    notes.name_cluster(fingerprint, clusters, "cluster", 0, "A first name", "Ada")
    notes.name_cluster(fingerprint, clusters, "cluster", 0, "Foxes and mills", "Bo")
    notes.name_cluster(fingerprint, clusters, "cluster_group", 0, "Everything", "Ada")
    notes.name_cluster(fingerprint, clusters, "cluster", 1, "Given back", "Ada")
    notes.name_cluster(fingerprint, clusters, "cluster", 1, "", "Ada")


def tag_history(notes: Annotations, fingerprint: str, ids: list[str]) -> None:
    """Tags of two persons: one row is disputed, one batch is undone, one is undone and redone, one has reasons."""
    notes.tag_rows(fingerprint, ids[:3], "keep", "Ada")
    notes.tag_rows(fingerprint, [ids[1]], "keep", "Bo", is_on=False)
    notes.apply(fingerprint, {ids[5]: {"pii": True, "fix": True}, ids[8]: {"fix": True}}, "Bo")
    notes.tag_rows(fingerprint, ids[9:], "drop", "Ada")
    notes.undo(fingerprint, "Ada")
    notes.tag_rows(fingerprint, [ids[11]], "check again", "Bo")
    notes.undo(fingerprint, "Bo")
    notes.redo(fingerprint, "Bo")
    notes.tag_for_reasons(
        fingerprint, {ids[3]: True, ids[4]: True}, "drop", "Ada", "duplicate of another row", {ids[3]: "equal to row 3"}
    )


def opened(file: Path, *options: str) -> Dataset:
    run("open", file, *options)
    return Workspace().dataset(str(file))


def make() -> None:
    DATA.mkdir()
    HOME.mkdir()
    (HOME / "personal_data.key").write_bytes(hashlib.sha256(b"a key for tests only").digest())
    for name, rows in (("instructions", instructions()), ("chats", chats()), ("preferences", preferences())):
        lines = (json.dumps(row, ensure_ascii=False) + "\n" for row in rows)
        (DATA / f"{name}.jsonl").write_text("".join(lines), encoding="utf-8", newline="\n")
    first = opened(DATA / "instructions.jsonl")
    other = opened(DATA / "chats.jsonl")
    third = opened(DATA / "preferences.jsonl")
    again = Workspace().reread(first, {"response": "reference"})
    run("compute", first.id, *INSTRUCTION_SIGNALS)
    run("compute", other.id, *CHAT_SIGNALS)
    run("compute", third.id, *PREFERENCE_SIGNALS)
    run("compute", third.id, "near_groups", "--set", "threshold=0.8")
    run("compute", again.id, "lengths", "tokens")
    run("map", first.id, "--tier", "coarse")
    with_fixed_ids()
    with open_annotations(HOME) as notes:
        annotate(notes, Workspace().dataset(first.id), other)
    exports(first.id, again.id)
    tidy([first.id, other.id, third.id, again.id])


def exports(first: str, again: str) -> None:
    """Two exports: one with all that a receipt may say, one plain, of the reading with another role."""
    run(
        "export", first, "--to", "parquet", "--out", HOME / "exports" / "careful", "--where", "row_tokens~ge~5",
        "--where", "source~notin~quiz%20show~manual", "--where", "response~!has~a%7Eb", "--without-tag", "drop", "--clean", "html_tags",
        "--split-safe", "split", "--add", "response_chars", "--redact",
        "EMAIL_ADDRESS=pseudonym,CREDIT_CARD=mask:4,PHONE_NUMBER=hash",
    )  # fmt: skip
    run("export", again, "--to", "messages", "--out", HOME / "exports" / "plain")


def tidy(order: list[str]) -> None:
    """Fixed times, no paths of a machine, no locks, one file for the database."""
    for number, id in enumerate(order):
        path = HOME / "datasets" / id / "dataset.json"
        meta = json.loads(path.read_text(encoding="utf-8"))
        meta["opened_at"] = f"2026-03-01T12:0{number}:00+00:00"
        meta["files"] = [{**file, "path": f"/data/{file['name']}"} for file in meta["files"]]
        path.write_text(json.dumps(meta, ensure_ascii=False, indent=1), encoding="utf-8")
    with sqlite3.connect(HOME / "annotations.db") as database:
        for table, number in (
            ("person", "rowid"), ("tag_batch", "id"), ("saved_view", "number"), ("blind_check", "number"),
            ("not_personal", "number"), ("cluster_name", "number"),
        ):  # fmt: skip
            database.execute(f"UPDATE {table} SET at = '2026-03-02 09:' || printf('%02d', {number}) || ':00.000000'")
        for table in ("blind_check", "not_personal"):
            database.execute(f"UPDATE {table} SET ended = '2026-03-03 10:00:00.000000' WHERE ended IS NOT NULL")
    database.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    database.execute("VACUUM")
    database.close()
    for left in [*HOME.rglob("*.lock"), *HOME.glob("annotations.db-*")]:
        left.unlink()


def pack() -> None:
    """The archive, the same bytes for the same files, and the text that says what made it."""
    with gzip.GzipFile(ARCHIVE, "wb", mtime=0) as packed, tarfile.open(fileobj=packed, mode="w") as archive:
        for path in sorted(path for path in FOLDER.rglob("*") if path.is_file()):
            content = path.read_bytes()
            assert str(FOLDER).encode() not in content, f"{path} names a folder of this machine"
            entry = tarfile.TarInfo(path.relative_to(FOLDER).as_posix())
            entry.size = len(content)
            archive.addfile(entry, io.BytesIO(content))
    text = f"Winnow {analysis.__version__}, the code of commit {COMMIT}, by make_earlier_workspace.py.\n"
    ARCHIVE.with_name("earlier_workspace.txt").write_text(text, encoding="utf-8")


if __name__ == "__main__":
    head = subprocess.run(["git", "rev-parse", "--short=7", "HEAD"], capture_output=True, text=True, check=True)
    assert head.stdout.strip() == COMMIT, f"run this in a checkout of {COMMIT}"
    make()
    pack()
    shutil.rmtree(FOLDER)
