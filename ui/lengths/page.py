"""The parts of the page Lengths: units and roles, density, boxes by group, frequent and special tokens."""

from __future__ import annotations

from collections import Counter
from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.dataset.folder import TEXTS
from analysis.errors import DatasetError, ModelError
from analysis.given_files import below_data_folders
from analysis.loaders.tokenizers import tokenizer, tokenizer_digest
from analysis.statistics import counting
from analysis.view import Filter, View
from analysis.view.operators import literal_pattern
from ui import figures
from ui.figures import charts
from ui.session import jobs, session
from ui.session.cache_keys import Key, key_of
from ui.session.column_names import namer
from ui.session.text import count

UNITS = {"tokens": "tokens", "words": "words", "chars": "characters", "turns": "turns"}
ROLES = {
    "row": "the whole row",
    "prompt": "prompt",
    "response": "response",
    "rejected": "rejected answer",
    "system": "system message",
}
TURNS = {"n": "all turns", "user": "the user", "assistant": "the assistant"}
SAMPLED_ROWS = 2_000
SHOWN_GROUPS = 12
TEMPLATE_TOKENS = (
    "<|im_start|>",
    "<|im_end|>",
    "<|endoftext|>",
    "<|eot_id|>",
    "<|start_header_id|>",
    "<|end_header_id|>",
    "<|begin_of_text|>",
    "<|user|>",
    "<|assistant|>",
    "<|system|>",
    "<|end|>",
    "[INST]",
    "[/INST]",
    "<<SYS>>",
    "<</SYS>>",
    "<s>",
    "</s>",
    "<unk>",
    "<pad>",
    "<bos>",
    "<eos>",
    "<start_of_turn>",
    "<end_of_turn>",
    "<think>",
    "</think>",
    "<tool_call>",
    "</tool_call>",
)


def signal_of(unit: str) -> str:
    return "tokens" if unit == "tokens" else "lengths"


def roles(dataset: Dataset, unit: str) -> dict[str, str]:
    """The roles that have a length in this dataset, each with its words on the page."""
    if unit == "turns":
        return TURNS
    return {role: words for role, words in ROLES.items() if role == "row" or role in dataset.canonical}


def column(role: str, unit: str) -> str:
    return f"{role}_{unit}"


def choose_tokenizer(dataset: Dataset) -> None:
    """A choice of tokenizer: the built-in one, a tokenizer.json below the data folders, or a hub id when online."""
    now = str(dataset.signal("tokens").parameters["tokenizer"])
    name = st.text_input("Tokenizer", value=now, key="tokenizer", help="tekken-240911, or the path of a tokenizer.json")
    if name and name != now:
        try:
            path = str(below_data_folders(name)) if Path(name).exists() else name
            given = {"tokenizer": path, "digest": tokenizer_digest(path)}
            parameters = dataset.catalogue.signal("tokens", given).parameters
        except (DatasetError, ModelError) as error:
            st.text(str(error))
            return
        session.keep_parameters(dataset, {"tokens": parameters})
        st.rerun()


def prompt_against_response(dataset: Dataset, unit: str) -> None:
    """Rows per length of prompt and of response; a dragged box sets two range filters."""
    sides = ("user", "assistant") if unit == "turns" else ("prompt", "response")
    if unit != "turns" and not set(sides) <= set(dataset.canonical):
        st.text("This needs a prompt and a response column. Set their roles on the page Open.")
        return
    if unit == "turns" and not jobs.require(dataset, "lengths"):
        return
    x, y = (column(side, unit) for side in sides)
    (x_edges, x_bins, _), (y_edges, y_bins, _) = charts.binned(dataset, x, True), charts.binned(dataset, y, True)
    rows = dataset.rows_of(session.view())
    counts = counting.density(x_bins.gather(rows), y_bins.gather(rows), len(x_edges) - 1, len(y_edges) - 1)
    figure = figures.density(
        counts,
        x_edges,
        y_edges,
        f"{UNITS[unit]} of the {sides[0]}",
        f"{UNITS[unit]} of the {sides[1]}",
        charts.palette(),
    )

    def pick(selection: Any) -> View | None:
        points = selection.get("points")
        if not selection.get("box") and not points:
            return None
        box = selection["box"][0] if selection.get("box") else {axis: [points[0][axis]] * 2 for axis in "xy"}
        wide = charts.range_of({"box": [{"x": box["x"]}]}, x_edges)
        tall = charts.range_of({"box": [{"x": box["y"]}]}, y_edges)
        return session.view().narrowed(x, "range", wide).narrowed(y, "range", tall)

    def table() -> pl.DataFrame:
        rows_of, columns_of = counts.nonzero()
        words = [
            [figures.bin_words(edges[i], edges[i + 1], True) for i in places.tolist()]
            for edges, places in ((x_edges, columns_of), (y_edges, rows_of))
        ]
        cells = {f"{sides[0]} {UNITS[unit]}": words[0], f"{sides[1]} {UNITS[unit]}": words[1]}
        lines = pl.DataFrame({**cells, "rows": counts[rows_of, columns_of], "x": columns_of, "y": rows_of})
        return lines.sort("rows", "x", "y", descending=[True, False, False])

    charts.draw(
        figure,
        f"density_{unit}",
        f"{UNITS[unit].capitalize()} of the {sides[0]} against the {sides[1]}",
        pick,
        "box",
        table=lambda: table().drop("x", "y"),
        mark=lambda line: {axis: table()[axis][line] for axis in "xy"},
    )


