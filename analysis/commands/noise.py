"""The command `format`: what each kind of formatting costs."""

from __future__ import annotations

from analysis.commands.shared import (
    DatasetArgument,
    Json,
    Where,
    answer_about,
    compute_missing,
    load,
    no_rows,
    set_roles,
    with_value,
)
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
    rows = dataset.rows_of(view)
    looked_at = with_value(dataset, "html_tags", rows)
    lines = lines or ["No formatting noise."]
    lines.append(f"{looked_at:,} of {len(rows):,} rows in view have a text, and were looked at.")
    why = no_rows(dataset, view) or (
        f"none of the {len(rows):,} rows in view has a text in a known role. {set_roles(dataset)}"
    )
    result = {"kinds": kinds.to_dicts(), "numbers": numbers.to_dicts(), "rows": len(rows)}
    answer_about(looked_at, why, result, as_json, "\n".join(lines))
