"""Faults between instruction rows: copies of every kind, rewordings, conflicts, one answer for many requests."""

from __future__ import annotations

import unicodedata
from collections.abc import Callable, Iterator
from random import Random

from .figures import WORDS
from .ledger import Draft, Ledger

FILE = "instructions.jsonl"
EXACT_SIZES = (12, 6, 5, 4, 3, 3, 2, 2, 2, 2)
NEAR_RATES = (0.02, 0.05, 0.10)
NEAR_EACH = 8
NORMALISED = 12
CONFLICTS = (("number differs", 9), ("label flips", 7), ("refusal and answer", 7))
SAME_RESPONSES = (
    (
        "It depends on your needs and preferences. Consider your budget, the time you have and what you hope to achieve.",
        8,
    ),
    ("Great question! There are many ways to look at this, and experts disagree on the details.", 5),
    ("Please refer to the attached document for the full answer.", 4),
)
REFUSALS = (
    "I'm sorry, but I cannot answer this question.",
    "I can't help with that request.",
    "Sorry, this is outside of what I may discuss.",
)
REWORDED = (
    (
        "How can I stop my bread from going stale?",
        "Keep it in a cloth bag at room temperature and freeze whatever you will not eat within two days.",
        "What prevents a loaf from drying out?",
        "Wrap the loaf in linen, leave it out of the fridge, and put the surplus in the freezer after a couple of days.",
    ),
    (
        "Why do cats purr?",
        "Cats purr when content, but also to calm themselves when hurt or afraid.",
        "What is the reason for the purring of house cats?",
        "A purr may show pleasure; injured or frightened animals do it as well to soothe themselves.",
    ),
    (
        "Suggest a way to remember people's names.",
        "Repeat the name aloud at once and link it to a picture in your mind.",
        "I keep forgetting what new acquaintances are called. Any trick?",
        "Say it back to them immediately, then tie it to some vivid mental image.",
    ),
    (
        "Explain why the sea looks blue.",
        "Water absorbs red light more strongly than blue, so mostly blue comes back to our eyes.",
        "How come oceans appear blue to us?",
        "Because long wavelengths are swallowed by the water, the light that returns is chiefly of the short, bluish kind.",
    ),
    (
        "Is it cheaper to boil water in a kettle or on an electric hob?",
        "The kettle wins, since less heat escapes on the way.",
        "Which costs less for heating water: hob or kettle?",
        "Use the kettle. A pan on the stove loses more of its warmth to the room.",
    ),
    (
        "Name one benefit of walking to work.",
        "You arrive awake and have done part of your daily exercise.",
        "What good does it do to go to the office on foot?",
        "It wakes you up and counts towards the movement a body needs each day.",
    ),
    (
        "How do I keep a houseplant alive during a fortnight's holiday?",
        "Set its pot in a basin with two centimetres of water and move it out of the sun.",
        "We are away for two weeks. What should happen to our potted fern?",
        "Stand it somewhere shady in a tray holding a little water.",
    ),
    (
        "What should I do first when a fuse blows?",
        "Unplug the last device you switched on, then reset the breaker.",
        "The electricity in one room went off suddenly. First step?",
        "Pull out whichever appliance was turned on most recently and flip the breaker back.",
    ),
    (
        "Tell me how to cool a bedroom without air conditioning.",
        "Shut windows and blinds by day, open everything at night, and hang a damp sheet in the draught.",
        "Tips for sleeping in a hot flat that lacks an air conditioner?",
        "Keep daylight out, air the rooms after dark, and let moving air pass through wet linen.",
    ),
    (
        "Give a reason for learning touch typing.",
        "Your eyes stay on the text, so you notice mistakes sooner and tire less.",
        "Why type without looking at the keyboard?",
        "Watching the screen instead of the fingers means errors are seen earlier and the work is less exhausting.",
    ),
    (
        "How often should a smoke alarm be tested?",
        "Press the test button once a month and change the battery every year.",
        "What is the right interval for checking fire detectors at home?",
        "Monthly, with the button; a fresh battery goes in annually.",
    ),
    (
        "Advise someone who is afraid of flying.",
        "Sit over the wing, learn what the noises mean and breathe out slowly during take-off.",
        "My sister panics on planes. What could help her?",
        "A seat near the middle, some knowledge of the usual sounds, and long exhalations when the aircraft climbs.",
    ),
    (
        "What is the simplest way to check whether an egg is fresh?",
        "Lay it in water: a fresh one stays flat on the bottom, an old one floats.",
        "Is there a test for the age of eggs?",
        "Yes, put them in a bowl of water and throw away those that rise to the surface.",
    ),
)

ADDED = (
    sum(EXACT_SIZES)
    - len(EXACT_SIZES)
    + NORMALISED
    + NEAR_EACH * len(NEAR_RATES)
    + 2 * len(REWORDED)
    + sum(count for _, count in CONFLICTS)
)


