"""All requests the tables and computed exercises give, kept apart from each other, and shared out to the files."""

from __future__ import annotations

from random import Random

from . import figures, jobs, lore, programs
from .distinct import Distinct
from .task import Task

INSTRUCTIONS_ONLY = ("languages", "code", "rewrite", "translation", "letters", "creative", "brainstorm", "reading")
PAIRS = 380
LONG = 50


def pool(random: Random) -> list[Task]:
    """Every request the tables and exercises give, in random order; some are near to each other."""
    made = [
        *jobs.written(random),
        *programs.programs(random),
        *jobs.labelled(random),
        *jobs.read(random),
        *jobs.translated(random),
    ]
    made += [*lore.facts(random), *lore.guides(random), *lore.comparisons(random)]
    made += [*figures.sums(random, 170), *figures.word_games(random, 70), *figures.extraction(random, 77)]
    random.shuffle(made)
    return made


def tasks(random: Random) -> tuple[list[Task], list[Task]]:
    """Tasks for the instruction rows and tasks for the preference pairs; no two share half of their shingles."""
    apart = Distinct()
    kept = [task for task in pool(random) if apart.admit(task.text)]
    first = [task for task in kept if task.topic in INSTRUCTIONS_ONLY or len(task.answer.split()) > LONG]
    rest = [task for task in kept if task.topic not in INSTRUCTIONS_ONLY and len(task.answer.split()) <= LONG]
    pairs = [task for task in rest if task.wrong and task.topic not in ("word games", "extraction", "classification")][
        :PAIRS
    ]
    taken = set(map(id, pairs))
    return first + [task for task in rest if id(task) not in taken], pairs
