"""Files -> batches of consecutive records, cut at record boundaries but not yet parsed."""

from __future__ import annotations

from collections import Counter
from collections.abc import Generator, Iterable, Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from analysis.errors import FormatError
from analysis.formats import csvfiles, dialects, jsonfiles
from analysis.formats.bytestream import ByteStream
from analysis.formats.containers import container_of
from analysis.formats.csvfiles import Dialect
from analysis.formats.encodings import Encoding
from analysis.formats.options import MAX_RECORD_BYTES, ReadOptions
from analysis.formats.sources import UTF_8, Source

PARQUET_ROWS = 8_192


@dataclass
class Batch:
    """Consecutive records of one file, in one of several forms.

    `block`: whole lines of JSONL; or `span`: the path, first byte and number of bytes of such lines, where another
    process can read them from the file again, which is cheaper than sending them there. `table`: an Arrow batch or
    Polars frame, whose columns `nested` hold JSON text. Else `texts`: each record's own text, with `lines`, the line of
    each, and `keys`, the member names where the file is a JSON object of records. `line`: the 1-based line of the first
    record. `done`: bytes of the files read so far. `split`: the split that a folder gives the file.
    """

    file: str
    container: str
    line: int = 1
    done: int = 0
    block: bytes = b""
    span: tuple[str, int, int] | None = None
    table: Any = None
    nested: tuple[str, ...] = ()
    texts: list[str] = field(default_factory=list)
    lines: list[int] = field(default_factory=list)
    keys: list[str | None] = field(default_factory=list)
    dialect: Dialect | None = None
    problems: list[tuple[int, str]] = field(default_factory=list)
    notes: Counter[tuple[str, str]] = field(default_factory=Counter)
    encoding: Encoding = UTF_8
    split: str | None = None

    @property
    def source(self) -> Source:
        """How the batch's file is read."""
        return Source(self.container, self.dialect, self.encoding, self.split)


def batches(path: Path, name: str, reading: ReadOptions, size: int) -> Generator[Batch, None, None]:
    """The file's records in order, about `size` bytes of text at a time. Raises FormatError where it cannot be read."""
    stream = ByteStream(path, reading.encoding)
    try:
        for batch in _batches(stream, name, reading, size):
            batch.encoding = stream.encoding
            yield batch
    finally:
        stream.close()


def way_of(path: Path, reading: ReadOptions) -> Source:
    """How a file would be read, by its name and its first bytes."""
    stream = ByteStream(path, reading.encoding)
    try:
        if stream.is_parquet or stream.is_arrow:
            return Source("parquet" if stream.is_parquet else "arrow")
        _, head = _opened(stream, 1 << 18)
        container = container_of(path, head, reading)
        dialect = (
            dialects.dialect_of(head.decode("utf-8", "replace"), path.name, reading) if container == "csv" else None
        )
        return Source(container, dialect, stream.encoding)
    finally:
        stream.close()


def _batches(stream: ByteStream, name: str, reading: ReadOptions, size: int) -> Iterator[Batch]:
    if stream.is_parquet or stream.is_arrow:
        yield from _tables(stream, name)
        return
    pieces, head = _opened(stream, size)
    container = container_of(stream.path, head, reading)
    if container == "jsonl":
        yield from _line_blocks(pieces, stream, name, size)
        return
    texts = _decoded(pieces)
    dialect = None
    if container == "json":
        records: Iterable[Any] = jsonfiles.records(texts, name)
    elif container == "text":
        records = ((line, text, None, None) for line, text in enumerate(csvfiles.lines(texts), 1))
    else:
        dialect = dialects.dialect_of(head.decode("utf-8", "replace"), name, reading)
        records = csvfiles.records(texts, dialect)
    yield from _grouped(records, stream, name, container, dialect, size)


