"""The command `conflicts`: which rows contradict each other, and how."""

from __future__ import annotations

from typing import Any

from analysis.commands.shared import (
    DatasetArgument,
    Json,
    Where,
    answer_about,
    compute_missing,
    load,
    no_rows,
    set_roles,
)
from analysis.conflicts.kinds import MEANING, missing_roles
from analysis.conflicts.tables import chosen_longer, chosen_longer_by, found, missing_for_meaning
from analysis.view import View


def conflicts_command(name: DatasetArgument, where: Where = None, as_json: Json = False) -> None:
    """Same prompt with different responses, same response to different prompts, contradicting labels and choices."""
    dataset, view = load(name, where)
    compute_missing(dataset, dataset.signal("conflicts"))
    needs = missing_for_meaning(dataset)
    if not needs:
        compute_missing(dataset, dataset.signal("meaning_conflicts"))
    kinds = found(dataset, view)
    longer = chosen_longer(dataset, view)
    result: dict[str, Any] = {
        "rows": len(dataset.rows_of(view)),
        "kinds": [
            {
                "kind": one.kind.name,
                "sentence": one.sentence,
                "groups": one.groups,
                "rows": one.rows,
                "looked_at": one.looked_at,
                "where": one.view(View()).to_params(),
            }
            for one in kinds
        ],
        "not_looked_for": [{"theme": MEANING, "needs": needs}] if needs else [],
        "chosen_longer": None,
    }
    lines = [f"{one.sentence}  [{one.kind.name}]" for one in kinds if one.rows]
    if longer:
        source = dataset.role("source")
        by = chosen_longer_by(dataset, source, view).to_dicts() if source else []
        result["chosen_longer"] = {**longer._asdict(), "sentence": longer.sentence, "by_source": by}
        lines.append(longer.sentence)
    without_rows = [f"{one.kind.title.lower()} ({one.looked_at:,})" for one in kinds if one.looked_at and not one.rows]
    if without_rows:
        lines.append(f"Looked for and not there, in so many rows: {', '.join(without_rows)}.")
    lines += [one.sentence for one in kinds if not one.looked_at]
    roles = missing_roles(dataset.roles)
    result["roles_not_set"] = roles
    lines += [f"Not looked for without the role {role}: {', '.join(titles)}." for role, titles in roles.items()]
    if needs:
        lines.append(f"Not looked for: {MEANING.lower()}. {needs}")
    why = no_rows(dataset, view) or (
        "no row in view has a prompt with a response, two answers, a label or a score. " + set_roles(dataset, "prompt")
    )
    looked_at = max((one.looked_at for one in kinds), default=0)
    answer_about(looked_at, why, result, as_json, "\n".join(lines))