def plant(base: list[Draft], random: Random, ledger: Ledger) -> list[Draft]:
    """Plants copies, rewordings and conflicts; returns the rows that come on top of the base, ADDED in number."""
    return [
        *_exact(base, ledger),
        *_normalised(base, ledger),
        *_near(base, random, ledger),
        *_semantic(ledger),
        *_conflicts(base, ledger),
        *_same_response(base, ledger),
    ]


def _long_enough(base: list[Draft], words: int, most: int = 400) -> Iterator[Draft]:
    for draft in base:
        text = f"{draft['instruction']} {draft['output'] or ''}"
        if (
            not draft.faults
            and draft.language == "en"
            and draft["source"] != "support_desk"
            and words <= len(text.split()) <= most
        ):
            yield draft


def _exact(base: list[Draft], ledger: Ledger) -> list[Draft]:
    ledger.open(
        "exact_duplicates",
        FILE,
        "Same instruction, input and output; id, annotator, time and score differ.",
        sizes=list(EXACT_SIZES),
    )
    free, added = _long_enough(base, 12), []
    for size in EXACT_SIZES:
        draft = next(free)
        copies = [draft.twin() for _ in range(size - 1)]
        ledger.group("exact_duplicates", [draft, *copies])
        added += copies
    return added


def _normalised(base: list[Draft], ledger: Ledger) -> list[Draft]:
    ledger.open("normalised_duplicates", FILE, "Equal up to case, white space or Unicode form; details name which.")
    changes: dict[str, Callable[[str], str]] = {
        "case": lambda text: text.upper(),
        "white space": lambda text: "  " + text.replace(" ", "  ", 3).replace(". ", ".\n") + " ",
        "unicode form": lambda text: unicodedata.normalize("NFD", text),
        "case and white space": lambda text: text.lower().replace(" ", "\u00a0", 2) + "\n",
    }
    accented = [
        d
        for d in base
        if not d.faults
        and d["output"]
        and unicodedata.normalize("NFD", d["output"]) != d["output"]
        and d["source"] != "support_desk"
    ]
    free, added = _long_enough(base, 14), []
    for n in range(NORMALISED):
        name = list(changes)[n % 4]
        draft = accented.pop() if name == "unicode form" else next(free)
        copy = draft.twin()
        copy["output"] = changes[name](copy["output"])
        if name.startswith("case"):
            copy["instruction"] = changes[name](copy["instruction"])
        ledger.group("normalised_duplicates", [draft, copy], name)
        added.append(copy)
    return added


def _near(base: list[Draft], random: Random, ledger: Ledger) -> list[Draft]:
    ledger.open(
        "near_duplicates",
        FILE,
        "A copy in which a share of the response's words is replaced; details give the rate asked for and reached.",
    )
    free, added = _long_enough(base, 60), []
    for rate in NEAR_RATES:
        for _ in range(NEAR_EACH):
            draft = next(free)
            copy = draft.twin()
            words = copy["output"].split(" ")
            places = [k for k, word in enumerate(words) if word.isalpha()]
            count = max(1, round(rate * len(words)))
            for k in random.sample(places, count):
                words[k] = random.choice([word for word in WORDS if word != words[k]])
            copy["output"] = " ".join(words)
            ledger.group("near_duplicates", [draft, copy], {"rate": rate, "replaced": count, "words": len(words)})
            added.append(copy)
    return added


def _semantic(ledger: Ledger) -> list[Draft]:
    ledger.open("semantic_duplicates", FILE, "The same question and answer in other words, written by hand.")
    added = []
    for ask, answer, again, other in REWORDED:
        pair = [_draft(ask, answer), _draft(again, other)]
        ledger.group("semantic_duplicates", pair)
        added += pair
    return added


def _conflicts(base: list[Draft], ledger: Ledger) -> list[Draft]:
    ledger.open("conflicts", FILE, "The same prompt with contradicting answers; details give the kind.")
    pools = {
        "number differs": [
            d
            for d in base
            if not d.faults
            and d.topic == "maths"
            and d["source"] != "support_desk"
            and d.wrong
            and d.wrong != d["output"]
        ],
        "label flips": [
            d for d in base if not d.faults and d.topic == "classification" and d["source"] != "support_desk"
        ],
        "refusal and answer": list(_long_enough(base, 14)),
    }
    added = []
    for kind, count in CONFLICTS:
        for n, draft in enumerate([d for d in pools[kind] if not d.faults][:count]):
            copy = draft.twin()
            copy["output"] = REFUSALS[n % 3] if kind.startswith("refusal") else draft.wrong
            copy.quality = 1.6
            ledger.group("conflicts", [draft, copy], kind)
            added.append(copy)
    return added


def _same_response(base: list[Draft], ledger: Ledger) -> list[Draft]:
    ledger.open("same_response", FILE, "Different prompts answered with one and the same text.")
    free = _long_enough(base, 10)
    for text, count in SAME_RESPONSES:
        group = [next(free) for _ in range(count)]
        for draft in group:
            draft["output"], draft.quality = text, 1.8
        ledger.group("same_response", group)
    return []


def _draft(ask: str, answer: str) -> Draft:
    return Draft({"instruction": ask, "input": "", "output": answer, "source": "forum"}, 4.0, "reworded")
