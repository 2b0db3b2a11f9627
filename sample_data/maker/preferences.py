"""Puts preferences.jsonl together: pairs of a better and a worse answer, scores, annotators, and their planted faults."""

from __future__ import annotations

from collections.abc import Callable
from random import Random
from typing import Any

from .ledger import Draft, Ledger
from .task import Task

FILE = "preferences.jsonl"
ROWS = 400
PEOPLE = ("amara", "bjorn", "chiyo", "elif", "farah", "hana")
SOURCES = ("expert_pairs", "arena", "model_versions")
LONGER = "verbose_lab"
VAGUE = (
    "That is a broad subject, and {t} can be seen in more than one way.",
    "I am not sure about this, but I believe somebody in {t} would know.",
    "There is no simple answer. Much has been written on {t}.",
    "You could search for it; {t} is well covered online.",
    "It varies.",
    "Good question! Let me think about {t}. In any case, be careful.",
    "No idea.",
    "This was answered before.",
    "To answer this one must first understand what is meant by {t}, which goes beyond a short reply.",
    "Yes.",
)
PADDING = (
    "It may be worth adding that circumstances differ from case to case.",
    "Taking a little time over this usually pays off.",
    "Of course, others may see the matter differently, and they are welcome to.",
    "If anything remains unclear, a second source is a good idea.",
    "As so often, the details decide, but the broad picture holds.",
    "I hope that this puts the matter in perspective.",
    "Beyond that, small adjustments can be made as you gain experience.",
    "It bears repeating that no rule is without its exceptions.",
)
WORDS = {
    "concepts": "science",
    "words": "vocabulary",
    "books": "literature",
    "maths": "arithmetic",
    "plants": "gardening",
    "dishes": "cooking",
    "cities": "travel",
    "events": "history",
    "animals": "nature",
    "idioms": "language",
    "howto": "household matters",
    "classification": "labelling",
}
CYCLES, DUPLICATES, REVERSED = 6, (3, 2, 2, 2), 8
EXTRA = 3 * CYCLES - CYCLES + sum(DUPLICATES) - len(DUPLICATES) + REVERSED


def build(tasks: list[Task], random: Random, ledger: Ledger) -> list[Draft]:
    """The rows of the file in order."""
    base = [_pair(task, n, random) for n, task in enumerate(tasks[: ROWS - EXTRA])]
    _longer(base, random, ledger)
    rows = base + _faults(base, random, ledger)
    random.shuffle(rows)
    for n, draft in enumerate(rows, 1):
        order = ("prompt", "chosen", "rejected", "annotator", "source", "score_chosen", "score_rejected")
        draft.fields = {"id": f"pre-{n:05d}", **{name: draft[name] for name in order}}
    return rows


