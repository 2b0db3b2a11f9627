"""Questions on facts: plants, dishes, cities, science, history, animals, words, sayings, books and household jobs."""

from __future__ import annotations

from random import Random

from .knowledge import low, table, up
from .task import Task

OTHER = {"cities": "country", "events": "year", "words": "means", "books": "year"}
GUIDES = {
    "plants": ("Write a complete guide to growing {n}.", ("sow", "care", "trouble", "harvest", "neighbour")),
    "dishes": (
        "Create a full recipe card for {n}, with storage and serving.",
        ("ingredients", "steps", "swap", "keep", "serve"),
    ),
    "cities": ("Compose a travel page about {n}.", ("see", "eat", "move", "trip", "when")),
    "concepts": (
        "Write a short article about {n} for a school magazine.",
        ("is", "works", "example", "error", "matters"),
    ),
    "events": ("Produce an encyclopedia entry on {n}.", ("happened", "cause", "after", "person")),
    "animals": ("Prepare a fact sheet about {n}.", ("eats", "lives", "odd", "family", "threat")),
    "books": ("Draft a library card text for {n}.", ("author", "plot", "theme", "reader")),
}
HEADINGS = {
    "sow": "Sowing",
    "care": "Care",
    "trouble": "Trouble",
    "harvest": "Harvest",
    "neighbour": "Good company",
    "ingredients": "Ingredients",
    "steps": "Method",
    "swap": "Variation",
    "keep": "Storage",
    "serve": "To serve",
    "see": "Sights",
    "eat": "Food",
    "move": "Getting around",
    "trip": "Out of town",
    "when": "Season",
    "is": "",
    "works": "",
    "example": "",
    "error": "",
    "matters": "",
    "happened": "",
    "cause": "Causes",
    "after": "Consequences",
    "person": "A person",
    "eats": "Diet",
    "lives": "Habitat",
    "odd": "Curious",
    "family": "Family",
    "threat": "Threats",
    "author": "Author",
    "plot": "Plot",
    "theme": "Theme",
    "reader": "For whom",
}
COLLECTIONS = {
    "plants": "Write a season plan for a kitchen garden with {n}.",
    "dishes": "Develop a weekly menu with methods from these dishes: {n}.",
    "cities": "Organise a grand tour through {n} with advice for each stop.",
    "concepts": "Write study notes that cover {n}.",
    "events": "Write an essay that connects {n}.",
    "animals": "Write the wall texts of an exhibition on {n}.",
}


SCIENCE_PAIRS = [
    ("gravity", "magnetism"),
    ("inflation", "compound interest"),
    ("erosion", "plate tectonics"),
    ("black holes", "dark matter"),
    ("natural selection", "machine learning"),
    ("vaccines", "the immune system"),
    ("supply and demand", "opportunity cost"),
    ("evaporation", "osmosis"),
    ("fermentation", "catalysts"),
    ("sound", "electric current"),
]


def facts(random: Random) -> list[Task]:
    """One task for every record and aspect, asked and framed at random."""
    made: list[Task] = []
    for spec in table("phrasings"):
        name, aspect = spec["table"], spec["aspect"]
        records = table(name)
        for k, record in enumerate(records):
            other = records[(k + 7) % len(records)]
            ask = random.choice(spec["asks"].split(";;")).format(n=record["name" if "name" in record else "word"])
            frame = random.choice(spec["frames"].split(";;"))
            wrong = _framed(frame, other, aspect, name)
            made.append(Task(ask, "", _framed(frame, record, aspect, name), name, f"{name}:{k}", wrong=wrong))
    return made


def guides(random: Random) -> list[Task]:
    """Longer texts: everything about one subject, and collections of four to seven subjects (200 to 600 words)."""
    made: list[Task] = []
    for name, (ask, aspects) in GUIDES.items():
        for k, record in enumerate(table(name)):
            made.append(Task(ask.format(n=record["name"]), "", _sections(record, aspects), name, f"{name}:{k}"))
    for name, ask in COLLECTIONS.items():
        records = table(name)
        for size in (4, 5, 7):
            chosen = random.sample(range(len(records)), size)
            names = [records[k]["name"] for k in chosen]
            body = [f"## {up(records[k]['name'])}\n\n{_sections(records[k], GUIDES[name][1])}" for k in sorted(chosen)]
            listed = ", ".join(names[:-1]) + " and " + names[-1]
            made.append(Task(ask.format(n=listed), "", "\n\n".join(body), name, f"{name}:many"))
    return made


def comparisons(random: Random) -> list[Task]:
    """Two subjects set beside each other."""
    asks = (
        "Compare {a} and {b}.",
        "Contrast {a} with {b}.",
        "Differentiate between {a} and {b}.",
        "Distinguish {a} from {b}.",
    )
    said = {
        "concepts": "{a[is]} {b[is]} An instance of the first: {a[example]} Of the second: {b[example]}",
        "animals": "{A} live in or around {a[lives]} and eat {a[eats]}, whereas {b[name]} live in or around {b[lives]} and eat {b[eats]}.",
        "books": "{A} ({a[author]}, {a[year]}) turns on {a[theme]}, {b[name]} ({b[author]}, {b[year]}) on {b[theme]}. "
        "The former suits {a[reader]}, the latter {b[reader]}.",
    }
    made: list[Task] = []
    for name, frame in said.items():
        records = {record["name"]: record for record in table(name)}
        names = list(records)
        pairs = SCIENCE_PAIRS if name == "concepts" else list(zip(names[::2], names[1::2], strict=False))
        for first, second in pairs:
            answer = frame.format(a=records[first], b=records[second], A=up(first))
            made.append(Task(random.choice(asks).format(a=first, b=second), "", answer, name, f"{name}:pair"))
    return made


def _sections(record: dict[str, str], aspects: tuple[str, ...]) -> str:
    parts = []
    for aspect in aspects:
        text = record[aspect]
        if aspect == "steps":
            text = "\n" + _numbered(text)
        heading = HEADINGS[aspect]
        parts.append(f"**{heading}.** {_stop(up(text))}".replace(".** \n", ".**\n") if heading else _stop(text))
    return "\n".join(parts) if HEADINGS[aspects[-1]] else " ".join(parts)


def _framed(frame: str, record: dict[str, str], aspect: str, name: str) -> str:
    fact = record[aspect]
    steps = fact.split("; ")
    return frame.format(
        n=record.get("name", record.get("word")),
        a=fact,
        A=up(fact),
        l=low(fact),
        o=record.get(OTHER.get(name, ""), ""),
        s=_numbered(fact)[3:],
        b="\n- ".join(up(step) for step in steps),
        c=up(", then ".join([", ".join(steps[:-1]), steps[-1]])),
    )


def _numbered(steps: str) -> str:
    return "\n".join(f"{n}. {up(step)}." for n, step in enumerate(steps.split("; "), 1))


def _stop(text: str) -> str:
    text = up(text)
    return text if text[-1] in ".!?" else text + "."
