"""A finding as a card: how serious, how many rows, two of them, and the acts on all of them."""

from __future__ import annotations

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.findings import Finding
from analysis.view import View
from ui.rows import masking, tagging
from ui.session import places, session
from ui.session.cache_keys import Key, key_of
from ui.session.number_words import share
from ui.session.text import count, cut, md, told_apart

EXAMPLES, EXAMPLE_CHARS, SCANNED_CHARS = 2, 70, 400
STYLE = """<style>
[class*="st-key-card_"] { padding: .45rem .7rem .5rem; }
[class*="st-key-card_"] [data-testid=stMarkdown] p::before { content: ""; display: inline-block; width: .6em;
  height: .6em; border-radius: 50%; margin-right: .4em; background: #5f6b7a; }
[class*="st-key-card_error"] [data-testid=stMarkdown] p::before { background: #c62828; }
[class*="st-key-card_warn"] [data-testid=stMarkdown] p::before { background: #b26a00; }
[class*="st-key-example_"] [data-testid=stText] * { font-size: .86rem; line-height: 1.35; white-space: nowrap;
  overflow: hidden; text-overflow: ellipsis; display: block; }
[class*="st-key-acts_"] button { min-height: 1.75rem; padding: 0 .55rem; }
</style>"""


def begin() -> None:
    """Applies the style of the cards."""
    st.html(STYLE)


def card(dataset: Dataset, finding: Finding) -> None:
    """Draws it. The acts are on the rows of the whole dataset, whatever is in view."""
    name = finding.name
    with st.container(border=True, key=f"card_{finding.severity}_{name}", gap="xxsmall"):
        rows = f"{count(finding.rows)} ({share(finding.share)})"
        st.markdown(f"{finding.severity} **{md(finding.check.title)}** · {rows}")
        with st.container(key=f"example_{name}", gap=None):
            for text in examples(dataset, finding):
                st.text(text)
        with st.container(horizontal=True, key=f"acts_{name}", gap="xsmall"):
            _acts(dataset, finding)


def _acts(dataset: Dataset, finding: Finding) -> None:
    name, is_on, of = finding.name, is_shown(finding), finding.check.title
    st.button(
        told_apart(f"{'Showing' if is_on else 'Show'} {count(finding.rows)}", of),
        key=f"show_{name}",
        type="primary" if is_on else "secondary",
        icon=":material/check:" if is_on else None,
        help="Click again to show what was in view before." if is_on else finding.sentence,
        on_click=toggle,
        args=(finding,),
    )
    if st.button(
        told_apart("Read", of), key=f"read_{name}", help="Read these rows one by one, with the places marked."
    ):
        st.switch_page(places.page("findings"), query_params={"d": dataset.id, "finding": name})
    with st.popover(told_apart("Tag", of), key=f"tag_{name}", on_change="rerun") as tags:
        if tags.open:
            tagging.tag_all(dataset, dataset.rows_of(finding.view), f"card_tag_{name}")
    with st.popover(told_apart("Drop", of), key=f"drop_{name}", on_change="rerun") as drop:
        if drop.open:
            tagging.drop_all(dataset, dataset.rows_of(finding.view), f"card_drop_{name}", "of this finding")


def is_shown(finding: Finding) -> bool:
    """Whether the view has every filter of the finding."""
    return _filters(finding) <= {str(f) for f in session.view().active}


def toggle(finding: Finding) -> None:
    """For callbacks: shows the rows of the finding among those in view; shown already, removes its filters again."""
    view = session.view()
    others = tuple(f for f in view if str(f) not in _filters(finding))
    session.set_view(View(others) if is_shown(finding) else View((*others, *finding.view.filters)))


def _filters(finding: Finding) -> set[str]:
    return {str(f) for f in finding.view.filters}


@st.cache_resource(max_entries=64, show_spinner=False)
def _first_rows(key: Key, _dataset: Dataset, _view: View) -> pl.Series:
    """The first rows of a finding, as a copy that does not keep the others in memory."""
    return _dataset.rows_of(_view).head(EXAMPLES).clone()


def examples(dataset: Dataset, finding: Finding) -> list[str]:
    """The first rows of the finding in one line each, as this session may see them."""
    names = [str(name) for name in ("prompt", "response", "rejected", "text") if name in dataset.canonical][:2]
    if not names:
        names = list(dataset.originals)[:3]
    rows = _first_rows(key_of(dataset, view=finding.view), dataset, finding.view)
    frame = masking.masked(dataset, dataset.frame(names, rows), rows)
    return [" → ".join(_cut(value) for value in row) for row in frame.iter_rows()]


def _cut(value: object) -> str:
    text = str(value if value is not None else "")[:SCANNED_CHARS].strip()
    return cut(" ".join(text.split()), EXAMPLE_CHARS) if text else "(empty)"
