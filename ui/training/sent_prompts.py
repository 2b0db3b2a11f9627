"""Are the prompts that were really sent the prompts that are trained?"""

from __future__ import annotations

from pathlib import Path

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.errors import NotLookedAtError, WinnowError
from analysis.prompts.tables import plain_prompts
from analysis.training import keeping
from analysis.training.choice import Choice
from analysis.training.drift import KINDS
from analysis.training.log_drift import LogDrift, drift_of_log
from ui.session import files, session
from ui.session.cache_keys import Key, key_of
from ui.session.text import count


@st.cache_data(max_entries=8, show_spinner="Comparing the prompts with those that are trained …")
def _drift(key: Key, file: str, _dataset: Dataset, _rows: pl.Series, _choice: Choice) -> LogDrift:
    prompts = plain_prompts(session.workspace().dataset(file)).to_list()
    if not prompts:
        raise NotLookedAtError("Not looked at: no row of this file has a prompt or a text outside of messages.")
    return drift_of_log(_dataset, _rows, _choice, prompts)


def compare(dataset: Dataset, rows: pl.Series) -> None:
    """Asks for a file of prompts and counts their differences to the prompts of the rows in view, by kind."""
    file = st.selectbox(
        "File of prompts as the model got them",
        files.data_files(),
        index=None,
        format_func=files.shown_path,
        key="sent_prompts",
        placeholder="Choose a file",
        help="One prompt per record, with all control tokens, as a log of your server has it.",
    )
    if file is None:
        st.text("Choose a log of your server: each prompt in it is compared with the one that is trained.")
        return
    choice = keeping.chosen(dataset)
    changed = str(Path(file).stat().st_mtime_ns)
    try:
        drift = _drift(key_of(dataset, view=session.view(), more=(changed, repr(choice))), file, dataset, rows, choice)
    except WinnowError as error:
        st.text(str(error))
        return
    _shown(drift)


def _shown(drift: LogDrift) -> None:
    st.text(
        f"{drift.matched:,} of {count(drift.prompts, 'prompt')} ask for an answer of the rows in view; of "
        f"{drift.not_trained:,} the answer is not trained."
    )
    if not drift.kinds:
        st.text("No prompt was compared: check that the file belongs to these rows.")
        return
    lines = [(KINDS.get(kind, kind), prompts) for kind, prompts in drift.kinds.items()]
    table = pl.DataFrame(lines, schema={"Trained and sent": pl.String, "Prompts": pl.Int64}, orient="row")
    st.dataframe(table, hide_index=True, key="drift_of_log")
    if drift.examples:
        st.text("winnow trainer DATASET --log FILE shows the first differences as texts.")
