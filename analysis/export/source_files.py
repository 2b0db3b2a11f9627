"""Writes rows as files of the source's format, each record as in its source file."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal

import orjson
import polars as pl

from analysis.export.outfiles import COMPRESSIONS, OutFile, Written, WrittenFile
from analysis.export.taken_rows import taken_rows
from analysis.formats import groups
from analysis.formats.batches import batches
from analysis.formats.bytestream import ByteStream
from analysis.formats.options import ReadOptions

TABLES = ("parquet", "arrow")
ENDINGS = {"jsonl": ".jsonl", "json": ".json", "csv": ".csv", "text": ".txt", "parquet": ".parquet", "arrow": ".arrow"}
READ_BYTES = 16 << 20
Change = Callable[[Any, pl.Series], Any]
ROW_GROUP_ROWS = 65_536


def ending(source: Mapping[str, Any]) -> str:
    """The ending of the file name for a source."""
    return ".tsv" if source.get("separator") == "\t" else ENDINGS[source["container"]]


@dataclass(frozen=True)
class JsonLayout:
    """The layout of one JSON document: its records are an "array", "members" of an object, or "lists" in an object.
    `key` is the column that holds the members' names."""

    kind: Literal["array", "members", "lists"] = "array"
    key: str = ""


def json_layouts(frames: Iterable[pl.DataFrame], key: str, has_lists: bool) -> dict[str, JsonLayout]:
    """The layout of each file, from all its rows (source_file, source_record and the column `key`).

    A record with a field "key" hides its name in the source, so its file is written as an array.
    """
    seen: dict[str, list[pl.Series]] = {}
    unknown: set[str] = set()
    for frame in frames:
        file = frame["source_file"][0]
        doubtful = frame["source_record"].filter(frame["source_record"].str.contains('"key"', literal=True))
        has_key = frame[key].null_count() > 0 or any("key" in orjson.loads(text) for text in doubtful)
        unknown |= {file} if has_key else set()
        seen.setdefault(file, []).append(frame[key].cast(pl.String))
    layouts = {}
    for file in seen.keys() - unknown:
        keys = pl.concat(seen[file])
        layouts[file] = JsonLayout("lists" if has_lists or keys.n_unique() < len(keys) else "members", key)
    return layouts


class RecordFile:
    """One text file that is being written; records are added in order."""

    def __init__(self, path: Path, source: Mapping[str, Any], layout: JsonLayout) -> None:
        self.file = OutFile(path)
        self._is_json = source["container"] == "json"
        self._is_csv = source["container"] == "csv"
        self._layout = layout
        self._last_key: str | None = None
        if self._is_json:
            self.file.write(b"[\n" if layout.kind == "array" else b"{\n")
        elif source.get("original") is not None:
            self.file.write(_header(source))

    def add(self, frame: pl.DataFrame) -> None:
        if frame.is_empty():
            return
        records = frame["source_record"]
        if groups.is_group(records[0]):
            records = pl.Series(records.name, [_apart(text, self._is_csv, self._is_json) for text in records])
            frame = frame.with_columns(records)
        if not self._is_json:
            self.file.write((records.str.join("\n").item() + "\n").encode())
        else:
            self.file.write("".join(self._json(frame)).encode())
        self.file.rows += frame.height

    def _json(self, frame: pl.DataFrame) -> Iterator[str]:
        if self._layout.kind == "array":
            yield ",\n" if self.file.rows else ""
            yield frame["source_record"].str.join(",\n").item()
            return
        keys = frame[self._layout.key].cast(pl.String)
        is_first = not self.file.rows
        for key, text in zip(keys, frame["source_record"], strict=True):
            name = orjson.dumps(key).decode()
            if self._layout.kind == "members":
                yield ("" if is_first else ",\n") + f"{name}: {text}"
            elif key == self._last_key:
                yield f",\n{text}"
            else:
                yield ("" if is_first else "\n],\n") + f"{name}: [\n{text}"
            self._last_key, is_first = key, False

    def close(self) -> None:
        if self._is_json:
            if self.file.rows:
                self.file.write(b"\n]\n" if self._layout.kind == "lists" else b"\n")
            self.file.write(b"]\n" if self._layout.kind == "array" else b"}\n")
        self.file.close()


def _apart(text: str, is_csv: bool, is_json: bool) -> str:
    """The members of a group as the file holds them: lines, or elements of a list."""
    if is_csv:
        return "\n".join(orjson.loads(text))
    inner = groups.inner_text(text)
    return inner if is_json else inner.replace(groups.BETWEEN, "\n")


