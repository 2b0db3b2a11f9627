"""The command `format`: what each kind of formatting costs."""

from __future__ import annotations

from analysis.commands.shared import DatasetArgument, Json, Where, answer, compute_missing, load
from analysis.noise.tables import kinds_in, number_forms_in


def format_command(name: DatasetArgument, where: Where = None, as_json: Json = False) -> None:
    """What each kind of formatting costs, by role; and the forms in which numbers are written."""
    dataset, view = load(name, where)
    compute_missing(dataset, dataset.signal("formatting"))
    kinds, numbers = kinds_in(dataset, view), number_forms_in(dataset, view)
    lines = [
        f"{title}, {role}: {rows:,} rows, {n:,} times" + (f", {tokens:,} tokens" if tokens is not None else "")
        for _, title, role, rows, n, tokens in kinds.rows()
    ]
    answer({"kinds": kinds.to_dicts(), "numbers": numbers.to_dicts()}, as_json, "\n".join(lines) or "Nothing found.")
