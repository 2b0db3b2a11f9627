"""The bytes of a file, decompressed and in UTF-8, in pieces; and whether they can be read at all."""

from __future__ import annotations

import codecs
import gzip
import tempfile
import zlib
from collections.abc import Iterator
from functools import lru_cache
from io import BufferedReader
from pathlib import Path
from typing import IO, Any

from analysis.errors import FormatError
from analysis.formats.encodings import Encoding, encoding_of
from analysis.formats.options import KNOWN_FILES, max_bytes

HEAD_BYTES = 1 << 20
BINARY_SAMPLE_BYTES = 1 << 16
SCANNED_BYTES = 1 << 18
CONTINUING = bytes(range(0x80, 0xC0))
COMPRESSED = {b"\x1f\x8b": "gz", b"\x28\xb5\x2f\xfd": "zst"}
STRANGERS = {
    b"\x89PNG\r\n\x1a\n": "a PNG image",
    b"\xff\xd8\xff": "a JPEG image",
    b"GIF8": "a GIF image",
    b"%PDF": "a PDF document",
    b"PK\x03\x04": "a ZIP archive or an Office document",
    b"\xd0\xcf\x11\xe0": "an old Office document",
    b"7z\xbc\xaf\x27\x1c": "a 7-Zip archive",
    b"Rar!\x1a\x07": "a RAR archive",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ\x00": "an xz file",
    b"\x7fELF": "a program",
    b"SQLite format 3\x00": "an SQLite database",
    b"\x93NUMPY": "a NumPy array",
    b"\x80\x04\x95": "a Python pickle",
    b"\x80\x02": "a Python pickle",
    b"Obj\x01": "an Avro file",
    b"ORC": "an ORC file",
    b"\x89HDF": "an HDF5 file",
}
WORKBOOKS = {
    b"PK\x03\x04": (b"xl/", b"oasis.opendocument.spreadsheet"),
    b"\xd0\xcf\x11\xe0": (b"W\0o\0r\0k\0b\0o\0o\0k", b"B\0o\0o\0k\0", b"Microsoft Excel"),
}
"""How a workbook of a spreadsheet program begins, and what else is in it."""
WORKBOOK_SUFFIXES = (".xlsx", ".xlsm", ".xlsb", ".xls", ".ods")
MAX_UNREADABLE_SHARE = 0.1


def open_file(path: Path) -> BufferedReader:
    """The file's bytes as they are. Raises FormatError where it is a folder, is not there or may not be read."""
    if path.is_dir():
        raise FormatError(f"{path} is a folder; name the files in it, for instance {path}/*.jsonl.")
    try:
        return path.open("rb")
    except FileNotFoundError:
        raise FormatError(f"There is no file {path}; check the name.") from None
    except OSError as error:
        raise FormatError(f"{path} cannot be opened ({error.strerror}); check its permissions.") from None


