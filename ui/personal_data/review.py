"""Is this hit personal? Yes or no by keys on a seeded sample, and the precision of each type by the answers so far."""

from __future__ import annotations

import zlib
from typing import Any

import numpy as np
import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.errors import AnnotationError
from analysis.personal_data import tables
from analysis.reading.marks import utf16_spans
from analysis.signal import ROW_ID
from analysis.statistics.effects import wilson
from ui.components.reader import place_in, reader
from ui.personal_data import found
from ui.reading import desk
from ui.session import session
from ui.session.cache_keys import key_of
from ui.session.column_names import namer
from ui.session.login import person
from ui.session.text import count, cut

WORDS = ("yes", "no")
CONTEXT_CHARS = 300
SIZES = (25, 50, 100, 200, 500)
PLACES = {
    "prompt": "p",
    "response": "r",
    "system": "s",
    "tool": "t",
    "tool_calls": "c",
    "rejected": "j",
    "text": "x",
}
"""Field -> its letter in the id of a hit; any other field has a digest of its name."""


def hit_ids(hits: pl.DataFrame, ids: pl.Series) -> pl.DataFrame:
    """The hits with `hit_id`: row id and place in the row; at most 40 characters, without any part of the value."""
    others = {field: f"o{zlib.crc32(field.encode()):08x}." for field in hits["field"].unique() if field not in PLACES}
    place = pl.col("field").replace(PLACES | others)
    message = pl.col("message").cast(pl.String).fill_null("")
    hit_id = pl.concat_str(
        pl.lit(ids.gather(hits["row"])), place + message, pl.col("start").cast(pl.String), separator="."
    )
    return hits.with_columns(hit_id=hit_id)


def answers(dataset: Dataset) -> pl.DataFrame:
    """`hit_id`, `is_right`: the answers in force, of all people."""
    latest = session.notes().reviews.standing(dataset.fingerprint)
    counted = latest.select(
        hit_id="row_id", is_right=pl.col("tags").list.contains("yes"), any=pl.col("tags").list.len()
    )
    return counted.filter(pl.col("any") > 0).drop("any")


def answered(dataset: Dataset, signal: str) -> pl.DataFrame:
    """The hits in view that were answered, with `is_right`; those that a later rule leaves out are missing."""
    given = answers(dataset)
    if given.is_empty():
        return found.spans(dataset, signal).clear().with_columns(is_right=pl.lit(None, pl.Boolean), hit_id=pl.lit(""))
    ids = dataset.column(ROW_ID)
    rows = ids.is_in(given["hit_id"].str.split(".").list.first().unique().implode()).arg_true()
    near = found.spans(dataset, signal).filter(pl.col("row").is_in(rows.implode()))
    return hit_ids(near, ids).join(given, on="hit_id")


def precision(dataset: Dataset, signal: str) -> None:
    """The share of yes by type, and by the values of a column, with its interval."""
    columns = ["nothing", *dataset.categories]
    by = st.selectbox(
        "Precision by", columns, format_func=namer(dataset), key="precision_by", bind="query-params", width=240
    )
    done = answered(dataset, signal)
    if done.is_empty():
        st.text("No hit in view is answered yet. Press 1 for yes, 2 for no on those above.")
        return
    column = None if by == columns[0] else by
    groups = ["type"]
    if column:
        done = done.with_columns(slice=dataset.column(column).cast(pl.String).gather(done["row"]))
        groups.append("slice")
    table = done.group_by(groups).agg(yes=pl.col("is_right").sum(), answered=pl.len()).sort("answered", descending=True)
    low, high = wilson(table["yes"].to_numpy().astype(float), table["answered"].to_numpy().astype(float))
    shown = table.select(
        pl.Series("what", [found.title(t) for t in table["type"]], dtype=pl.String),
        *([pl.col("slice").fill_null("(missing)").alias(cut(dataset.called(column), 40))] if column else []),
        "yes",
        no=pl.col("answered") - pl.col("yes"),
        precision=pl.col("yes") / pl.col("answered") * 100,
        lowest=pl.Series(np.asarray(low) * 100),
        highest=pl.Series(np.asarray(high) * 100),
    )
    shares = dict.fromkeys(("precision", "lowest", "highest"), st.column_config.NumberColumn(format="%.1f%%"))
    st.dataframe(shown, hide_index=True, column_config=shares, alt="Precision by the answers so far")
    st.caption(
        f"Of {count(done.height, 'answered hit')} in view: the share of yes, with its 95% interval (Wilson). It holds "
        "for hits drawn at random; it says nothing about what the detector missed."
    )


