"""Generated requests about twenty topics, which a map by meaning should find as clusters."""

from __future__ import annotations

import random
from collections.abc import Iterator
from typing import NamedTuple

from sample_data.maker.words import NOUNS

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
    """One request and its topic."""

    text: str
    topic: str


def planted_topics(seed: int = 0, rows: int = ROWS) -> list[Planted]:
    """`rows` requests of each topic, all different, in random order; about one in five does not contain the topic's own word."""
    draws = random.Random(seed)
    made = []
    for topic, words in TOPICS.items():
        seen: set[str] = set()
        while len(seen) < rows:
            seen.add(_request(topic, words, draws))
        made += [Planted(text, topic) for text in sorted(seen)]
    draws.shuffle(made)
    return made


def uneven_topics(rows: int, seed: int = 0) -> Iterator[Planted]:
    """Any number of requests: few large topics, most small, one in seven about two topics, some exact repeats.

    One in 33 is a list of random words without a topic, "".
    """
    draws, topics = random.Random(seed), list(TOPICS)
    for _ in range(rows):
        if draws.random() < 0.03:
            yield Planted(" ".join(draws.choices(NOUNS, k=draws.randint(3, 12))), "")
            continue
        topic = topics[min(int(draws.paretovariate(0.7)) - 1, len(topics) - 1)]
        text = _request(topic, TOPICS[topic], draws)
        if draws.random() < 1 / 7:
            other = draws.choice(topics)
            text += " " + _request(other, TOPICS[other], draws)
        if draws.random() < 0.5:
            text += f" Also mention {draws.choice(NOUNS)} and {draws.randint(1, 9_999)}."
        yield Planted(text, topic)


def _request(topic: str, words: str, draws: random.Random) -> str:
    drawn = dict(zip("abcd", draws.sample(words.split(), 4), strict=True))
    return f"{draws.choice(OPENINGS)} {draws.choice(ENDINGS)}".format(t=topic, **drawn)
