"""Measures every number of the README: `python benchmarks/run.py [--rows N] [--only SUBJECT,…] [--write]`."""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
import tempfile
import time
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Any

HERE = Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parent))

from benchmarks import (  # noqa: E402  needs the path set above
    annotators,
    computing,
    contract,
    data,
    duplicates,
    exporting,
    first_insight,
    formatting,
    language,
    opening,
    opening_chats,
    pages,
    personal_data,
    proposing,
    reading,
    screen,
    searching,
    templated_texts,
    training,
    verb_noun,
)
from benchmarks import map as mapped  # noqa: E402
from benchmarks.ground import Ground, Row, machine  # noqa: E402
from tests.support.browser import find_chromium  # noqa: E402

SUBJECTS = {
    "opening": opening.measure,
    "opening_chats": opening_chats.measure,
    "signals": computing.measure,
    "language": language.measure,
    "verb_noun": verb_noun.measure,
    "formatting": formatting.measure,
    "annotators": annotators.measure,
    "duplicates": duplicates.measure,
    "contract": contract.measure,
    "personal_data": personal_data.measure,
    "templated_texts": templated_texts.measure,
    "training": training.measure,
    "map": mapped.measure,
    "first_chart": pages.first_chart,
    "first_insight": first_insight.measure,
    "pages": pages.reruns,
    "screen": screen.measure,
    "search": searching.measure,
    "reading": reading.measure,
    "export": exporting.measure,
    "proposing": proposing.measure,
}
BEGIN, END = "<!-- measured: begin -->", "<!-- measured: end -->"


def main() -> None:
    """Makes the file, measures, prints, and with --write puts the table into README.md and latest.json.

    Subjects that are not measured now keep their old numbers; each shows when it was measured.
    """
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rows", type=int, default=1_000_000)
    parser.add_argument("--only", default=",".join(SUBJECTS), help="Some of the subjects, with commas between them.")
    parser.add_argument(
        "--write", action="store_true", help="Put the table into README.md, the numbers into latest.json."
    )
    asked = parser.parse_args()
    wanted = asked.only.split(",")
    if unknown := set(wanted) - set(SUBJECTS):
        parser.error(f"unknown subject {', '.join(sorted(unknown))}; known: {', '.join(SUBJECTS)}")

    browser = subprocess.run([find_chromium(), "--version"], capture_output=True, text=True, check=True).stdout.strip()
    on = machine(browser)
    with tempfile.TemporaryDirectory(prefix="winnow-bench-") as folder:
        say(f"Making {asked.rows:,} rows")
        planted = data.make(Path(folder), asked.rows)
        size = f"{planted.rows:,} rows, {planted.path.stat().st_size / planted.rows:.0f} bytes each, {planted.mebibytes:,.0f} MB of JSONL"
        ground = Ground(planted, Path(folder) / "home")
        measured: dict[str, Any] = {}
        for subject in wanted:
            say(f"Measuring: {subject}")
            rows: list[Row] = []
            for row in SUBJECTS[subject](ground):
                say(f"  {row.name}: {row.result}")
                rows.append(row)
            measured[subject] = {"on": on, "size": size, "rows": [asdict(row) for row in rows]}
    print(table(measured))
    if asked.write:
        latest = HERE / "latest.json"
        known = json.loads(latest.read_text(encoding="utf-8")) | measured
        known = {subject: known[subject] for subject in SUBJECTS if subject in known}
        latest.write_text(json.dumps(known, indent=1, ensure_ascii=False) + "\n", encoding="utf-8")
        readme = HERE / "README.md"
        head, rest = readme.read_text(encoding="utf-8").split(BEGIN)
        readme.write_text(f"{head}{BEGIN}\n{table(known)}\n{END}{rest.split(END)[1]}", encoding="utf-8")


def table(measured: Mapping[str, Any]) -> str:
    """A Markdown table for all subjects that were measured in one run, under its size and machine."""
    met = {True: "yes", False: "**no**", None: ""}
    parts: dict[str, list[str]] = {}
    for of in measured.values():
        lines = [f"| {row['name']} | {row['result']} | {row['bar']} | {met[row['is_met']]} |" for row in of["rows"]]
        parts.setdefault(f"{of['size']}.\n\n{of['on']}", []).extend(lines)
    head = "| what | measured | bar | met? |\n|---|---|---|---|\n"
    return "\n\n".join(f"{run}\n\n{head}" + "\n".join(lines) for run, lines in parts.items())


def say(text: str) -> None:
    """One line on standard error, with the time of day."""
    print(f"{time.strftime('%H:%M:%S')} {text}", file=sys.stderr, flush=True)


if __name__ == "__main__":
    main()
