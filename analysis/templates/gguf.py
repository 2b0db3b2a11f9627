"""The template in the header of a GGUF file; nothing behind the header is read.

The form is that of ggml's docs/gguf.md, version 2 and 3: `GGUF`, a version, the number of tensors, the number of keys,
then each key with its type and value, in little-endian order.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO

from analysis.errors import TemplateError
from analysis.templates.template import Template, guessed_specials

KEY = "tokenizer.chat_template"
TOKENS, SPECIAL_IDS = "tokenizer.ggml.tokens", "tokenizer.ggml."
SPECIALS = {
    "bos_token_id": "bos_token",
    "eos_token_id": "eos_token",
    "padding_token_id": "pad_token",
    "unknown_token_id": "unk_token",
}
FORMS = {0: "B", 1: "b", 2: "H", 3: "h", 4: "I", 5: "i", 6: "f", 7: "?", 10: "Q", 11: "q", 12: "d"}
STRING, ARRAY = 8, 9
MAX_KEYS, MAX_STRING, MAX_ITEMS = 100_000, 1 << 20, 2_000_000


def template_of_gguf(path: Path, named: str = "") -> Template:
    """The template of a GGUF file, with its special tokens; `named` chooses one of several.

    Raises TemplateError where it is no GGUF file, of an old version, in big-endian order, or without a template.
    """
    try:
        with path.open("rb") as file:
            values = dict(_Header(file, path, path.stat().st_size).values())
    except OSError as error:
        raise TemplateError(f"{path} cannot be read ({error.strerror}); check the file and its owner.") from None
    key = KEY if named in ("", "default") else f"{KEY}.{named}"
    text = values.get(key)
    if not isinstance(text, str):
        names = [name.removeprefix(f"{KEY}.") for name in values if name.startswith(f"{KEY}.")]
        others = f"; it has {', '.join(names)}" if names else "; give a .jinja file, or a template's name"
        raise TemplateError(f"{path} holds no template under {key}{others}.")
    stated = _specials(values)
    return Template(text, path.stem, "gguf", stated or guessed_specials(text), are_guessed=not stated)


def _specials(values: dict[str, object]) -> dict[str, str]:
    tokens = values.get(TOKENS)
    if not isinstance(tokens, list):
        return {}
    ids = {name: values.get(SPECIAL_IDS + key) for key, name in SPECIALS.items()}
    return {name: tokens[i] for name, i in ids.items() if isinstance(i, int) and 0 <= i < len(tokens)}


class _Header:
    """Reads the keys of a header; each length is compared with what is left of the file before it is believed."""

    def __init__(self, file: BinaryIO, path: Path, size: int) -> None:
        self.file, self.path, self.size = file, path, size

    def values(self) -> Iterator[tuple[str, object]]:
        """The texts and numbers by key, and the list of tokens; of other lists nothing is kept."""
        if self.take(4) != b"GGUF":
            raise TemplateError(f"{self.path} is no GGUF file: it does not begin with GGUF.")
        version = self.number("I")
        if version in (0x02000000, 0x03000000):
            raise TemplateError(f"{self.path} is a GGUF file in big-endian order; convert it to little-endian.")
        if version not in (2, 3):
            raise TemplateError(f"{self.path} is a GGUF file of version {version}; versions 2 and 3 can be read.")
        self.number("Q")
        count = self.number("Q")
        if count > MAX_KEYS:
            raise _damaged(self.path, f"it claims {count:,} keys")
        for _ in range(count):
            key = self.text()
            yield key, self.value(self.number("I"), is_kept=key == TOKENS)

    def value(self, kind: int, *, is_kept: bool) -> object:
        if kind == STRING:
            return self.text()
        if kind == ARRAY:
            return self.array(is_kept)
        if kind not in FORMS:
            raise _damaged(self.path, f"it claims a value of the unknown type {kind}")
        return self.number(FORMS[kind])

    def array(self, is_kept: bool) -> list[object] | None:
        kind, count = self.number("I"), self.number("Q")
        if count > MAX_ITEMS:
            raise _damaged(self.path, f"it claims a list of {count:,} values")
        if kind in FORMS:
            self.skip(count * struct.calcsize(f"<{FORMS[kind]}"))
            return None
        if kind != STRING:
            raise _damaged(self.path, f"it claims a list of the type {kind}")
        if is_kept:
            return [self.text() for _ in range(count)]
        for _ in range(count):
            self.skip(self.number("Q"))
        return None

    def number(self, form: str) -> int:
        packed = struct.Struct(f"<{form}")
        value: int = packed.unpack(self.take(packed.size))[0]
        return value

    def text(self) -> str:
        size = self.number("Q")
        if size > MAX_STRING:
            raise _damaged(self.path, f"it claims a text of {size:,} bytes")
        return self.take(size).decode("utf-8", "replace")

    def take(self, size: int) -> bytes:
        self.check(size)
        content = self.file.read(size)
        if len(content) < size:
            raise _damaged(self.path, "it ends within the header")
        return content

    def skip(self, size: int) -> None:
        self.check(size)
        self.file.seek(size, 1)

    def check(self, size: int) -> None:
        if size > self.size - self.file.tell():
            raise _damaged(self.path, "its header claims more than the file holds")


def _damaged(path: Path, why: str) -> TemplateError:
    return TemplateError(f"{path} is damaged: {why}; download it again.")