def by_group(dataset: Dataset, of: str, unit: str, rows: pl.Series) -> None:
    """Boxes from the 5th to the 95th percentile per group, largest groups first; a click on a box sets a filter."""
    groups = [c for c in dataset.categories if c in dataset.schema]
    if not groups:
        st.text("No column can group the rows. Set the role source or annotator on the page Open.")
        return
    group = st.selectbox("Group by", groups, key="group", format_func=namer(dataset), bind="query-params")
    counted, lines = charts.counted_lines(dataset, group, SHOWN_GROUPS)
    table = counting.boxes(dataset.column(of).gather(rows), lines.gather(rows), counted)
    drawn = table.reverse()["group"].to_list()
    named = counted.filter("is_named")["value"].to_list()

    def pick(selection: Any) -> View | None:
        points = selection.get("points")
        return charts.picked_value(session.view(), group, drawn[round(points[0]["y"])], named) if points else None

    charts.draw(
        figures.boxes(table, unit, charts.palette()),
        f"boxes_{group}",
        f"{unit[:1].upper()}{unit[1:]} by {dataset.called(group)}",
        pick,
        table=lambda: table.rename({"low": "5%", "q1": "25%", "q3": "75%", "high": "95%"}),
        mark=lambda line: {"y": table.height - 1 - line},
    )


@st.cache_data(max_entries=32, show_spinner="Splitting a sample into tokens …")
def _tokens_of_sample(key: Key, name: str, _texts: list[str]) -> tuple[list[tuple[str, int, int]], int]:
    """The 40 most frequent tokens as (token, times, texts with it), and the number of all tokens of the sample."""
    model = tokenizer(name)
    times: Counter[int] = Counter()
    holding: Counter[int] = Counter()
    for text in _texts:
        ids = model.encode(text[:20_000])
        times.update(ids)
        holding.update(set(ids))
    return [(visible(model.piece(t)), n, holding[t]) for t, n in times.most_common(40)], times.total()


def visible(token: str) -> str:
    """A token with visible white space: ␣ for a space, ⏎ for a line break, ⇥ for a tab."""
    return token.replace(" ", "␣").replace("\n", "⏎").replace("\t", "⇥")


def common_tokens(dataset: Dataset, rows: pl.Series) -> None:
    """The most frequent tokens of a seeded sample of the view, and the special tokens that appear as text."""
    name = str(dataset.signal("tokens").parameters["tokenizer"])
    left, right = st.columns(2, gap="large")
    with left:
        sample = rows.sample(min(SAMPLED_ROWS, len(rows)), seed=0).sort()
        texts = [c for c in ("prompt", "response", "text") if c in dataset.canonical]
        frame = dataset.frame(texts, sample)
        key = key_of(dataset, view=session.view())
        common, total = _tokens_of_sample(key, name, [t for c in texts for t in frame[c].drop_nulls()])
        of = "all" if len(sample) == len(rows) else "a seeded sample of"
        st.text(f"The most frequent tokens of {name}, in {of} {len(sample):,} rows ({total:,} tokens).")
        table = pl.DataFrame(common, schema=["token", "times", "texts"], orient="row")
        st.dataframe(
            table.with_columns(share=pl.col("times") / max(total, 1)),
            hide_index=True,
            height=300,
            column_config={"share": st.column_config.NumberColumn(format="percent")},
            alt="Most frequent tokens",
        )
    with right:
        st.text("Special tokens that appear as text. A trainer can read them as control tokens:")
        rows_by_token = _special_tokens(dataset, name)
        if not rows_by_token:
            st.text("None in this dataset.")
        for token, n in rows_by_token:
            with st.container(horizontal=True, vertical_alignment="center"):
                st.button("Show", key=f"special_{token}", on_click=_show_token, args=(token,))
                st.text(f"{token}  in {count(n)}")


def _show_token(token: str) -> None:
    session.set_view(session.view().where("*", "has", token))


def _special_tokens(dataset: Dataset, name: str) -> list[tuple[str, int]]:
    """Each special token in the texts with its number of rows, most rows first."""
    names = tuple(dict.fromkeys([*tokenizer(name).special_tokens, *TEMPLATE_TOKENS]))
    return _search_special(key_of(dataset), names, dataset)


@st.cache_data(max_entries=32, show_spinner="Looking for special tokens …")
def _search_special(key: Key, names: tuple[str, ...], _dataset: Dataset) -> list[tuple[str, int]]:
    """Searches first for rows with any of these names, then for each name in those rows only."""
    any_of = "|".join(map(literal_pattern, names))
    rows = _dataset.rows_of(View().where("*", "re", any_of))
    texts = [c for c in TEXTS if c in _dataset.canonical]
    if rows.is_empty() or not texts:
        return []
    frame = _dataset.frame(texts, rows)
    counts = [(t, frame.filter(pl.any_horizontal(_holds(frame, c, t) for c in texts)).height) for t in names]
    return sorted(((t, n) for t, n in counts if n), key=lambda pair: -pair[1])


def _holds(frame: pl.DataFrame, text: str, token: str) -> pl.Expr:
    return Filter(text, "has", token).expr(frame.schema[text])
