"""A dataset as a notebook shows it: counts and names of columns, never a text of a row."""

from __future__ import annotations

from html import escape

from analysis.dataset.columns import DatasetColumns


def html_of(dataset: DatasetColumns) -> str:
    """Name, rows, format and id, then a table of the columns a person may choose: name, type, role or signal.

    All names are escaped. No text of a row is shown, so nothing has to be masked.
    """
    title = f"{dataset.name}: {dataset.height:,} rows, {dataset.format}, id {dataset.id}"
    schema = dataset.schema
    roles = {column: role for role, column in dataset.roles.items()}
    lines = [(name, str(schema[name]), _origin(dataset, name, roles)) for name in dataset.shown_columns]
    head = "".join(f"<th>{word}</th>" for word in ("column", "type", "from"))
    body = "".join(f"<tr>{''.join(f'<td>{escape(cell)}</td>' for cell in line)}</tr>" for line in lines)
    return f"<p>{escape(title)}</p><table><thead><tr>{head}</tr></thead><tbody>{body}</tbody></table>"


def _origin(dataset: DatasetColumns, column: str, roles: dict[str, str]) -> str:
    """Where a column comes from: the source, with its role, or a signal, or Winnow itself."""
    if column in dataset.originals:
        return f"source, {roles[column]}" if column in roles else "source"
    return f"signal {writer}" if (writer := dataset.catalogue.writer_of(column)) else ""