def _opened(stream: ByteStream, size: int) -> tuple[Iterator[bytes], bytes]:
    """The file's text in pieces, and the first 256 KiB of it; lines end with line feeds."""
    pieces = stream.pieces(size)
    head = b"".join(_up_to(pieces, 1 << 18))
    pieces = _chain(head, pieces, size)
    if b"\n" not in head and b"\r" in head.strip():
        # Carriage returns end the lines, as on old Macs; the code below needs line feeds.
        stream.is_plain, head = False, head.replace(b"\r", b"\n")
        pieces = (piece.replace(b"\r", b"\n") for piece in pieces)
    return pieces, head


def _up_to(pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    read = 0
    while read < size and (piece := next(pieces, b"")):
        read += len(piece)
        yield piece


def _chain(head: bytes, pieces: Iterator[bytes], size: int) -> Iterator[bytes]:
    yield from (head[start : start + size] for start in range(0, len(head), size))
    yield from pieces


def _decoded(pieces: Iterable[bytes]) -> Iterator[str]:
    """Text of UTF-8 bytes; what is not UTF-8 becomes U+FFFD."""
    import codecs

    decoder = codecs.getincrementaldecoder("utf-8")("replace")
    for piece in pieces:
        yield decoder.decode(piece)
    yield decoder.decode(b"", final=True)


def _line_blocks(pieces: Iterable[bytes], stream: ByteStream, name: str, size: int) -> Iterator[Batch]:
    """Whole lines, at least `size` bytes of them."""
    rest: list[bytes] = []
    held, line, start = 0, 1, stream.start

    def batch(block: bytes) -> Batch:
        if stream.is_plain:
            return Batch(name, "jsonl", line, stream.done, span=(str(stream.path), start, len(block)))
        return Batch(name, "jsonl", line, stream.done, block)

    for piece in pieces:
        cut = piece.rfind(b"\n") + 1
        held += len(piece)
        if not cut or held < size:
            rest.append(piece)
            if held > MAX_RECORD_BYTES and held > size:
                raise FormatError(f"Line {line} of {name} is longer than {MAX_RECORD_BYTES >> 20} MiB; is it JSONL?")
            continue
        block = b"".join((*rest, piece[:cut]))
        yield batch(block)
        line += block.count(b"\n")
        start += len(block)
        rest, held = [piece[cut:]], len(piece) - cut
    if last := b"".join(rest):
        yield batch(last)


def _grouped(
    records: Iterable[Any], stream: ByteStream, name: str, container: str, dialect: Dialect | None, size: int
) -> Iterator[Batch]:
    """Records gathered until their texts reach `size` characters. A record without text is a problem or a note."""
    batch, held = Batch(name, container, dialect=dialect), 0
    for line, text, key, remark in records:
        if remark is None:
            batch.texts.append(text)
            batch.lines.append(line)
            batch.keys.append(key)
            held += len(text)
        elif isinstance(remark, tuple):
            batch.notes[remark] += 1
        else:
            batch.problems.append((line, remark))
        if held >= size:
            batch.done = stream.done
            yield batch
            batch, held = Batch(name, container, dialect=dialect), 0
    batch.done = stream.done
    yield batch


def _tables(stream: ByteStream, name: str) -> Iterator[Batch]:
    import pyarrow as pa
    import pyarrow.parquet as pq

    container = "parquet" if stream.is_parquet else "arrow"
    line = 1
    try:
        source = stream.seekable()
        if container == "parquet":
            tables = pq.ParquetFile(source).iter_batches(batch_size=PARQUET_ROWS)
        elif stream.head.startswith(b"ARROW1"):
            opened = pa.ipc.open_file(source)
            tables = (opened.get_batch(i) for i in range(opened.num_record_batches))
        else:
            tables = iter(pa.ipc.open_stream(source))
        for whole in tables:
            for start in range(0, whole.num_rows, PARQUET_ROWS):
                table = whole.slice(start, PARQUET_ROWS)
                yield Batch(name, container, line, stream.done, table=table)
                line += table.num_rows
    except (pa.ArrowInvalid, pa.ArrowIOError, pa.ArrowNotImplementedError) as error:
        reason = str(error).splitlines()[0]
        raise FormatError(f"{name} is not a readable {container.title()} file ({reason}); write it again.") from None
