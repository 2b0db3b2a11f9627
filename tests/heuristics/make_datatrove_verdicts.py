"""Writes what datatrove 0.10.1 says to the texts of `tests/support/texts_near_limits.py`.

Run in an environment that has `requirements-peers.txt`: python -m tests.heuristics.make_datatrove_verdicts. Each line
of the file is a hash of the text and the reason of each of its three filters, "" where the text is kept.
"""

from __future__ import annotations

import gzip
import hashlib
import json
from pathlib import Path
from typing import Any

from tests.support.texts_near_limits import texts_near_limits

FILE = Path(__file__).with_name("datatrove_verdicts.jsonl.gz")
TEXTS = 2_000


def hash_of(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:8]


def verdicts_of(texts: list[str]) -> list[tuple[str, str, str]]:
    """The reasons of Gopher's quality, Gopher's repetition and C4, "" where the text is kept."""
    from datatrove.data import Document
    from datatrove.pipeline.filters import C4QualityFilter, GopherQualityFilter, GopherRepetitionFilter

    filters = (GopherQualityFilter(), GopherRepetitionFilter(), C4QualityFilter())

    def reason(one: Any, text: str) -> str:
        verdict = one.filter(Document(text=text, id=""))
        return "" if verdict is True else str(verdict[1])

    return [(reason(filters[0], text), reason(filters[1], text), reason(filters[2], text)) for text in texts]


if __name__ == "__main__":
    made = texts_near_limits(TEXTS)
    lines = [json.dumps([hash_of(text), *reasons]) for text, reasons in zip(made, verdicts_of(made), strict=True)]
    FILE.write_bytes(gzip.compress("\n".join(lines).encode(), mtime=0))