def _pair(task: Task, n: int, random: Random) -> Draft:
    """The true answer against one that is wrong, vague, clipped or padded with nothing."""
    vague = VAGUE[random.randrange(len(VAGUE))].format(t=WORDS[task.topic])
    words = task.answer.split(" ")
    kinds = [task.wrong, task.wrong, vague]
    if len(words) > 9:
        kinds += [" ".join(words[: len(words) // 2]).rstrip(",;:") + "."]
    if len(words) > 3:
        kinds += [f"{vague} {random.choice(PADDING)}"]
    rejected = random.choice(kinds)
    if rejected == task.answer:
        rejected = vague
    prompt = f"{task.ask}\n\n{task.given}" if task.given else task.ask
    better = random.choice((4, 4, 5, 5, 3))
    fields = {
        "prompt": prompt,
        "chosen": task.answer,
        "rejected": rejected,
        "annotator": PEOPLE[n % len(PEOPLE)],
        "source": random.choice(SOURCES),
        "score_chosen": better,
        "score_rejected": max(1, better - random.choice((1, 2, 2, 3))),
    }
    return Draft(fields, topic=task.topic, wrong=vague)


def _longer(base: list[Draft], random: Random, ledger: Ledger) -> None:
    ledger.open(
        "preference_chosen_longer",
        FILE,
        "One source in which the chosen answer is always the longer one, padded with sentences that say nothing; "
        "the rejected answer is correct and short.",
        source=LONGER,
    )
    for draft in [d for d in base if d.topic not in ("maths", "classification")][:50]:
        short = draft["chosen"]
        draft["chosen"] = " ".join([short, *random.sample(PADDING, random.randint(2, 4))])
        draft["rejected"], draft["source"] = short, LONGER
        ledger.plant("preference_chosen_longer", draft)


def _blank(draft: Draft, n: int) -> None:
    draft["rejected"] = ("", " ", None, "")[n % 4]


def _set(**fields: Callable[[Draft, int], Any]) -> Callable[[Draft, int], None]:
    def change(draft: Draft, n: int) -> None:
        draft.fields.update({name: make(draft, n) for name, make in fields.items()})

    return change


KINDS: tuple[tuple[str, int, str, Callable[[Draft, int], None]], ...] = (
    ("preference_chosen_equals_rejected", 8, "Both answers are the same.", _set(rejected=lambda d, n: d["chosen"])),
    (
        "preference_equal_up_to_white_space",
        6,
        "The answers differ in white space only.",
        _set(
            rejected=lambda d, n: (
                f" {d['chosen']}\n",
                d["chosen"].replace(" ", "  "),
                d["chosen"].replace(" ", "\n", 2),
            )[n % 3]
        ),
    ),
    (
        "preference_chosen_is_prefix",
        7,
        "The rejected answer begins with the whole chosen one.",
        _set(rejected=lambda d, n: f"{d['chosen']} {PADDING[n]}"),
    ),
    (
        "preference_score_against_choice",
        10,
        "The rejected answer has the higher score.",
        _set(score_chosen=lambda d, n: 1 + n % 2, score_rejected=lambda d, n: 4 + n % 2),
    ),
    (
        "preference_score_tie",
        8,
        "Both answers have the same score.",
        _set(score_rejected=lambda d, n: d["score_chosen"]),
    ),
    ("preference_empty_rejected", 5, "The rejected answer is empty, white space or null.", _blank),
    (
        "preference_refusal_chosen",
        6,
        "A refusal was preferred to an answer.",
        _set(
            rejected=lambda d, n: d["chosen"],
            chosen=lambda d, n: ("I'm sorry, but I can't help with that.", "I cannot answer this question.")[n % 2],
        ),
    ),
)


def _faults(base: list[Draft], random: Random, ledger: Ledger) -> list[Draft]:
    free = iter([d for d in base if not d.faults and len(d["chosen"].split()) >= 8 and d["rejected"] != d.wrong])
    for kind, count, description, change in KINDS:
        ledger.open(kind, FILE, description)
        for n in range(count):
            draft = next(free)
            change(draft, n)
            ledger.plant(kind, draft)
    added: list[Draft] = []
    ledger.open(
        "preference_cycles",
        FILE,
        "Three rows on one prompt whose choices run in a circle: a over b, b over c, c over a.",
    )
    for _ in range(CYCLES):
        first = next(free)
        second, third = first.twin(), first.twin()
        a, b, c = first["chosen"], first["rejected"], first.wrong
        for draft, better, worse, who in ((second, b, c, "bjorn"), (third, c, a, "elif")):
            draft["chosen"], draft["rejected"], draft["annotator"] = better, worse, who
        ledger.group("preference_cycles", [first, second, third])
        added += [second, third]
    ledger.open(
        "preference_reversed", FILE, "The same two answers, preferred the other way round by another annotator."
    )
    for _ in range(REVERSED):
        first = next(free)
        second = first.twin()
        second["chosen"], second["rejected"] = first["rejected"], first["chosen"]
        second["annotator"] = PEOPLE[(PEOPLE.index(first["annotator"]) + 2) % len(PEOPLE)]
        ledger.group("preference_reversed", [first, second])
        added.append(second)
    ledger.open("preference_exact_duplicates", FILE, "The same prompt, chosen and rejected answer in several rows.")
    for size in DUPLICATES:
        first = next(free)
        copies = [first.twin() for _ in range(size - 1)]
        ledger.group("preference_exact_duplicates", [first, *copies])
        added += copies
    return added
