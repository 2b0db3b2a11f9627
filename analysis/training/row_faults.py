"""Which faults of the template are in a row? Parts that are left out, doubled marks, Python values, control tokens."""

from __future__ import annotations

from typing import Any

from analysis.templates import has_python_repr
from analysis.training.controls import in_texts
from analysis.training.faults import has_double_begin, has_double_end, is_stop_trained
from analysis.training.reading import Reader, SeenRow


class RowFaults:
    """The faults of rows that one reader sees."""

    def __init__(self, reader: Reader) -> None:
        self._reader = reader
        specials = reader.renderer.template.specials
        self._begin, self._end = specials.get("bos_token", ""), specials.get("eos_token", "")
        self._is_added = reader.choice.adds_begin and reader.tokenizer.adds_begin
        self._controls = tuple(reader.controls)

    def of(self, seen: SeenRow) -> dict[str, Any]:
        """The faults of a row by the names of the signal's columns."""
        text = seen.rendered.text
        return {
            "has_double_bos": has_double_begin(text, self._begin, is_added=self._is_added),
            "has_double_eos": has_double_end(text, self._end),
            "is_stop_trained": is_stop_trained(text, seen.mask.spans, self._controls),
            "special_tokens_in_text": in_texts(seen.chat.messages, self._reader.pattern),
            "dropped_parts": self._reader.dropped(seen),
            "has_python_repr": has_python_repr(self._reader.renderer, seen.chat, seen.rendered),
        }
