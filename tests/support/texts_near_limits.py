"""Texts near each limit of the rules of Gopher and C4, some on each side of it: the same for the same seed."""

from __future__ import annotations

from collections.abc import Callable
from random import Random

COMMON = ("the", "be", "to", "of", "and", "that", "have", "with")
NAMES = (
    "river", "garden", "window", "market", "letter", "engine", "winter", "bridge", "doctor", "island", "forest", "kettle",
    "teacher", "village", "machine", "picture", "station", "blanket", "harvest", "journey", "lantern", "meadow", "orchard",
    "paper", "stone", "table", "water", "light", "music", "bread", "horse", "cloud", "train", "field", "house", "glass",
)  # fmt: skip
DEEDS = ("opens", "carries", "follows", "paints", "mends", "counts", "watches", "builds", "finds", "leaves", "sells")
ENDS = (".", ".", ".", "!", "?")


def sentence(random: Random, words: int) -> str:
    """So many words of English, and a mark at the end."""
    some = [random.choice(random.choice((COMMON, NAMES, DEEDS))) for _ in range(words)]
    return " ".join(some).capitalize() + random.choice(ENDS)


def prose(random: Random, words: int) -> str:
    """Sentences of so many words together."""
    parts = []
    while words > 0:
        size = min(words, random.randint(5, 12))
        parts.append(sentence(random, size))
        words -= size
    return " ".join(parts)


def lines(random: Random, number: int, words: int = 9) -> list[str]:
    return [sentence(random, words) for _ in range(number)]


def of_so_many_words(random: Random) -> str:
    return prose(random, random.randint(46, 54))


def of_short_words(random: Random) -> str:
    """A mean length of about 3 characters."""
    words = random.choices(
        ["to", "be", "of", "we", "the", "and", "that", "a"], [4, 4, 4, 3, 3, 3, random.random() * 9, 2], k=90
    )
    return " ".join(words) + "."


def of_long_words(random: Random) -> str:
    """A mean length of about 10 characters."""
    long = ["".join(random.choices("abcdefghilmnoprstu", k=random.randint(11, 14))) for _ in range(70)]
    words = [*long, *random.choices(COMMON + NAMES, k=random.randint(20, 45))]
    random.shuffle(words)
    return " ".join(words) + "."


def of_marks(random: Random) -> str:
    """About one #, … or ... in ten words."""
    mark = random.choice(["#", "…", "..."])
    words = prose(random, 90).split()
    for place in sorted(random.sample(range(len(words)), random.randint(6, 15)), reverse=True):
        words[place] += mark if mark != "#" else " #"
    return " ".join(words)


