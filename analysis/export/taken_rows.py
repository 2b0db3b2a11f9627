"""The rows of an Arrow batch at some positions, whatever types its columns have."""

from __future__ import annotations

from typing import Any

from analysis.errors import ExportError


def taken_rows(batch: Any, positions: Any, name: str) -> Any:
    """The rows at these 0-based positions, each column with its type. `name`: the file, for the error.

    Arrow takes no rows of views of texts, as Polars writes them by default, nor of runs of equal values: those are
    taken as plain values and become their type again. Raises ExportError where this cannot be done.
    """
    import pyarrow as pa

    columns = [_taken(column, positions, f"{column_name} of {name}") for column_name, column in _columns(batch)]
    return pa.RecordBatch.from_arrays(columns, schema=batch.schema)


def _columns(batch: Any) -> list[tuple[str, Any]]:
    return list(zip(batch.schema.names, batch.columns, strict=True))


def _taken(column: Any, positions: Any, place: str) -> Any:
    import pyarrow as pa
    import pyarrow.compute as pc

    try:
        return column.take(positions)
    except pa.ArrowNotImplementedError:
        pass
    try:
        if pa.types.is_run_end_encoded(column.type):
            values = _taken(pc.run_end_decode(column), positions, place)
            return pc.run_end_encode(values, run_end_type=column.type.run_end_type)
        return column.cast(_plain(column.type)).take(positions).cast(column.type)
    except pa.ArrowNotImplementedError:
        raise ExportError(
            f"The rows of the column {place} cannot be copied, because Arrow takes no rows of its type "
            f"{column.type}; export to parquet or messages instead."
        ) from None


def _plain(kind: Any) -> Any:
    """The type with plain texts and bytes in the place of views of them."""
    import pyarrow as pa

    types = pa.types
    if types.is_string_view(kind):
        return pa.large_string()
    if types.is_binary_view(kind):
        return pa.large_binary()
    if types.is_struct(kind):
        return pa.struct([field.with_type(_plain(field.type)) for field in kind])
    if types.is_map(kind):
        return pa.map_(_plain(kind.key_type), _plain(kind.item_type))
    if types.is_fixed_size_list(kind):
        return pa.list_(kind.value_field.with_type(_plain(kind.value_type)), kind.list_size)
    if types.is_large_list(kind):
        return pa.large_list(kind.value_field.with_type(_plain(kind.value_type)))
    if types.is_list(kind):
        return pa.list_(kind.value_field.with_type(_plain(kind.value_type)))
    return kind
