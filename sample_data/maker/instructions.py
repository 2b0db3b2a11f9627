"""Puts instructions.jsonl together: base rows, planted rows, annotators, order and ids."""

from __future__ import annotations

from random import Random

from . import faults_copies, faults_text, people, personal
from .ledger import Draft, Ledger
from .task import Task

FILE = people.FILE
ROWS = 1200
SOURCES = {
    "handbook": ("plants", "dishes", "howto", "letters"),
    "forum": ("cities", "books", "creative", "brainstorm"),
    "tutor": ("concepts", "events", "animals", "maths"),
    "language_lab": ("words", "idioms", "rewrite", "translation", "languages"),
    "task_bank": ("code", "extraction", "classification", "word games", "reading"),
}
HOME = {topic: source for source, topics in SOURCES.items() for topic in topics}


def build(tasks: list[Task], random: Random, ledger: Ledger) -> list[Draft]:
    """The rows of the file in order; as many base rows are taken from the tasks as the planted rows leave room for."""
    secrets = personal.rows(random, ledger)
    copies = faults_copies.ADDED
    identical = 2
    count = ROWS - len(secrets) - copies - identical - (people.JUDGES - 1) * people.ITEMS
    base = [_draft(task, random) for task in tasks[:count]]
    shuffled = base[:]
    random.shuffle(shuffled)
    faults_text.plant(shuffled, random, ledger)
    faults_text.plant_empty(shuffled, random, ledger)
    added = faults_copies.plant(shuffled, random, ledger)
    items = [
        d
        for d in shuffled
        if not d.faults and d["source"] != "support_desk" and (d.wrong or len(d["output"].split()) > 20)
    ][: people.ITEMS]
    ledger.open(
        "items_answered_wrongly",
        FILE,
        "Items judged by three annotators whose answer is wrong, so that low scores are right.",
    )
    bad = random.sample([item for item in items if item.wrong and item.wrong != item["output"]], 16)
    for item in bad:
        item["output"], item.quality = item.wrong, 1.7
    wrong = {item["instruction"] + item["input"] for item in bad}
    singles = [d for d in [*base, *added, *secrets] if d not in items]
    for number, draft in enumerate([*singles, *items]):
        draft["item_id"] = f"item-{number + 1:05d}"
    random.shuffle(singles)
    rows = people.judge(random, singles, items, ledger)
    for group in ledger.faults["multiply_annotated"].groups:
        if group[0]["instruction"] + group[0]["input"] in wrong:
            ledger.group("items_answered_wrongly", group)
    random.shuffle(rows)
    _identical(rows, identical, random, ledger)
    return _numbered(rows)


def _identical(rows: list[Draft], count: int, random: Random, ledger: Ledger) -> None:
    ledger.open("identical_records", FILE, "The whole record stands twice, id included.")
    for draft in [d for d in rows if not d.faults or d.faults == ["annotator_biased"]][:count]:
        copy = draft.twin()
        rows.insert(random.randrange(len(rows)), copy)
        ledger.group("identical_records", [draft, copy])
        copy.fields = draft.fields


def _numbered(rows: list[Draft]) -> list[Draft]:
    for n, draft in enumerate(rows, 1):
        order = ("instruction", "input", "output", "source", "annotator", "created_at", "session", "item_id", "score")
        known = draft.fields.get("id") or f"ins-{n:05d}"
        values = {name: draft[name] for name in order}
        draft.fields.clear()
        draft.fields.update(id=known, **values)
    return rows


def _draft(task: Task, random: Random) -> Draft:
    source = HOME[task.topic]
    chance = random.random()
    if chance < 0.15:
        source = "web_crawl"
    elif chance < 0.18 and task.language == "en":
        source = "support_desk"
    fields = {"instruction": task.ask, "input": task.given, "output": task.answer, "source": source}
    return Draft(fields, min(4.6, max(2.4, random.gauss(3.3, 0.5))), task.topic, task.language, task.wrong)
