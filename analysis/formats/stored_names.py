"""Under which name is a column of the source kept?"""

from __future__ import annotations

from collections.abc import Collection, Iterable, Mapping

from analysis.formats.columns import CANONICAL

PLACES = ("row_id", "source_file", "source_line", "source_record", "source_row", "layout")
RESERVED = frozenset((*CANONICAL, *PLACES, "tags", "disputed_tags", "has_proposal", "row_note", ""))


def item_columns(named: str, columns: Iterable[str], renamed: Mapping[str, str]) -> list[str]:
    """The stored columns of the role item as a person gives it: one, or several with a plus between them."""
    stored = {renamed.get(column, column): column for column in columns} | {column: column for column in columns}
    if named in stored or "+" not in named:
        return [stored[named]] if named in stored else []
    return [stored[part.strip()] for part in named.split("+") if part.strip() in stored]


def stored_name(column: str, adds: Collection[str] = ()) -> str:
    """The name under which a source's column is kept: its own, unless that is reserved or a layout `adds` it.

    `tags` becomes `tags_original`; so that no two columns get one name, `tags_original` gets one more `_original`.
    """
    bare = column
    while bare.endswith("_original"):
        bare = bare.removesuffix("_original")
    if bare not in RESERVED and bare not in adds:
        return column
    return f"{column}_original" if column else "unnamed_original"
