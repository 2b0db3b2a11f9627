"""By which vectors are rows compared, and are they there?"""

from __future__ import annotations

import streamlit as st

from analysis.dataset import Dataset
from analysis.map.chosen import tier_in_words
from ui.session import jobs
from ui.session.text import md


def are_there(dataset: Dataset, purpose: str, *signals: str) -> bool:
    """Whether the vectors, and what else is named, are computed; says what they are for and offers to make them."""
    if all(dataset.has(dataset.signal(name)) for name in ("embedding", *signals)):
        return True
    st.text(f"{purpose} needs a vector for each row and what is made of them; not all of it is computed yet.")
    say_which(dataset, "They are compared")
    return jobs.require(dataset, signals[-1] if signals else "embedding")  # which makes what it reads on the way


def say_which(dataset: Dataset, begin: str = "Compared", more: str = "") -> None:
    """Which vectors rows are compared by, what these cannot see, and where others are chosen."""
    is_coarse = dataset.signal("embedding").parameters["tier"] == "coarse"
    blind = " They know no meaning: a paraphrase in quite other words is missed, and one changed name hardly seen."
    st.caption(
        f"{begin} by {md(tier_in_words(dataset), 160)}.{blind if is_coarse else ''} "
        f"Other vectors are chosen on the page Map, under “Made of …”.{f' {more}' if more else ''}"
    )
