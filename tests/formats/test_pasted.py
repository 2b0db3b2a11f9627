"""The kind of pasted rows, by their form."""

from __future__ import annotations

import pytest

from analysis.formats import kind_of_text


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ('{"prompt": "a"}', "jsonl"),
        ('{"prompt": "a"}\n\n{"prompt": "b"}\nno record', "jsonl"),
        ('[\n{"prompt": "a"},\n{"prompt": "b"}\n]', "json"),
        ('{\n "train": [{"prompt": "a"}]\n}', "json"),
        ("prompt\tresponse\na\tb", "tsv"),
        ("a question?\tan answer.\nanother?\tone more.", "tsv"),
        ('prompt,response\n"a, b",c\nd,e', "csv"),
        ("Yes, it is.\nNo, it is not.", "txt"),
        ("Paris, France\nParis, Texas\nRome", "txt"),
        ("one line", "txt"),
        ("{broken", "txt"),
    ],
)
def test_the_kind_of_pasted_rows_is_told_by_their_form(text: str, kind: str) -> None:
    assert kind_of_text(text) == kind
