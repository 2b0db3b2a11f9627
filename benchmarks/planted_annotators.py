"""Are only the biased and the tired annotator of the sample data named, for every seed?

python benchmarks/planted_annotators.py [SEEDS]      20 seeds by default, from 1 up
"""

from __future__ import annotations

import json
import sys
import tempfile
from pathlib import Path
from random import Random
from typing import NamedTuple

ROOT = Path(__file__).resolve().parents[1]
sys.path.insert(0, str(ROOT))

from analysis.annotators.differences import differences, label_differences  # noqa: E402
from analysis.annotators.fatigue import measures_of, slopes, tired  # noqa: E402
from analysis.annotators.labels import level_of  # noqa: E402
from analysis.annotators.profiles import facts_in, labels_in  # noqa: E402
from analysis.annotators.shapes import shapes  # noqa: E402
from analysis.computing import compute  # noqa: E402
from analysis.view import View  # noqa: E402
from analysis.workspace import Workspace  # noqa: E402
from sample_data.maker import instructions, people, tasks  # noqa: E402
from sample_data.maker.ledger import Ledger  # noqa: E402


class Named(NamedTuple):
    """The annotators that are named, and by which test."""

    far: set[str]
    far_by_label: set[str]
    shaped: set[str]
    tired: set[str]
    changing: set[str]  # whose measures change significantly, but not as fatigue would have it


def planted(seed: int, folder: Path) -> Path:
    """instructions.jsonl as the maker of the sample data writes it with this seed."""
    rows = instructions.build(tasks.tasks(Random(seed))[0], Random(seed + 2), Ledger())
    path = folder / f"instructions-{seed}.jsonl"
    path.write_text("".join(json.dumps(row.fields, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    return path


def named(file: Path, home: Path) -> Named:
    dataset = Workspace(home).open([file])
    for signal in ("lengths", "times", "sessions"):
        compute(dataset, dataset.signal(signal))
    rows = dataset.rows_of(View())
    labels = labels_in(dataset, rows)
    found = slopes(measures_of(labels, facts_in(dataset, rows), level_of(labels)))
    weary = set(tired(found))
    tables = (differences(labels), label_differences(labels), shapes(labels))
    far, far_by_label, shaped = (set(table.filter("is_far")["annotator"]) for table in tables)
    return Named(far, far_by_label, shaped, weary, set(found.filter("is_significant")["annotator"]) - weary)


def main(seeds: int) -> None:
    missed: list[str] = []
    false: list[str] = []
    changing: list[str] = []
    with tempfile.TemporaryDirectory() as folder:
        for seed in range(1, seeds + 1):
            who = named(planted(seed, Path(folder)), Path(folder) / "home")
            missed += [f"{seed}: {people.BIASED}"] * (people.BIASED not in who.far)
            missed += [f"{seed}: {people.TIRED}"] * (people.TIRED not in who.tired)
            both = {people.BIASED, people.TIRED}
            false += [f"{seed}: {name} far" for name in (who.far | who.far_by_label | who.shaped) - both]
            false += [f"{seed}: {name} tired" for name in who.tired - {people.TIRED}]
            changing += [f"{seed}: {name}" for name in who.changing - {people.TIRED}]
    print(f"{seeds} seeds, {len(people.NAMES)} annotators each")
    print(f"not named: {len(missed)} {missed}")
    print(f"false alarms: {len(false)} {false}")
    print(f"changes that are no fatigue (quicker or slower, longer, more varied): {len(changing)} {changing}")


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
