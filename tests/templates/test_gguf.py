"""Is the template in the header of a GGUF file found, and a header that lies refused?"""

from __future__ import annotations

import struct
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from analysis.errors import TemplateError
from analysis.templates import find_template
from analysis.templates.gguf import template_of_gguf

TEXT = "{{ bos_token }}{% for m in messages %}{{ m.content }}{% endfor %}"


def text(value: str) -> bytes:
    return struct.pack("<Q", len(value.encode())) + value.encode()


def pair(key: str, kind: int, value: bytes) -> bytes:
    return text(key) + struct.pack("<I", kind) + value


def texts(*values: str) -> bytes:
    return struct.pack("<IQ", 8, len(values)) + b"".join(map(text, values))


PAIRS = [
    pair("general.architecture", 8, text("llama")),
    pair("llama.rope.freq_base", 6, struct.pack("<f", 10_000.0)),
    pair("tokenizer.ggml.scores", 9, struct.pack("<IQ", 6, 3) + struct.pack("<3f", 0, 1, 2)),
    pair("tokenizer.ggml.merges", 9, texts("a b", "b c")),
    pair("tokenizer.ggml.tokens", 9, texts("<pad>", "<BOS>", "<EOS>")),
    pair("tokenizer.ggml.bos_token_id", 4, struct.pack("<I", 1)),
    pair("tokenizer.ggml.eos_token_id", 4, struct.pack("<I", 2)),
    pair("tokenizer.ggml.unknown_token_id", 4, struct.pack("<I", 99)),
    pair("tokenizer.chat_template", 8, text(TEXT)),
    pair("tokenizer.chat_template.tool_use", 8, text("for tools")),
]


def head(count: int, version: int = 3) -> bytes:
    return b"GGUF" + struct.pack("<IQQ", version, 0, count)


def gguf(pairs: list[bytes] = PAIRS, version: int = 3) -> bytes:
    return head(len(pairs), version) + b"".join(pairs)


@pytest.mark.parametrize("version", [2, 3])
def test_the_template_and_the_special_tokens_are_in_the_header(tmp_path: Path, version: int) -> None:
    path = tmp_path / "model.GGUF"
    path.write_bytes(gguf(version=version) + b"\xff" * 1000)
    template = find_template(str(path))
    assert (template.text, template.name, template.origin) == (TEXT, "model", "gguf")
    assert template.specials == {"bos_token": "<BOS>", "eos_token": "<EOS>"}
    assert find_template(str(path), named="tool_use").text == "for tools"
    with pytest.raises(TemplateError, match=r"holds no template under tokenizer\.chat_template\.rag; it has tool_use"):
        find_template(str(path), named="rag")


def test_a_large_file_is_not_read_behind_its_header(tmp_path: Path) -> None:
    path = tmp_path / "large.gguf"
    with path.open("wb") as file:
        file.write(gguf())
        file.truncate(50 << 30)  # 50 GB of nothing
    assert find_template(str(path)).text == TEXT


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "ends within the header|claims more than the file holds"),
        (b"GGML" + gguf()[4:], "is no GGUF file"),
        (b"GGUF" + struct.pack(">IQQ", 3, 0, 1), "in big-endian order; convert it"),
        (gguf(version=1), "of version 1; versions 2 and 3 can be read"),
        (gguf(version=4), "of version 4"),
        (head(2**60), "it claims 1,152,921,504,606,846,976 keys"),
        (head(3) + PAIRS[0], "claims more than the file holds"),
        (head(1) + struct.pack("<Q", 2**62) + b"x", "it claims a text of"),
        (head(1) + struct.pack("<Q", 1000) + b"x", "claims more than the file holds"),
        (gguf([pair("a", 9, struct.pack("<IQ", 6, 2**50))]), "it claims a list of"),
        (gguf([pair("a", 9, struct.pack("<IQ", 6, 1_000_000))]), "claims more than the file holds"),
        (gguf([pair("a", 9, struct.pack("<IQ", 9, 1))]), "it claims a list of the type 9"),
        (gguf([pair("a", 77, b"")]), "a value of the unknown type 77"),
        (gguf([pair("tokenizer.chat_template", 8, struct.pack("<Q", 10_000_000))]), "it claims a text of 10,000,000"),
        (gguf(PAIRS[:2]), r"holds no template under tokenizer\.chat_template; give a"),
        (gguf([pair("tokenizer.chat_template", 4, struct.pack("<I", 5))]), "holds no template"),
    ],
)
def test_a_header_that_lies_is_one_sentence(tmp_path: Path, content: bytes, said: str) -> None:
    path = tmp_path / "model.gguf"
    path.write_bytes(content)
    with pytest.raises(TemplateError, match=said) as caught:
        find_template(str(path))
    assert "\n" not in str(caught.value)


def test_every_cut_of_a_file_is_one_sentence(tmp_path: Path) -> None:
    whole, path = gguf(), tmp_path / "model.gguf"
    for size in range(0, len(whole), 3):
        path.write_bytes(whole[:size])
        with pytest.raises(TemplateError):
            template_of_gguf(path)


@given(st.binary(max_size=200))
def test_any_bytes_are_one_sentence(tmp_path_factory: pytest.TempPathFactory, content: bytes) -> None:
    path = tmp_path_factory.getbasetemp() / "any.gguf"
    path.write_bytes(head(3) + content)
    with pytest.raises(TemplateError):
        template_of_gguf(path)
