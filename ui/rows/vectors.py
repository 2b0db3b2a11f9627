"""By which vectors are rows compared, and are they computed?"""

from __future__ import annotations

import streamlit as st

from analysis.dataset import Dataset
from analysis.map.chosen import tier_in_words
from ui.session import jobs
from ui.session.text import md


def are_there(dataset: Dataset, purpose: str, *signals: str) -> bool:
    """Whether the vectors and the other `signals` are computed; if not, says why and offers to compute them."""
    if all(dataset.has(dataset.signal(name)) for name in ("embedding", *signals)):
        return True
    st.text(f"{purpose} needs a vector for each row and results computed from the vectors. Some are not computed yet.")
    say_which(dataset, "They are compared")
    return jobs.require(
        dataset, signals[-1] if signals else "embedding"
    )  # the job of a signal also computes what the signal reads


def say_which(dataset: Dataset, begin: str = "Compared", more: str = "") -> None:
    """By which vectors rows are compared, what these vectors miss, and where others can be chosen."""
    is_coarse = dataset.signal("embedding").parameters["tier"] == "coarse"
    blind = " They do not represent meaning: a paraphrase in other words is missed, and one changed name hardly counts."
    st.caption(
        f"{begin} by {md(tier_in_words(dataset), 160)}.{blind if is_coarse else ''} "
        f"You can choose other vectors on the page Map, under “Made of …”.{f' {more}' if more else ''}"
    )