def _header(source: Mapping[str, Any]) -> bytes:
    cells = source["original"]
    if not source["quoted"]:
        return f"{source['separator'].join(cells)}\n".encode()
    text = io.StringIO(newline="")
    csv.writer(text, delimiter=source["separator"], lineterminator="\n").writerow(cells)
    return text.getvalue().encode()


def write_originals(
    frames: Iterable[pl.DataFrame],
    sources: Mapping[str, Mapping[str, Any]],
    names: Mapping[str, str],
    paths: Mapping[str, Path],
    layouts: Mapping[str, JsonLayout],
    folder: Path,
    columns: Sequence[str],
    change: Callable[[str], Change | None] = lambda file: None,
) -> Written:
    """The chosen rows (source_file, source_line, source_record and `columns`, one file per frame), file by file.

    By source file, `sources`: its description; `names`: the name of the new file without its ending; `paths`: the paths
    of Parquet and Arrow sources, whose rows are copied, since only these files hold the exact types. `change`: the
    change of the Arrow batches of such a file, given the positions of their rows.
    """
    written = Written()
    texts = {
        file: RecordFile(folder / f"{names[file]}{ending(source)}", source, layouts.get(file, JsonLayout()))
        for file, source in sources.items()
        if source["container"] not in TABLES
    }
    lines: dict[str, list[pl.Series]] = {file: [] for file in sources}
    for frame in frames:
        file = frame["source_file"][0]
        written.count_missing(frame, columns)
        if file in texts:
            texts[file].add(frame)
        else:
            lines[file].append(_lines(frame))
    for file, source in sources.items():
        if file in texts:
            texts[file].close()
            written.files.append(texts[file].file.described())
        else:
            chosen = pl.concat([pl.Series([], dtype=pl.UInt32), *lines[file]]).sort()
            path = folder / f"{names[file]}{ending(source)}"
            written.files.append(copy_rows(paths[file], source["container"], chosen, path, change(file)))
        written.notes += _notes(file, source, layouts.get(file, JsonLayout()))
    return written


def _lines(frame: pl.DataFrame) -> pl.Series:
    """The positions in a table of the records of these rows; a group has several."""
    texts = frame["source_record"]
    if not groups.is_group(texts[0]):
        return frame["source_line"]
    return pl.Series("source_line", [line for text in texts for line in groups.lines_of(text)], dtype=pl.UInt32)


def _notes(file: str, source: Mapping[str, Any], layout: JsonLayout) -> list[str]:
    notes = []
    if file.lower().endswith(COMPRESSIONS):
        notes.append(f"{file} was compressed; its records come out uncompressed.")
    if source["container"] == "json" and layout.kind == "array":
        notes.append(f"The records of {file} come out as one JSON list.")
    if source["container"] == "csv":
        notes.append(f"The cells of {file} stand as they were, also those that a spreadsheet would take for formulas.")
    return notes


def copy_rows(path: Path, container: str, chosen: pl.Series, out: Path, change: Change | None = None) -> WrittenFile:
    """The rows of a Parquet or Arrow file at these 1-based, ascending positions, with all its types."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    with OutFile(out) as file:
        writer, held = None, []
        for batch in batches(path, path.name, ReadOptions(), READ_BYTES):
            if writer is None:
                sink, schema = pa.PythonFile(file, "w"), batch.table.schema
                if container == "parquet":
                    writer = pq.ParquetWriter(sink, schema, compression="zstd")
                else:
                    writer = (pa.ipc.new_file if _is_random_access(path) else pa.ipc.new_stream)(sink, schema)
            low = int(chosen.search_sorted(batch.line))
            high = int(chosen.search_sorted(batch.line + batch.table.num_rows))
            if low < high:
                positions = pa.array((chosen[low:high] - batch.line).to_numpy())
                taken = taken_rows(batch.table, positions, path.name)
                held.append(change(taken, chosen[low:high]) if change else taken)
                file.rows += high - low
            if sum(table.num_rows for table in held) >= ROW_GROUP_ROWS:
                writer.write_table(pa.Table.from_batches(held))
                held = []
        if writer is not None:
            if held:
                writer.write_table(pa.Table.from_batches(held))
            writer.close()
    return file.described()


def _is_random_access(path: Path) -> bool:
    """Whether an Arrow file has the file format, not the streaming format."""
    stream = ByteStream(path)
    stream.close()
    return stream.head.startswith(b"ARROW1")
