"""All files of the sample data as text, made from one seed."""

from __future__ import annotations

import json
from random import Random
from typing import Any

from . import chats, hostile, instructions, preferences, readme, tasks
from .distinct import Distinct
from .ledger import Draft, Ledger

SEED = 20240304


def files() -> dict[str, str]:
    """File name to its whole text, the same at every call."""
    ledger = Ledger()
    first, pairs = tasks.tasks(Random(SEED))
    # Chats ask anew: the same knowledge in other words, so they are not copies of the other files.
    again = tasks.pool(Random(SEED + 1))
    rows = {"instructions.jsonl": instructions.build(first, Random(SEED + 2), ledger)}
    apart = Distinct()
    for text in [*(task.text for task in pairs), *(_text(draft) for draft in rows["instructions.jsonl"])]:
        apart.add(text)
    rows["chats.jsonl"] = chats.build(again, Random(SEED + 3), ledger, apart)
    rows["preferences.jsonl"] = preferences.build(pairs, Random(SEED + 4), ledger)
    attacks = hostile.rows()
    ledger.open(
        "hostile",
        "hostile.jsonl",
        "Every row is an attack on the screen that shows it; details give its kind.",
        columns=list(hostile.COLUMNS),
    )
    rows["hostile.jsonl"] = [Draft(row) for row in attacks]
    for draft in rows["hostile.jsonl"]:
        ledger.plant("hostile", draft, draft["kind"])
    truth = ledger.truth(rows)
    made = {name: "".join(_line(draft.fields) for draft in drafts) for name, drafts in rows.items()}
    made["TRUTH.json"] = _truth(truth)
    made["README.md"] = readme.text(truth, {name: len(drafts) for name, drafts in rows.items()})
    return made


def _text(draft: Draft) -> str:
    return " ".join(str(draft[name] or "") for name in ("instruction", "input", "output"))


def _line(fields: dict[str, Any]) -> str:
    return json.dumps(fields, ensure_ascii=False) + "\n"


def _truth(truth: dict[str, Any]) -> str:
    """One kind per block, one field per line, so that changes can be read."""
    kinds = []
    for kind, entry in truth.items():
        lines = ",\n".join(
            f"    {json.dumps(name)}: {json.dumps(value, ensure_ascii=False)}" for name, value in entry.items()
        )
        kinds.append(f"  {json.dumps(kind)}: {{\n{lines}\n  }}")
    return "{\n" + ",\n".join(kinds) + "\n}\n"
