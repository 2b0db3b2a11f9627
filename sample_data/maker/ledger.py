"""Rows in the making and the record of what was planted in which of them."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(eq=False)
class Draft:
    """One row before it has a place in its file: its fields, how good it truly is (1..5), and the faults it carries."""

    fields: dict[str, Any]
    quality: float = 4.0
    topic: str = ""
    language: str = "en"
    wrong: str = ""
    faults: list[str] = field(default_factory=list)

    def __getitem__(self, name: str) -> Any:
        return self.fields[name]

    def __setitem__(self, name: str, value: Any) -> None:
        self.fields[name] = value

    def twin(self) -> Draft:
        """A copy that can be changed on its own."""
        return Draft(dict(self.fields), self.quality, self.topic, self.language, self.wrong, [])


@dataclass
class Fault:
    """One kind of planted fault of one file: single rows, or groups of rows that belong together."""

    description: str
    file: str
    rows: list[Draft] = field(default_factory=list)
    groups: list[list[Draft]] = field(default_factory=list)
    details: list[Any] = field(default_factory=list)
    facts: dict[str, Any] = field(default_factory=dict)


class Ledger:
    """Every planted fault by kind."""

    def __init__(self) -> None:
        self.faults: dict[str, Fault] = {}

    def open(self, kind: str, file: str, description: str, **facts: Any) -> None:
        """Names a kind of fault before rows are planted under it."""
        if kind in self.faults:
            raise ValueError(f"the fault kind {kind!r} is named twice")
        self.faults[kind] = Fault(description, file, facts=facts)

    def plant(self, kind: str, draft: Draft, detail: Any = None) -> None:
        """Notes that one row shows the fault; the detail says what exactly."""
        draft.faults.append(kind)
        self.faults[kind].rows.append(draft)
        self.faults[kind].details.append(detail)

    def group(self, kind: str, drafts: list[Draft], detail: Any = None) -> None:
        """Notes that these rows together show the fault."""
        for draft in drafts:
            draft.faults.append(kind)
        self.faults[kind].groups.append(drafts)
        self.faults[kind].details.append(detail)

    def truth(self, files: dict[str, list[Draft]]) -> dict[str, Any]:
        """What TRUTH.json holds: for every kind its description, file, count, 1-based lines (or groups of lines), ids and details."""
        lines = {id(draft): n for drafts in files.values() for n, draft in enumerate(drafts, 1)}
        told: dict[str, Any] = {}
        for kind, fault in self.faults.items():
            entry: dict[str, Any] = {"description": fault.description, "file": fault.file, **fault.facts}
            if fault.groups:
                order = sorted(range(len(fault.groups)), key=lambda k: min(lines[id(d)] for d in fault.groups[k]))
                groups = [sorted(fault.groups[k], key=lambda d: lines[id(d)]) for k in order]
                entry["count"] = len(groups)
                entry["groups"] = [[lines[id(d)] for d in group] for group in groups]
                entry["ids"] = [[d["id"] for d in group] for group in groups]
            else:
                order = sorted(range(len(fault.rows)), key=lambda k: lines[id(fault.rows[k])])
                entry["count"] = len(order)
                entry["lines"] = [lines[id(fault.rows[k])] for k in order]
                entry["ids"] = [fault.rows[k]["id"] for k in order]
            details = [fault.details[k] for k in order]
            if any(detail is not None for detail in details):
                entry["details"] = details
            told[kind] = entry
        return told