class ByteStream:
    """One open file. `done` counts the file's own bytes read so far, before decompression. `is_plain`: `pieces`
    gives the file's own bytes, beginning with byte `start`. `encoding`: the one of its text, once `pieces` has begun;
    `given` is the encoding that a person named."""

    def __init__(self, path: Path, given: str | None = None) -> None:
        self.name, self.path, self.given = path.name, path, given
        self.encoding = Encoding("utf-8")
        self.is_plain, self.start = False, 0
        self.raw = open_file(path)
        magic = self.raw.read(8)
        self.raw.seek(0)
        self.compression = next((name for start, name in COMPRESSED.items() if magic.startswith(start)), None)
        self._stream = _decompressed(self.raw, self.compression)
        self._whole: IO[bytes] | None = None
        self._read = 0
        self.head = self.read(HEAD_BYTES)
        if not self.head.strip(b" \t\r\n\0\xef\xbb\xbf\xff\xfe"):
            self.close()
            raise FormatError(f"{self.name} is empty; files that can be read are {KNOWN_FILES}.")

    @property
    def done(self) -> int:
        return self.raw.tell()

    @property
    def is_parquet(self) -> bool:
        return self.head.startswith(b"PAR1")

    @property
    def is_arrow(self) -> bool:
        return self.head.startswith((b"ARROW1", b"\xff\xff\xff\xff"))

    def close(self) -> None:
        self.raw.close()
        if self._whole is not None:
            self._whole.close()

    def read(self, size: int) -> bytes:
        """The next `size` bytes, fewer only at the end of the file."""
        try:
            piece: bytes = self._stream.read(size)
        except (EOFError, zlib.error, OSError) as error:
            raise FormatError(f"{self.name} is damaged or incomplete ({error}); fetch or compress it again.") from None
        self._read += len(piece)
        if self._read > max_bytes():
            raise FormatError(
                f"{self.name} holds more than {max_bytes():,} bytes once decompressed; "
                "set WINNOW_MAX_BYTES to read more."
            )
        return piece

    def seekable(self) -> IO[bytes]:
        """The whole decompressed file for formats read from their end; a temporary file where it was compressed."""
        if self.compression is None:
            self.raw.seek(0)
            return self.raw
        self._whole = tempfile.TemporaryFile()  # noqa: SIM115  closed with the stream
        piece = self.head
        while piece:
            self._whole.write(piece)
            piece = self.read(HEAD_BYTES)
        self._whole.seek(0)
        return self._whole

    def pieces(self, size: int) -> Iterator[bytes]:
        """The text as UTF-8 bytes without byte order mark, about `size` bytes at a time; may cut a character in two.

        Raises FormatError where the bytes are no text.
        """
        head = self.head
        self._refuse_known_binary(head)
        self.encoding = encoding_of(head, self.given, self._beyond_ascii(head))
        name, mark = self.encoding.name, self.encoding.mark
        decoder = codecs.getincrementaldecoder(name)("replace")
        head = head.removeprefix(mark)
        self.is_plain, self.start = name == "utf-8" and self.compression is None, len(mark)
        self._refuse_binary(head[:BINARY_SAMPLE_BYTES] if name == "utf-8" else decoder.decode(head).encode())
        decoder.reset()
        self.head = b""
        while head:
            for start in range(0, len(head), size):
                piece = head[start : start + size]
                yield piece if name == "utf-8" else decoder.decode(piece).encode("utf-8", "replace")
            head = self.read(max(size, 1 << 16))
        if rest := decoder.decode(b"", final=True):
            yield rest.encode("utf-8", "replace")

    def _beyond_ascii(self, head: bytes) -> bytes:
        """A piece of the file that is not only ASCII: of its beginning, or of what follows where it is not compressed,
        since that is read quickly."""
        if not head.isascii() or self.compression is not None or self.given is not None:
            return head
        state = self.path.stat()
        return _first_beyond_ascii(self.path, len(head), state.st_size, state.st_mtime_ns)

    def _refuse_known_binary(self, head: bytes) -> None:
        beginning = next((start for start in STRANGERS if head.startswith(start)), None)
        if beginning is None:
            return
        is_workbook = any(sign in head for sign in WORKBOOKS.get(beginning, ()))
        if beginning in WORKBOOKS and (is_workbook or self.name.lower().endswith(WORKBOOK_SUFFIXES)):
            raise FormatError(
                f"{self.name} is a workbook of a spreadsheet program, whose sheets are not read; save the sheet there "
                "as “CSV UTF-8”, or with pandas: read_excel(...).to_json(..., orient='records', lines=True)."
            )
        kind = STRANGERS[beginning]
        raise FormatError(f"{self.name} starts with the bytes of {kind}; files that can be read are {KNOWN_FILES}.")

    def _refuse_binary(self, head: bytes) -> None:
        sample = head[:BINARY_SAMPLE_BYTES]
        if sample.count(0) > 0.25 * len(sample):
            seen = "looks like a binary file; if it is text, name its encoding"
            raise FormatError(f"{self.name} {seen}, or give one of {KNOWN_FILES}.")
        text = sample.decode("utf-8", "replace")
        strange = sum(c == "\ufffd" or (c < " " and c not in "\t\n\r\f\v\x1b") for c in text)
        if strange > MAX_UNREADABLE_SHARE * len(text) and strange > 4:
            raise FormatError(
                f"{self.name} is not text: {strange / len(text):.0%} of its first characters cannot be read as "
                f"{self.encoding.title}; name its encoding, or give one of {KNOWN_FILES}."
            )


def _decompressed(raw: IO[bytes], compression: str | None) -> Any:
    if compression == "gz":
        return gzip.GzipFile(fileobj=raw)
    if compression == "zst":
        import pyarrow as pa

        return pa.CompressedInputStream(pa.PythonFile(raw, "r"), "zstd")
    return raw


@lru_cache(maxsize=64)
def _first_beyond_ascii(path: Path, start: int, size: int, changed: int) -> bytes:
    """The first piece behind `start` that is not only ASCII; none where all is. Read again once the file changed."""
    piece = bytearray(SCANNED_BYTES)
    with path.open("rb", buffering=0) as file:
        file.seek(start)
        while (held := file.readinto(piece)) and piece.isascii():
            pass
    return bytes(piece[: held or 0]).lstrip(CONTINUING)  # it may begin inside a character
