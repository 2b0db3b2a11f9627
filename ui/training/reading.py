"""The rows in view as tokens on the page Training, and beside them the same rows under another rule or template."""

from __future__ import annotations

import json
import zlib
from dataclasses import replace

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.errors import WinnowError
from analysis.templates import Template, find_template, training_twin
from analysis.training.choice import Choice
from analysis.training.keeping import chosen
from analysis.training.rules import RULES
from ui.reading import desk, reading_order
from ui.reading.as_tokens import tokens_of
from ui.training.asked import place_of

NOTHING, SERVING, TWIN, OTHER = "nothing", "template of serving", "training twin", "another template"
RULE = "rule "


def read(dataset: Dataset, rows: pl.Series) -> None:
    """The rows in view in the reader, which begins with their tokens; J and K move, T shows the texts."""
    kept = chosen(dataset)
    beside = _beside(kept)
    token = reading_order.revision(dataset, f"training {zlib.crc32(repr((kept, beside)).encode()):x}", 0)
    desk.read_tokens(dataset, rows, token, tokens_of(dataset, beside, is_usual=True))


def _beside(kept: Choice) -> list[tuple[str, Choice]]:
    """What is shown beside the kept choice: another rule, or another template."""
    twin = training_twin(Template(kept.template, "", "file", json.loads(kept.specials)))
    rules = [f"{RULE}{rule}" for rule in RULES if rule != kept.rule]
    offered = [NOTHING, *rules, *([SERVING] if kept.serve else []), *([TWIN] if twin else []), OTHER]
    with st.container(horizontal=True, vertical_alignment="bottom"):
        way = st.selectbox("Beside each row", offered, key="beside", bind="query-params", width=320)
        asked = ""
        if way == OTHER:
            asked = st.text_input(
                "Its name or path", key="beside_template", bind="query-params", placeholder="Qwen/Qwen3-8B", width=320
            )
    if way == SERVING:
        return [
            (
                "Template of serving",
                replace(kept, template=kept.serve, specials=kept.serve_specials, serve="", serve_specials="{}"),
            )
        ]
    if way == TWIN and twin is not None:
        return [("Training twin", _with(kept, twin))]
    if way == OTHER and asked:
        try:
            return [(asked, _with(kept, find_template(place_of(asked.strip()))))]
        except WinnowError as error:
            st.text(str(error))
    if way.startswith(RULE):
        rule = way.removeprefix(RULE)
        marked = _with(kept, twin) if rule == "template" and twin else kept  # as `choose` does
        return [(way.capitalize(), replace(marked, rule=rule))]
    return []


def _with(kept: Choice, template: Template) -> Choice:
    specials = json.dumps(dict(template.specials), sort_keys=True, ensure_ascii=False)
    return replace(kept, template=template.text, specials=specials)
