"""How fast are verbs and nouns found, and how often are they right?"""

from __future__ import annotations

import json
import random
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from pathlib import Path

from benchmarks.ground import ROOT, Ground, Row, run
from sample_data.maker.words import NOUNS, VERBS

ROWS, WORDS, SEED = 50_000, 25, 20250101
MOST_SECONDS, LEAST_RATIO = 90.0, 2.5
OPENINGS = ("", "", "", "Please ", "Can you ", "I want you to ", "Your task is to ", "Help me ")
ENDINGS = (
    "so that {a} {b} can be read next to {c} {d} by people who have never seen {e} {f}",
    "and explain in a few words why {a} {b} is better than {c} {d} for {e} {f}",
    "in the form of {a} {b} with {c} {d} at the end and without any {e} {f}",
    "for a reader who knows {a} {b} well but has never heard of {c} {d} or {e} {f}",
)
COMPARED = """
import gc, json, sys, time
import polars as pl, spacy
from analysis.loaders.pipelines import DEFAULT_PIPELINE, SHIPPED
from analysis.verbs.verb_noun_signal import VerbNoun, kept_answers
texts = [json.loads(line)["prompt"] for line in open(sys.argv[1])][:4000]
whole, signal = spacy.load(SHIPPED / DEFAULT_PIPELINE), VerbNoun()
rows = pl.DataFrame({"prompt": texts, "response": texts})
def seconds(work):
    gc.collect()
    kept_answers.cache_clear()
    started = time.process_time()
    work()
    return time.process_time() - started
seconds(lambda: signal.compute(rows.head(200))), seconds(lambda: list(whole.pipe(texts[:200])))
pairs = [(seconds(lambda: list(whole.pipe(texts))), seconds(lambda: signal.compute(rows))) for _ in range(3)]
print(json.dumps({"whole": min(a for a, _ in pairs) / len(texts), "ours": min(b for _, b in pairs) / len(texts)}))
"""


def instructions(rows: int) -> Iterator[str]:
    """Instructions of about 25 words, all different."""
    draws = random.Random(SEED)
    seen: set[str] = set()
    while len(seen) < rows:
        words = {gap: draws.choice(NOUNS) for gap in "abcdef"}
        ask = f"{draws.choice(OPENINGS)}{draws.choice(VERBS)} the {draws.choice(NOUNS)} of the {draws.choice(NOUNS)}"
        text = " ".join(f"{ask} {draws.choice(ENDINGS).format(**words)}".split()[:WORDS]) + "."
        if text not in seen:
            seen.add(text)
            yield text[0].upper() + text[1:]


def measure(ground: Ground) -> Iterator[Row]:
    """Compared with spaCy's own loop in one process; then as the command line computes it, process start included."""
    with tempfile.TemporaryDirectory(prefix="winnow-bench-") as folder:
        path = Path(folder) / "instructions.jsonl"
        with path.open("w") as file:
            for text in instructions(ROWS):
                file.write(json.dumps({"prompt": text, "response": "Yes."}) + "\n")
        done = run([sys.executable, "-c", COMPARED, str(path)], ground.home)
        spent = json.loads(done.out)
        ratio = spent["whole"] / spent["ours"]
        yield Row(
            f"Verbs and nouns of {WORDS}-word instructions, against spaCy's nlp.pipe",
            f"{1 / spent['ours']:,.0f} a CPU second, {ratio:.1f} times as many",
            f"{LEAST_RATIO} times",
            ratio >= LEAST_RATIO,
            {"per_cpu_second": 1 / spent["ours"], "ratio": ratio},
        )
        _, opened = ground.winnow("open", str(path), home=Path(folder))
        done, _ = ground.winnow("compute", opened["id"], "verb_noun", home=Path(folder))
        yield Row(
            f"Verbs and nouns of {ROWS:,} instructions",
            f"{done.seconds:.0f} s",
            f"{MOST_SECONDS:.0f} s",
            done.seconds <= MOST_SECONDS,
            {"seconds": done.seconds, "peak_mb": done.peak_mb},
        )
    yield from _accuracy()


def _accuracy() -> Iterator[Row]:
    """The accuracies that the test of the labelled instructions records."""
    with tempfile.NamedTemporaryFile(suffix=".xml") as report:
        test = "tests/verbs/test_verb_noun.py::test_first_pairs_and_verbs_are_right_and_beat_the_common_routine"
        command = [sys.executable, "-m", "pytest", "-q", test, f"--junitxml={report.name}"]
        subprocess.run(command, cwd=ROOT, check=True, capture_output=True)
        from xml.etree import ElementTree

        found = {p.attrib["name"]: float(p.attrib["value"]) for p in ElementTree.parse(report.name).iter("property")}
    yield Row(
        "Verb and noun right on labelled instructions",
        f"{found['pair']:.3f}, verb {found['verb']:.3f}; the common routine {found['common_pair']:.3f}, {found['common_verb']:.3f}",
        "0.94, verb 0.96",
        found["pair"] >= 0.94 and found["verb"] >= 0.96,
        found,
    )
