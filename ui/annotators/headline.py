"""Whose judgements differ most from the others': a sentence for each, with the rows and a way to leave them out."""

from __future__ import annotations

from typing import Any

import polars as pl
import streamlit as st

from ui.annotators.asked import Asked, labels, leaving_out, left_out_people, with_people
from ui.annotators.people import compared_people, everyone
from ui.session import places, session
from ui.session.clicks import clicked
from ui.session.number_words import count, number, numbers, share, shares
from ui.session.text import cut

SHOWN = 3


def show(asked: Asked) -> None:
    """The annotators who are far from the others, the largest difference first; or that no one is."""
    compared = compared_people(asked.key, asked).drop_nulls("difference")
    if compared.is_empty():
        return
    far = compared.filter("is_far").sort(pl.col("difference").abs(), descending=True, maintain_order=True)
    if far.is_empty():
        st.text(f"None of the {count(compared.height, 'annotator')} compared differs from the others beyond chance.")
        return
    rows = dict(everyone(asked.key, asked.gold, asked).select("annotator", "rows").iter_rows())
    is_number = labels(asked).numbers is not None
    for n, line in enumerate(far.head(SHOWN).iter_rows(named=True)):
        name = str(line["annotator"])
        with st.container(border=True, horizontal=True, vertical_alignment="center", key=f"headline_{n}"):
            st.text(sentence(line, is_number=is_number))
            st.space("stretch")
            if clicked(f"See the {count(int(rows[name]))}", f"see_person_{n}", icon=":material/menu_book:"):
                params: dict[str, str | list[str]] = {
                    "d": asked.dataset.id,
                    "f": with_people(asked, [name]).to_params(),
                }
                st.switch_page(places.page("reading"), query_params=params)
            is_out = name in left_out_people(asked)
            label = "Left out: take back" if is_out else "Leave out"
            if clicked(label, f"leave_out_{n}", icon=":material/person_remove:"):
                session.set_view(leaving_out(asked, name, is_out=is_out))
                st.rerun()
    if far.height > SHOWN:
        st.text(f"{count(far.height - SHOWN, 'more annotator')} differ; they come first in the part People.")


def sentence(line: dict[str, Any], *, is_number: bool) -> str:
    """How an annotator differs from the others, with the interval and what was compared. `line`: one of `differences`
    or `label_differences`."""
    where = "on the same items" if line["compared"] == "same items" else "on other items"
    of = count(int(line["n"]), "item" if line["compared"] == "same items" else "label")
    name, difference = cut(str(line["annotator"]), 40), float(line["difference"])
    if is_number:
        way = "higher" if difference > 0 else "lower"
        low, high = sorted((abs(line["low"]), abs(line["high"])))
        points = number(abs(difference))
        return f"{name} scores {points} points {way} than others {where} (95%: {numbers(low, high)}, {of})"
    way = "more" if difference > 0 else "less"
    label = cut(str(line["label"]), 40)
    low, high = sorted((abs(line["low"]), abs(line["high"])))
    return (
        f"{name} gives “{label}” {way} often than others {where}: {share(line['mean'])} against "
        f"{share(line['rest_mean'])} (95% of the difference: {shares(low, high)}, {of})"
    )
