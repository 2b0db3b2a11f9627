"""Who judged which instruction row, when and in which session, and the score each gave."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime, timedelta
from random import Random

from .ledger import Draft, Ledger

NAMES = ("amara", "bjorn", "chiyo", "dario", "elif", "farah", "goran", "hana")
BIASED, BIAS = "dario", 1.25
TIRED, TIRED_AFTER = "goran", 40
TIRED_SESSIONS = (75, 68, 64)
ITEMS, JUDGES = 60, 3
FILE = "instructions.jsonl"


@dataclass(frozen=True)
class Slot:
    """One judgement to be made: by whom, in which session, as the how-manieth of it (from 1), and when."""

    annotator: str
    session: str
    place: int
    when: str

    @property
    def is_tired(self) -> bool:
        """Whether the tiring annotator is past the row after which care lapses."""
        return self.annotator == TIRED and self.place > TIRED_AFTER


def slots(random: Random, rows: int) -> list[Slot]:
    """As many judgements as there are rows: long sessions for the tiring annotator, mixed lengths for the rest."""
    lengths = {name: list(TIRED_SESSIONS) if name == TIRED else [] for name in NAMES}
    others = [name for name in NAMES if name != TIRED]
    left = rows - sum(TIRED_SESSIONS)
    turn = 0
    while left:
        size = min(left, random.randint(24, 52))
        lengths[others[turn % len(others)]].append(size)
        left -= size
        turn += 1
    made: list[Slot] = []
    for k, name in enumerate(NAMES):
        day = datetime(2024, 3, 4) + timedelta(days=k % 3)
        for n, size in enumerate(lengths[name], 1):
            clock = day + timedelta(
                hours=random.choice((8, 9, 13, 14, 18)), minutes=random.randrange(60), seconds=random.randrange(60)
            )
            for place in range(1, size + 1):
                made.append(Slot(name, f"{name}-{n:02d}", place, clock.strftime("%Y-%m-%dT%H:%M:%SZ")))
                clock += timedelta(seconds=random.randint(28, 115))
            day += timedelta(days=random.randint(1, 4))
    return made


def judge(random: Random, singles: list[Draft], items: list[Draft], ledger: Ledger) -> list[Draft]:
    """Gives every row an annotator, a session, a time and a score; each item becomes three rows by three annotators."""
    ledger.open(
        "multiply_annotated",
        FILE,
        "The same item (item_id) judged by three annotators; only annotator, time and score differ. "
        "These are not among the exact duplicates.",
    )
    ledger.open(
        "annotator_biased", FILE, "Rows of the annotator who scores about 1.2 too high.", annotator=BIASED, bias=BIAS
    )
    ledger.open(
        "annotator_tired",
        FILE,
        "Rows after the 40th of a session of the annotator who tires: scores drift to 3 whatever the "
        "quality, and answers of rows judged once are cut to their first sentence.",
        annotator=TIRED,
        after=TIRED_AFTER,
    )
    free = slots(random, len(singles) + JUDGES * len(items))
    random.shuffle(free)
    tired = [slot for slot in free if slot.is_tired]
    fresh = [slot for slot in free if slot.annotator == TIRED and not slot.is_tired]
    biased = [slot for slot in free if slot.annotator == BIASED]
    rest = {name: [slot for slot in free if slot.annotator == name] for name in NAMES if name not in (TIRED, BIASED)}
    made: list[Draft] = []
    names = sorted(rest)
    for n, item in enumerate(items):
        picked = [(biased, tired, fresh)[n % 3].pop()]
        picked += [rest[name].pop() for name in random.sample(names, JUDGES - 1)]
        group = []
        for slot in picked:
            twin = item.twin()
            _sign(random, twin, slot, ledger)
            group.append(twin)
        for draft in group:
            draft.faults.extend(item.faults)
        ledger.group("multiply_annotated", group)
        made += group
    prose = [
        d
        for d in singles
        if not d.faults and d.language == "en" and d.topic in SENTENCES and d["source"] != "support_desk"
    ]
    prose.sort(key=lambda d: len(d["output"].split(". ")) < 2)
    for slot, draft in zip(tired, prose[: len(tired)], strict=True):
        singles.remove(draft)
        draft["output"] = draft["output"].split("\n")[0].split(". ")[0].rstrip(".") + "."
        _sign(random, draft, slot, ledger)
        made.append(draft)
    remaining = fresh + biased + [slot for name in names for slot in rest[name]]
    random.shuffle(remaining)
    for draft, slot in zip(singles, remaining, strict=True):
        _sign(random, draft, slot, ledger)
        made.append(draft)
    return made


SENTENCES = ("plants", "concepts", "events", "animals", "cities", "idioms", "howto")


def _sign(random: Random, draft: Draft, slot: Slot, ledger: Ledger) -> None:
    noise = random.gauss(0, 0.45)
    value = draft.quality + noise + (BIAS if slot.annotator == BIASED else 0)
    if slot.is_tired:
        value = 3 + random.choice((-1, 0, 0, 0, 0, 0, 0, 1))
        ledger.plant("annotator_tired", draft, slot.place)
    elif slot.annotator == BIASED:
        ledger.plant("annotator_biased", draft)
    draft["annotator"], draft["created_at"], draft["session"] = slot.annotator, slot.when, slot.session
    draft["score"] = min(5, max(1, round(value)))
