"""The request for an export: which rows, in which format, and what is done with their texts."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

from analysis.errors import ExportError
from analysis.export.redaction.plan import Redaction, read_plan
from analysis.export.training_formats import KEYS
from analysis.noise import KINDS
from analysis.personal_data.types import ENTITY_TYPES
from analysis.view import View

TABULAR = ("parquet", "csv")
TOKENIZED = ("tokens", "tokens_parquet")
"""The formats of token ids and labels, which the signal `trainer` and its choice make."""
TRAINER = ("trainer_tokens", "is_untrained", "template_error", "dropped_parts")
"""The columns that say which rows have tokens to train on, and what the template leaves out of them."""
FORMATS = ("input", *KEYS, *TOKENIZED, *TABULAR)
UNPACKABLE = ("messages", "sharegpt", "alpaca", "prompt_completion")
"""The formats whose records hold a prompt and its answer."""
CLEANABLE = tuple(name for name, kind in KINDS.items() if kind.can_be_cleaned)
PROPOSALS = ("take", "ignore")
GROUPS = ("text_group", "near_group", "near_neighbours")
"""The columns that show which rows are copies of rows in another split."""


@dataclass(frozen=True)
class ExportRequest:
    """The rows in `view` that have any of `only_tags`, where some are named, and none of `without_tags`, in the format
    `to`, one of `FORMATS`; their texts without the kinds of noise in `clean`, none by default; in a table of `TABULAR`
    with the computed columns `add` beside the others.

    `split_safe` names a column of splits, such as train and test: of rows that are copies of each other in different
    splits, those of the splits to `protect` are exported and the others are dropped; then those of the split with the
    fewest rows. Where none is named the evaluation splits are protected, by their names; where there is no such name,
    the split with the fewest rows. Empty by default. `redact`: what is done with
    each type of personal data, such as "EMAIL_ADDRESS=replace" (see `redaction.plan`). `unpack_shots`: a row whose
    prompt holds solved examples becomes one record per example, in a format of `UNPACKABLE` (see `unpacked_rows`).
    `proposals`: texts that people proposed are taken in the place of the source's, or ignored. `until_proposed`: tags
    of `without_tags` whose rows come back where they have a proposed text; a tag named here alone is also one of those.

    Raises ExportError, RedactionError where a format, a kind of noise or a plan is unknown or does not fit.
    """

    view: View = field(default_factory=View)
    to: str = "input"
    only_tags: tuple[str, ...] = ()
    without_tags: tuple[str, ...] = ()
    clean: tuple[str, ...] = ()
    add: tuple[str, ...] = ()
    split_safe: str = ""
    protect: tuple[str, ...] = ()
    redact: tuple[str, ...] = ()
    unpack_shots: bool = False
    proposals: str = "take"
    until_proposed: tuple[str, ...] = ()

    def __post_init__(self) -> None:
        object.__setattr__(self, "redact", tuple(map(str, read_plan(self.redact).values())))
        object.__setattr__(self, "without_tags", tuple(dict.fromkeys([*self.without_tags, *self.until_proposed])))
        if self.proposals not in PROPOSALS:
            raise ExportError(
                f"Proposed texts cannot be treated by {self.proposals!r}; write one of {', '.join(PROPOSALS)}."
            )
        if self.until_proposed and not self.takes_proposals:
            raise ExportError(
                f"Rows tagged {self.until_proposed[0]} cannot come back with a proposed text while proposed texts are "
                "left out; take them, or name the tag with without_tags alone."
            )
        if self.to not in FORMATS:
            raise ExportError(f"There is no format {self.to!r} to export to; the formats are {', '.join(FORMATS)}.")
        if self.clean and self.to == "input":
            raise ExportError("The format input keeps each record unchanged; choose another format to clean texts.")
        if self.protect and not self.split_safe:
            raise ExportError(
                f"{self.protect[0]!r} is to be protected, but no column of splits is named; name it with split_safe."
            )
        if self.add and self.to not in TABULAR:
            raise ExportError(
                f"The format {self.to} has no place for {self.add[0]}; "
                f"choose {' or '.join(TABULAR)} to add computed columns."
            )
        if self.unpack_shots and self.to not in UNPACKABLE:
            raise ExportError(
                f"The format {self.to} cannot hold solved examples one by one; "
                f"choose {', '.join(UNPACKABLE)} to unpack them."
            )
        if unknown := [kind for kind in self.clean if kind not in CLEANABLE]:
            raise ExportError(f"There is no kind of noise {unknown[0]!r} to clean; known: {', '.join(CLEANABLE)}.")

    @cached_property
    def plan(self) -> Mapping[str, Redaction]:
        """Type of personal data -> what is done with it."""
        return read_plan(self.redact)

    @property
    def takes_proposals(self) -> bool:
        """Whether proposed texts go out in the place of the source's."""
        return self.proposals == "take"

    @property
    def dropped_types(self) -> list[str]:
        """The types of personal data whose rows are left out."""
        return [rule.type for rule in self.plan.values() if rule.how == "drop"]

    @property
    def columns(self) -> list[str]:
        """The columns that decide which rows are exported, and those that are added."""
        filtered = [f.column for f in self.view.active]
        groups = GROUPS if self.split_safe else ()
        trainer = TRAINER if self.to in TOKENIZED else ()
        return list(dict.fromkeys([*self.add, *groups, *trainer, *map(types_column, self.dropped_types), *filtered]))


def types_column(type_: str) -> str:
    """The column that lists the types in each row, for this type."""
    return "entity_types" if type_ in ENTITY_TYPES else "pii_types"
