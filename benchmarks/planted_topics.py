"""Twenty topics of 200 requests each, of our own making: what a map of meaning ought to find again."""

from __future__ import annotations

import random
from typing import NamedTuple

TOPICS = {
    "volcano": "lava magma crater eruption ash tectonic basalt seismic",
    "guitar": "chord strings fret strumming melody amplifier tuning riff",
    "bread": "dough yeast flour oven crust sourdough kneading loaf",
    "chess": "bishop checkmate opening pawn endgame knight castling gambit",
    "bees": "hive honey pollen queen swarm beekeeper nectar wax",
    "mortgage": "loan interest lender repayment deposit refinancing equity house",
    "vaccine": "immunity antibody dose virus injection booster infection trial",
    "galaxy": "stars telescope nebula astronomer orbit light-year cosmos universe",
    "python": "function loop variable list code exception module script",
    "football": "goal referee striker penalty stadium offside midfield league",
    "marathon": "runner training pace shoes endurance hydration finish kilometres",
    "painting": "canvas brush oil watercolour palette portrait artist gallery",
    "coffee": "espresso beans roast grinder latte brewing barista filter",
    "glacier": "ice melting valley moraine climate snow arctic crevasse",
    "contract": "clause lawyer signature breach liability agreement court party",
    "bicycle": "wheel pedal chain brake saddle gears tyre handlebar",
    "wedding": "bride groom guests ceremony vows reception bouquet invitation",
    "battery": "lithium charge voltage electrode cell capacity anode electrolyte",
    "poem": "rhyme stanza verse metre sonnet haiku metaphor poet",
    "dog": "puppy leash barking training breed vet tail walk",
}
OPENINGS = (
    "Explain how {a} and {b} matter when dealing with a {t}.",
    "Write a short text about a {t} that mentions {a}.",
    "What is the connection between the {a} and the {b} of a {t}?",
    "Give me three tips on {a} for someone new to the subject of {t}.",
    "Summarise what a newcomer should know about {a} and {b}.",
    "Can you describe the role of {a} for a {t} in simple words?",
    "List common mistakes people make with {a} or {b}.",
    "I have trouble with the {a} of my {t}, what should I do?",
    "Compare {a} with {b} and say which one matters more for a {t}.",
    "Make a quiz of five questions about {t} and {a}.",
    "Translate this note on {a} and {b} into French.",
    "Draft an email that asks a friend about {t} and {a}.",
)
ENDINGS = (
    "Say something about {c} and {d} too.",
    "My teacher told me that {c} depends on the {d}, is that right?",
    "Keep it under a hundred words and end with a remark on {c}.",
    "I already know about {c}, but not how {d} comes into it.",
    "Use {c} as your example.",
    "It is for a {t} magazine whose readers care for {c} and {d}.",
    "Please do not forget {c}, {d} and what they cost.",
    "Answer as if I were a child who has just heard of {c}.",
)
ROWS = 200


class Planted(NamedTuple):
    """One request and the topic it was made for."""

    text: str
    topic: str


def planted_topics(seed: int = 0, rows: int = ROWS) -> list[Planted]:
    """`rows` requests of each topic, no two alike, in mixed order; about one in five does not hold their topic's own word."""
    draws = random.Random(seed)
    made = []
    for topic, words in TOPICS.items():
        seen: set[str] = set()
        while len(seen) < rows:
            drawn = dict(zip("abcd", draws.sample(words.split(), 4), strict=True))
            seen.add(f"{draws.choice(OPENINGS)} {draws.choice(ENDINGS)}".format(t=topic, **drawn))
        made += [Planted(text, topic) for text in sorted(seen)]
    draws.shuffle(made)
    return made