@st.fragment
def review(dataset: Dataset, signal: str) -> None:
    """The reader over a sample of hits of one type; 1 says yes, 2 no, U undoes the latest answer."""
    types = found.type_counts(dataset, signal).filter(pl.col("rows") > 0)["type"].to_list()
    if not types:
        st.text("The rows in view hold no personal data that is counted, so there is nothing to review.")
        return
    book = _book(dataset)
    desk.store(book)
    with st.container(horizontal=True, vertical_alignment="bottom"):
        of = st.selectbox("Review", types, format_func=found.title, key="review_of", bind="query-params", width=260)
        size = st.selectbox("Sample of", SIZES, index=1, key="review_size", width=120)
        seed = int(st.number_input("Seed", min_value=0, value=0, key="review_seed", width=110))
        is_open = st.toggle(
            "Show values", key="review_open", help="Shows all values of the sample; this is noted with your name"
        )
    hits = found.spans(dataset, signal).filter(pl.col("type") == of)
    asked = (of, str(size), str(seed))
    sample: pl.DataFrame = found.asked(
        dataset, signal, "review", lambda view: sample_of_hits(dataset, hits, int(size), seed), *asked
    )
    token = key_of(dataset, dataset.signal(signal), view=session.view(), more=asked)
    if is_open and st.session_state.get("review_shown") != (token, person()):
        try:
            session.notes().looks.add(dataset.fingerprint, [(i, of) for i in sample["row_id"]], person())
        except AnnotationError as error:
            st.text(str(error))
            is_open = False
        else:
            st.session_state["review_shown"] = (token, person())
    given = dict(answers(dataset).iter_rows())
    done = sum(hit in given for hit in sample["hit_id"])
    drawn = f"{sample.height} drawn at random of" if sample.height < hits.height else "all"
    st.progress(
        done / max(sample.height, 1),
        f"{done} of {sample.height} answered, {drawn} {count(hits.height, 'hit')} in view. "
        "Is this real personal data? 1 yes, 2 no, J next, U undo.",
    )
    first = next((position for position, hit in enumerate(sample["hit_id"]) if hit not in given), 0)
    position = place_in(st.session_state.get("review_reader"), "at", token)
    data: dict[str, Any] = {
        "revision": f"{token}{'|open' * is_open}",
        "total": sample.height,
        "base": 0,
        "at": first if position is None else position,
        "rows": [_payload(dataset, line, given, is_open) for line in sample.iter_rows(named=True)],
        "tags": list(WORDS),
        "single": True,
        "dataset": book.kept,
        "acked": desk.acked(),
    }
    reader(key="review_reader", data=data, on_log=_nothing, on_want=_nothing, on_at=_nothing)
    precision(dataset, signal)


def _nothing() -> None:
    """The fragment that reruns reads what changed."""


def sample_of_hits(dataset: Dataset, hits: pl.DataFrame, size: int, seed: int) -> pl.DataFrame:
    """Hits in the order they were drawn, so that a longer sample begins with the shorter one, with masked context."""
    drawn = hits.sample(fraction=1, shuffle=True, seed=seed).head(size)
    ids = dataset.column(ROW_ID)
    shown = tables.snippets(dataset, drawn, CONTEXT_CHARS).with_columns(row_id=ids.gather(drawn["row"]))
    return hit_ids(shown, ids)


def _payload(dataset: Dataset, line: dict[str, Any], given: dict[str, bool], is_open: bool) -> dict[str, Any]:
    """A hit as the reader shows a row: its context with the hit marked, masked unless values are shown."""
    held = line["masked"]
    if is_open:
        held = tables.value_at(dataset, *(line[name] for name in ("row", "field", "message", "start", "end")))
    text, start = f"{line['before']}{held}{line['after']}", len(line["before"])
    spans = utf16_spans(text, [(start, start + len(held), "pii", found.title(line["type"]))])
    score = "" if line["score"] is None else f"{line['score']:.2f}"
    tags = [[*WORDS][not given[line["hit_id"]]]] if line["hit_id"] in given else []
    section = {
        "kind": "text",
        "title": f"in its context, in {dataset.called(line['field'])}",
        "text": text,
        "is_missing": False,
        "is_code": False,
        "hidden": 0,
        "tokens": None,
        "spans": spans,
    }
    meta = [
        ["type", found.title(line["type"])],
        ["score", score],
        ["found by", line["recogniser"]],
        ["row", line["row_id"]],
    ]
    return {
        "id": line["hit_id"],
        "layout": "text",
        "sections": [section],
        "meta": meta,
        "raw": None,
        "votes": None,
        "tags": tags,
        "disputed": [],
        "notes": [],
    }


def _book(dataset: Dataset) -> desk.Book:
    def store(change: Any) -> None:
        reviews = session.notes().reviews
        if change.is_undo:
            reviews.undo(dataset.fingerprint, person())
        elif change.row_id is not None and change.tag in WORDS:
            other = WORDS[change.tag == "yes"]
            says = {str(change.tag): True, other: False} if change.is_on else {str(change.tag): False}
            reviews.apply(dataset.fingerprint, {change.row_id: says}, person())

    kept = f"pii-review/{dataset.fingerprint}"
    return desk.Book("review_reader", kept, WORDS, lambda rows: [], store, is_single=True)