def of_bullets(random: Random) -> str:
    """About 9 of 10 lines begin with a bullet."""
    number = random.choice([10, 20, 30])
    plain = random.randint(0, number // 5)
    bullets = [f"{random.choice('•-')} {line}" for line in lines(random, number - plain)]
    some = [*bullets, *lines(random, plain)]
    random.shuffle(some)
    return "\n".join(some)


def of_open_lines(random: Random) -> str:
    """About 3 of 10 lines end with an ellipsis."""
    some = lines(random, 20)
    for place in random.sample(range(20), random.randint(4, 8)):
        some[place] = some[place][:-1] + random.choice(["...", "…", "... ", ".."])
    return "\n".join(some)


def of_numbers(random: Random) -> str:
    """About 8 of 10 words have a letter."""
    words = [word.strip(".!?") for word in prose(random, 80).split()]
    words += [str(random.randint(1, 9999)) for _ in range(random.randint(14, 27))]
    random.shuffle(words)
    return " ".join(words)


def of_common_words(random: Random) -> str:
    """None to three of the common words, in small letters or not."""
    words = random.choices(NAMES + DEEDS, k=70) + random.choices(
        ["the", "The", "of", "that", "THAT"], k=random.randint(0, 3)
    )
    random.shuffle(words)
    return " ".join(words) + "."


def of_repeated_lines(random: Random) -> str:
    """About 3 of 10 lines, or a fifth of the characters, occurred before; one or several line ends between lines."""
    some = lines(random, 12, random.randint(4, 9))
    again = [random.choice(some) for _ in range(random.randint(2, 7))]
    if random.random() < 0.3:
        some += lines(random, 4, 2)
    both = [*some, *again]
    random.shuffle(both)
    return random.choice(["", "\n"]) + random.choice(["\n", "\n", "\n\n"]).join(both) + random.choice(["", "\n"])


def of_repeated_paragraphs(random: Random) -> str:
    some = ["\n".join(lines(random, random.randint(1, 2), random.randint(3, 9))) for _ in range(8)]
    both = [*some, *(random.choice(some) for _ in range(random.randint(1, 5)))]
    random.shuffle(both)
    return random.choice(["\n\n", "\n\n\n"]).join(both)


def of_a_frequent_phrase(random: Random) -> str:
    """A phrase of 2 to 4 words again and again, up to a fifth of the text."""
    phrase = " ".join(random.choices(NAMES + DEEDS, k=random.randint(2, 4)))
    parts = [prose(random, 6) for _ in range(25)] + [phrase] * random.randint(3, 16)
    random.shuffle(parts)
    return " ".join(parts)


def of_repeated_passages(random: Random) -> str:
    """Passages of 5 to 14 words that occur twice or three times, about an eighth of the text."""
    passages = [
        " ".join(random.choices(NAMES + DEEDS + COMMON, k=random.randint(5, 14))) for _ in range(random.randint(1, 4))
    ]
    parts = [prose(random, 8) for _ in range(20)] + passages * random.randint(2, 3)
    random.shuffle(parts)
    return " ".join(parts)


def of_few_words(random: Random) -> str:
    """Less than a line: blank, one word, a few words, marks."""
    odd = (
        "",
        " ",
        "\n",
        "\n\n",
        ".",
        "...",
        "-",
        "#",
        "word",
        "Two words.",
        "No end",
        "…",
        "a\x00b",
        "🙂 🙂",
        "中文。",
        "\t- \n",
    )
    return random.choice(odd) + random.choice(("", " ", prose(random, random.randint(1, 4))))


def of_so_many_sentences(random: Random) -> str:
    """4 to 6 sentences in one or several lines, of which some are left out."""
    some = [sentence(random, random.randint(2, 5)) for _ in range(random.randint(3, 7))]
    for place in range(len(some)):
        if random.random() < 0.2:
            some[place] = some[place][:-1] + random.choice(["", "...", '."', "!'", ":", "?!", ". "])
    return random.choice([" ", "\n", "\r\n", "  "]).join(some)


def of_forbidden_lines(random: Random) -> str:
    """Lines with what C4 leaves out, in lines that it keeps and in lines that it leaves out anyway."""
    some = lines(random, random.randint(4, 8), 6)
    bad = random.choice(
        ("lorem ipsum", "Lorem Ipsum", "{", "}", "JavaScript", "javascript", "terms of use", "Privacy Policy", "use cookies",
         "[1]", "[citation needed]", "[edit]", "w" * 1000, "w" * 1001, "cookie")
    )  # fmt: skip
    place = random.randrange(len(some))
    end = random.choice([".", "", "?", '"', ". [12]", ".[12]"])
    some[place] = random.choice([f"This line has {bad} in it{end}", f"{bad}{end}", some[place][:-1] + f" {bad}{end}"])
    return "\n".join(some)


def mixed(random: Random) -> str:
    """Two texts of other kinds, one after the other."""
    one, other = random.sample(KINDS[:-1], 2)
    return one(random) + random.choice(["\n", "\n\n", " "]) + other(random)


KINDS: tuple[Callable[[Random], str], ...] = (
    of_so_many_words, of_short_words, of_long_words, of_marks, of_bullets, of_open_lines, of_numbers, of_common_words,
    of_repeated_lines, of_repeated_paragraphs, of_a_frequent_phrase, of_repeated_passages, of_few_words,
    of_so_many_sentences, of_forbidden_lines, mixed,
)  # fmt: skip


def texts_near_limits(number: int, seed: int = 20261201) -> list[str]:
    """So many texts, of all kinds in turn, and two near 100,000 words."""
    random = Random(seed)
    many = [prose(random, words) for words in (100_000, 100_001)]
    return [*many, *(KINDS[n % len(KINDS)](random) for n in range(number - len(many)))]
