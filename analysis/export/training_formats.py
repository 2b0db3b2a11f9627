"""The keys of the training formats, and the source's columns from which they are written."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

import polars as pl

from analysis.export.outfiles import type_in_words

MESSAGES, TEXT = "list of {role, content}", "text"
EITHER = f"{TEXT}, or {MESSAGES}"
# Each format's keys in the order they are written, with their types.
KEYS: dict[str, dict[str, str]] = {
    "messages": {"messages": MESSAGES},
    "sharegpt": {"conversations": "list of {from, value}"},
    "alpaca": {
        "instruction": TEXT,
        "input": TEXT,
        "output": TEXT,
        "system": TEXT,
        "history": "list of [prompt, answer]",
    },
    "prompt_completion": {"prompt": EITHER, "completion": EITHER},
    "preference": {"prompt": EITHER, "chosen": EITHER, "rejected": EITHER},
    "kto": {"prompt": EITHER, "completion": EITHER, "label": "true or false"},
}
OPTIONAL = {"alpaca": ("system", "history")}
TEXT_ROLES = ("prompt", "input", "response", "system", "rejected", "messages", "text")
READ = ("system", "prompt", "response", "messages")
REJECTED = ("rejected", "messages_rejected", "prompt_turns")
PAIRS = ("preference", "kto")
"""The formats that hold the rejected answer of a pair."""
LABELS = {"true": True, "1": True, "1.0": True, "false": False, "0": False, "0.0": False}


@dataclass(frozen=True)
class SourceColumns:
    """The columns of the rows to be written.

    `canonical`: the canonical columns that are not empty. `roles`: role -> original column. `originals`: the source's
    columns as stored, with their types. `json_columns`: those that hold JSON text; `number_columns`: those that hold
    numbers as text, since 64 bits are too few for them; `whole`: those of which all is in the canonical columns,
    whatever the layout of a row. `partly_used`: column of a text -> the layouts that make the texts of their rows of it
    and others, so that in these rows it is written beside the keys of the format. `renamed`: stored name -> name in the
    source.
    """

    canonical: frozenset[str]
    roles: Mapping[str, str]
    originals: Mapping[str, pl.DataType]
    json_columns: frozenset[str]
    renamed: Mapping[str, str]
    number_columns: frozenset[str] = frozenset()
    whole: frozenset[str] = frozenset()
    partly_used: Mapping[str, Sequence[str]] = field(default_factory=dict)

    @property
    def is_pairs(self) -> bool:
        return bool(self.canonical & {"rejected", "messages_rejected"})

    @property
    def has_tools(self) -> bool:
        """Whether rows name the tools that the model may call, elsewhere than in a column called so."""
        return "tools" in self.canonical and "tools" not in self.originals

    @property
    def is_conversational(self) -> bool:
        """Whether a prompt is a list of messages: plain text has no place for a system message or earlier turns."""
        return bool(self.canonical & {"messages", "system"})

    @property
    def splits_input(self) -> bool:
        """Whether prompts are made of an instruction and an input in separate columns of the source."""
        return {"prompt", "input"} <= self.roles.keys() and not self.canonical & {"messages", "rejected"}

    def is_text(self, column: str) -> bool:
        """Whether an original column holds plain text."""
        return self.originals.get(column) == pl.String and column not in self.json_columns | self.number_columns

    def name_of(self, role: str) -> str:
        """The source's name of the column of this role."""
        return self.renamed.get(self.roles[role], self.roles[role])

    def in_words(self, column: str) -> str:
        """An original column's type for people."""
        return "JSON" if column in self.json_columns else type_in_words(self.originals[column])

    @property
    def texts(self) -> frozenset[str]:
        """The original columns whose texts are in the keys of a format, so that they are not repeated beside these."""
        return frozenset(self.originals.keys() & ({self.roles.get(role, "") for role in TEXT_ROLES} | self.whole))

    def others(self, to: str) -> dict[str, str]:
        """Original columns that are not part of the text -> their names beside the keys of the format."""
        texts = {*self.texts}
        if to == "kto" and not self.is_pairs:
            texts.add(self.roles.get("label", ""))
        taken, names = set(KEYS.get(to, ())), {}
        for column in self.originals:
            if column in texts and column not in self.partly_used:
                continue
            name = self.renamed.get(column, column)
            while name in taken:
                name += "_original"
            taken.add(name)
            names[column] = name
        return names

    def reads(self, to: str) -> list[str]:
        """The columns that `write_training` needs."""
        texts = [name for name in READ if name in self.canonical]
        pairs = [name for name in REJECTED if name in self.canonical] if to in PAIRS else []
        tools = ["tools"] if self.has_tools else []
        extra = [self.roles["prompt"], self.roles["input"]] if to == "alpaca" and self.splits_input else []
        extra += [self.roles["label"]] if to == "kto" and "label" in self.roles and not self.is_pairs else []
        layout = ["layout"] if self.partly_used else []
        return list(dict.fromkeys([*texts, *pairs, *tools, *extra, *layout, *self.others(to)]))

    def is_partly_used(self, column: str) -> pl.Expr:
        """An expression: whether the layout of a row makes its texts of this column and others."""
        return pl.col("layout").cast(pl.String).is_in(list(self.partly_used.get(column, ()))).fill_null(False)

    def beside(self, frame: pl.DataFrame, others: Mapping[str, str]) -> pl.DataFrame:
        """The columns `others` of a frame, each null in rows that have it in the keys of the format."""
        partly = [column for column in others if column in self.partly_used and column in self.texts]
        return frame.select(
            pl.when(self.is_partly_used(column)).then(pl.col(column)).alias(column)
            if column in partly
            else pl.col(column)
            for column in others
        )


def labels_of(source: SourceColumns) -> pl.Expr:
    """An expression: the label column as true or false, and null for any other value."""
    if "label" not in source.roles:
        return pl.lit(None, dtype=pl.Boolean)
    text = pl.col(source.roles["label"]).cast(pl.String, strict=False).str.to_lowercase()
    return text.replace_strict(LABELS, default=None, return_dtype=pl.Boolean)
