"""A chat template: its Jinja text, where it comes from, and the special tokens it is rendered with."""

from __future__ import annotations

import hashlib
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Origin = Literal["own", "file", "model folder", "gguf", "vendor", "training twin"]
MARKERS = re.compile(r"\{%[-+]?\s*generation\s*[-+]?%\}")
FAMILIES = (  # what a template's text holds -> beginning and end of a text in that family of models
    ("<|start_header_id|>", "<|begin_of_text|>", "<|eot_id|>"),
    ("<start_of_turn>", "<bos>", "<eos>"),
    ("<|turn>", "<bos>", "<eos>"),
    ("<｜User｜>", "<｜begin▁of▁sentence｜>", "<｜end▁of▁sentence｜>"),
    ("<|START_OF_TURN_TOKEN|>", "<BOS_TOKEN>", "<|END_OF_TURN_TOKEN|>"),
    ("<|channel|>", "<|startoftext|>", "<|return|>"),
    ("<|im_start|>", "", "<|im_end|>"),
)


@dataclass(frozen=True)
class Template:
    """A chat template.

    `name`: what it is called on screen. `specials`: `bos_token`, `eos_token` and others as text; a token that the
    model does not have is left out, as in transformers, so that a template sees it as undefined. `are_guessed`: whether
    no tokenizer states them, so that they are those of the family that the text looks like (`guessed_specials`).
    """

    text: str
    name: str
    origin: Origin
    specials: Mapping[str, str] = field(default_factory=dict)
    are_guessed: bool = False

    @property
    def sha256(self) -> str:
        """The SHA-256 of the text in UTF-8, in hexadecimal: the identity of a template."""
        return hashlib.sha256(self.text.encode("utf-8", "surrogatepass")).hexdigest()

    @property
    def has_markers(self) -> bool:
        """Whether it marks what is trained, by `{% generation %}`."""
        return MARKERS.search(self.text) is not None


def guessed_specials(text: str) -> dict[str, str]:
    """`bos_token` and `eos_token` by the markers in a template's text, where no tokenizer states them.

    A guess from the published formats of the families; `<s>` and `</s>` for a text with none of their markers.
    """
    for marker, begin, end in FAMILIES:
        if marker in text:
            return {"bos_token": begin, "eos_token": end}
    return {"bos_token": "<s>", "eos_token": "</s>"}
