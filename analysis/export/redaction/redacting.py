"""The export step that removes personal data: rewrites each frame, checks the files, and reports for the receipt."""

from __future__ import annotations

from pathlib import Path

import polars as pl

from analysis.counted import count
from analysis.export.receipt import PersonalData, Receipt, TakenOut
from analysis.export.redaction.outcome import outcome
from analysis.export.redaction.plan import HOW
from analysis.export.redaction.redactor import Redactor
from analysis.export.redaction.rescan import File, check_files
from analysis.export.redaction.source_tables import change_of
from analysis.export.source_files import Change
from analysis.export.waterfall import Chosen
from analysis.formats import groups
from analysis.keys import key_id
from analysis.personal_data.cells import JSON, TEXT, Kind


class Redacting:
    """The redaction of one export; with an empty plan it changes nothing."""

    def __init__(self, chosen: Chosen) -> None:
        self.chosen, self.dataset = chosen, chosen.dataset
        self.redactor = Redactor(chosen.dataset, chosen.request.plan, chosen.taking)
        self.reads = self.redactor.reads
        self._kinds = dict.fromkeys(chosen.dataset.meta["json_columns"], JSON)

    def __call__(self, frame: pl.DataFrame) -> pl.DataFrame:
        """The frame without the personal data to remove; a frame with `source_record` is of one file."""
        if not self.reads or frame.is_empty():
            return frame
        kinds = self._kinds
        if "source_record" in frame.columns:
            grouped = groups.is_group(frame["source_record"][0])
            kinds = {**kinds, "source_record": JSON if grouped else self.kind_of(str(frame["source_file"][0]))}
        return self.redactor(frame, kinds)

    def kind_of(self, file: str) -> Kind:
        """How the records of a source file are written."""
        source = self.dataset.meta["sources"][file]
        if source["container"] == "csv":
            return Kind("cells", source["separator"], source["quoted"])
        return JSON if source["container"] in ("json", "jsonl") else TEXT

    def change(self, file: str) -> Change | None:
        """The change of the batches of a Parquet or Arrow source; None for no change."""
        return change_of(self.dataset, self.redactor, file)

    def check(self, folder: Path, receipt: Receipt, rows: pl.Series) -> None:
        """Scans the written files and the words of the receipt. `rows`: the positions of the rows, or of the row of
        each record. Raises RedactionError where personal data is left."""
        if receipt.to != "input":
            files = [File(folder / file.path, rows, file.rows) for file in receipt.files]
        else:
            of = self.dataset.column("source_file").gather(rows)
            sources = self.dataset.meta["sources"]
            files = [
                File(
                    folder / file.path,
                    rows.filter(of == name),
                    file.rows,
                    self.kind_of(name),
                    sources[name].get("original") is not None,
                )
                for name, file in zip(sources, receipt.files, strict=True)
            ]
        check_files(self.dataset, self.redactor, files, list(receipt_texts(receipt)))

    def notes(self) -> list[str]:
        """The sentences for the card and the receipt."""
        plan = self.redactor.plan
        if not plan:
            return []
        notes = []
        for type_, rule in plan.items():
            n = self.redactor.counts[type_]
            places = f"{count(n['values'], 'value')} in {count(n['rows'])}"
            instead = HOW["replace" if rule.how == "drop" else rule.how]
            dropped = " (rows that hold it are left out; this is what stood in other columns)" * (rule.how == "drop")
            notes.append(f"{type_}: {places} gave way to {instead}{dropped}.")
        notes.append(outcome(self.personal_data()))
        notes.append("Tokens are counted before personal data was taken out.")
        return notes

    def personal_data(self) -> PersonalData | None:
        """The receipt's part on personal data, without any value; None where the export uses none."""
        plan, rulings = self.redactor.plan, self.dataset.rulings
        if not plan and not rulings.columns.keys() & set(self.chosen.request.columns):
            return None
        counts = self.redactor.counts
        return PersonalData(
            not_personal=rulings.rules,
            secret=key_id(),
            redact=tuple(map(str, plan.values())),
            taken_out=tuple(
                TakenOut(rule.type, rule.how, counts[rule.type]["rows"], counts[rule.type]["values"])
                for rule in plan.values()
            ),
            changed_rows=self.redactor.changed_rows,
            detector=dict(self.redactor.detector) if plan else {},
            faker=_faker_version() if any(rule.how == "pseudonym" for rule in plan.values()) else "",
        )


def _faker_version() -> str:
    from faker import VERSION

    return str(VERSION)


def receipt_texts(receipt: Receipt) -> list[str]:
    """The words of a receipt that come from the data or from people."""
    source, tags = receipt.source, receipt.tags
    rules = receipt.personal_data.not_personal if receipt.personal_data else ()
    names = [*tags.rows, *tags.disputed_rows, *tags.only, *tags.without, *source.roles.values()]
    return [
        receipt.sentence,
        *receipt.view,
        source.name,
        *(file.name for file in source.files),
        *source.notes,
        *receipt.notes,
        *names,
        *(step.reason for step in receipt.steps),
        *(rule.what for rule in rules if rule.kind != "value"),
        *receipt.add,
    ]
