"""The short templates that come with Winnow, written from the published descriptions of the formats."""

from __future__ import annotations

import functools
from pathlib import Path

from analysis.templates.template import Template

FOLDER = Path(__file__).parent / "own"
ENDS_OF_TEXT = {"bos_token": "<s>", "eos_token": "</s>"}
SPECIALS = {
    "alpaca": ENDS_OF_TEXT,
    "chatml": {"bos_token": "", "eos_token": "<|im_end|>"},
    "gemma": {"bos_token": "<bos>", "eos_token": "<eos>"},
    "llama2": ENDS_OF_TEXT,
    "llama3": {"bos_token": "<|begin_of_text|>", "eos_token": "<|eot_id|>"},
    "mistral_tekken": ENDS_OF_TEXT,
    "mistral_v1": ENDS_OF_TEXT,
    "mistral_v3": ENDS_OF_TEXT,
    "phi3": {"bos_token": "<s>", "eos_token": "<|endoftext|>"},
    "vicuna": ENDS_OF_TEXT,
    "zephyr": ENDS_OF_TEXT,
}
ALIASES = {
    "gemma": ("gemma2",),
    "llama2": ("llama-2",),
    "llama3": ("llama-3",),
    "mistral_tekken": ("mistral-tekken", "mistral_v3_tekken", "tekken"),
    "mistral_v1": ("mistral-v1", "mistral"),
    "mistral_v3": ("mistral-v3",),
    "phi3": ("phi-3",),
}


@functools.cache
def own_template(name: str) -> Template:
    """One of our templates by its name, which is a key of `SPECIALS`."""
    text = (FOLDER / f"{name}.jinja").read_text(encoding="utf-8")
    return Template(text, name, "own", SPECIALS[name])
