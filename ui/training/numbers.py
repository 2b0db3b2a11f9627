"""The five numbers of the page Training, each with what it is of, and a button that filters to its rows."""

from __future__ import annotations

import streamlit as st

from analysis.dataset import Dataset
from analysis.training import keeping, tables
from analysis.training.tables import Totals
from analysis.view import View
from ui.reading.as_tokens import why_estimated, why_guessed
from ui.session import session
from ui.session.cache_keys import Key, key_of
from ui.session.number_words import share
from ui.session.text import count

LITTLE = 0.1  # rows with a smaller share of trained tokens are offered as a filter
STATUS = {
    "marked": "by the marks of the template",
    "content": "by the text of the turns",
    "unsure": "unsure where a turn begins or ends",
    "none": "nothing is trained",
}


NOTHING = "–"
"""Stands for a number of nothing: no row that was rendered is in view."""


def key(dataset: Dataset, view: View) -> Key:
    """The key of what is counted of the signal over the rows of a view."""
    return key_of(dataset, dataset.signal("trainer"), view=view)


@st.cache_resource(max_entries=32, show_spinner=False)
def _totals(key: Key, _dataset: Dataset, _view: View) -> Totals:
    return tables.totals(_dataset, _dataset.rows_of(_view))


def totals(dataset: Dataset) -> Totals:
    """The totals of the rows in view; cached while signal and view stay the same."""
    view = session.view()
    return _totals(key(dataset, view), dataset, view)


def require_chats(totals: Totals) -> None:
    """Ends the page, with the reason, if no row in view was looked at."""
    if totals.looked_at:
        return
    with st.container(border=True):
        st.text(
            f"Not looked at: none of {count(totals.rows)} in view is a chat or an example with a prompt. A chat "
            "template does not apply to raw text. Change the filters, or set the roles of the columns on the page Open."
        )
    st.stop()


def say_not_looked_at(dataset: Dataset, totals: Totals) -> None:
    """How many rows in view have no chat, and by what the masks of the others were made."""
    words = [f"{count(totals.looked_at)} of {totals.rows:,} in view looked at."]
    if left := totals.rows - totals.looked_at:
        words.append(f"Not looked at: {count(left)} without a chat or a prompt.")
    if totals.rejected:
        words.append(f"Nor are the rejected answers of {count(totals.rejected)}: the chosen ones are rendered.")
    st.text(" ".join(words))
    if totals.mask_status:
        masks = "; ".join(f"{count(n)} {name} ({STATUS.get(name, name)})" for name, n in totals.mask_status.items())
        st.text(f"How the trained tokens were found: {masks}.")
    choice = keeping.chosen(dataset)
    for caution in filter(None, (why_estimated(dataset, choice), why_guessed(dataset, choice))):
        st.text(caution)


def shown(dataset: Dataset, totals: Totals) -> None:
    """The three numbers that do not depend on the length: refused rows, rows with no trained token, trained tokens."""
    view = session.view()
    number(
        "Rows the template refuses",
        f"{totals.refused:,}",
        f"of {count(totals.looked_at)} looked at",
        "refused",
        view.narrowed("template_error", "notnull", "") if totals.refused else None,
    )
    number(
        "Rows with no trained token",
        f"{totals.untrained:,}" if totals.rendered else NOTHING,
        f"of {totals.rendered:,} rendered",
        "untrained",
        view.narrowed("is_untrained", "eq", "true") if totals.untrained else None,
    )
    about = "about " if why_estimated(dataset, keeping.chosen(dataset)) else ""
    number(
        "Trained tokens",
        f"{about}{totals.trained_tokens:,}" if totals.tokens else NOTHING,
        f"{share(totals.trained_share or 0)} of {about}{totals.tokens:,} tokens",
        "little",
        view.narrowed("trained_share", "lt", LITTLE) if totals.trained_tokens else None,
        f"Rows under {LITTLE:.0%}",
    )


def number(title: str, value: str, of: str, key: str, new: View | None, words: str = "Show") -> None:
    """One number, what it is of, and a button that shows these rows; without a view the button is off."""
    with st.container(border=True, gap="xsmall", key=f"number_{key}"):
        st.metric(title, value)
        st.caption(of)
        st.button(
            words,
            key=f"show_{key}",
            disabled=new is None or new == session.view(),
            on_click=session.set_view,
            args=(new or session.view(),),
        )
