"""The top of every page: its title, the rows in view, the filters, search and sharing."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import polars as pl
import streamlit as st

from analysis.dataset import Dataset
from analysis.view import View
from ui.actions import bar as actions
from ui.actions import cleaning
from ui.frame import chips, finding_all, look, saved_views, sharing, touring, view_tools, who
from ui.frame.bar import Act, Chip, view_bar
from ui.frame.history import keep_steps
from ui.open import start
from ui.rows import masking, undoing
from ui.session import jobs, places, session
from ui.session.text import count, cut, md, name_of_file

SAMPLES = {
    "instructions": "1,200 instructions of 7 sources, scored by 8 annotators",
    "chats": "400 conversations in 9 languages, some with tool calls",
    "preferences": "400 pairs of a chosen and a rejected answer",
    "hostile": "62 rows whose text tries to break the page that shows it",
}


def begin(title: str) -> None:
    """Begins a page that needs no dataset: its title, and the question that it answers."""
    _share(title)
    st.title(title, anchor=False)
    _ask(title)


def _share(title: str, *of: str) -> None:
    """Applies what all pages share: style, the words on the browser's tab, the steps of Back."""
    look.apply()
    st.set_page_config(page_title=" · ".join((title, *of, "Winnow")))
    keep_steps()


def _ask(title: str) -> None:
    if question := places.question_of(title):
        with st.container(key="question"):
            st.text(question)


def open_page(title: str) -> Dataset:
    """First line of a page: reads the dataset and the view from the URL, draws the view bar, returns the dataset.

    If no dataset is open, it says what to do and ends the page.
    """
    dataset = session.dataset()
    follow_tour()
    if dataset is None:
        begin(title)
        jobs.show_error()
        _nothing_open()
        st.stop()
    _share(title, name_of_file(dataset.name))
    with st.container(key="frame", gap="xsmall"):
        with st.container(horizontal=True, vertical_alignment="center"):
            st.title(title, anchor=False, width="content")
            _dataset_menu(dataset)
            st.space("stretch")
            view_tools.search(dataset)
            view_tools.add_filter(dataset)
            saved_views.menu(dataset)
            sharing.menu(dataset)
            masking.switch(dataset)
            who.menu()
        _ask(title)
        session.read_view(dataset)
        with st.container(horizontal=True, vertical_alignment="center", gap="small"):
            _bar(dataset)
            actions.draw(dataset)
        cleaning.progress(dataset)
        undoing.say_last(dataset)
        who.ask()
    touring.draw(dataset, title)
    finding_all.draw(dataset)
    jobs.show_error()
    _say_if_changed(dataset)
    return dataset


def open_rows(title: str, *signals: str, needs_texts: bool = False) -> tuple[Dataset, pl.Series]:
    """First line of a page about the rows in view: returns the open dataset and the positions of these rows.

    Ends the page, with the reason and what to do, if no dataset is open, no row is in view, one of the `signals` is not
    computed, or the page `needs_texts` and the dataset is a plain table.
    """
    dataset = open_page(title)
    rows = rows_in_view(dataset)
    if needs_texts:
        require_texts(dataset)
    require(dataset, *signals)
    return dataset, rows


def require_texts(dataset: Dataset) -> None:
    """Ends the page, with a link to the roles, if no column holds prompts, responses or text."""
    if not dataset.has_examples:
        say_no_examples()
        st.stop()


def require_values(values: pl.Series, what: str) -> None:
    """Ends the page, with the reason and what to do, if no row in view has a value: `what` each would have."""
    if values.null_count() < len(values):
        return
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.text(
            f"Not looked at: none of {count(len(values))} in view has {what}. "
            "Change the filters, choose another text, or set the roles of the columns."
        )
        if st.button("Set the roles of the columns", key="to_roles_of_values"):
            st.switch_page(places.page("open"))
    st.stop()


def require(dataset: Dataset, *signals: str) -> None:
    """Ends the page, with a button to compute them, if one of these signals is not computed."""
    if not jobs.require(dataset, *signals):
        st.stop()


def rows_in_view(dataset: Dataset) -> pl.Series:
    """Positions of the rows in view; ends the page, with what to do, if signals are missing or no row is in view."""
    view = session.view()
    if missing := dataset.needs(view):
        if not jobs.require(dataset, *(s.name for s in missing)):
            st.text("The filters need these columns first.")
        st.stop()
    rows = dataset.rows_of(view)
    if rows.is_empty():
        with st.container(border=True):
            if dataset.height:
                st.text(f"None of the {dataset.height:,} rows passes all filters. Switch off or remove a filter.")
            else:
                st.text("This dataset has no rows.")
        st.stop()
    return rows


def _bar(dataset: Dataset) -> None:
    view = session.view()
    counted = "…" if dataset.needs(view) else f"{len(dataset.rows_of(view)):,}"
    what = "row" if dataset.height == 1 else "rows"
    of = f"of {count(dataset.height)}" if view.active else what
    drawn: list[Chip] = [
        {"text": cut(chips.words(dataset, f), 120), "tip": cut(dataset.words_of(f), 300), "on": f.enabled} for f in view
    ]
    view_bar(counted, of, drawn, session.can_undo(), session.can_redo(), _act)


def _act(act: Act) -> None:
    view, chip = session.view(), act.get("chip", -1)
    if act["do"] == "undo":
        session.undo()
    elif act["do"] == "redo":
        session.redo()
    elif act["do"] == "clear":
        session.set_view(View())
    elif 0 <= chip < len(view.filters):
        session.set_view(view.without(chip) if act["do"] == "remove" else view.toggled(chip))


def _dataset_menu(dataset: Dataset) -> None:
    with st.popover(
        md(dataset.name, 40), type="tertiary", icon=":material/database:", key="datasets", on_change="rerun"
    ) as menu:
        if not menu.open:  # the descriptions of all datasets are read from disk
            return
        st.text(dataset.name)
        st.text(f"{count(dataset.height)}, {dataset.format} · id {dataset.id}")
        others = [meta for meta in session.workspace().datasets() if meta["id"] != dataset.id][:8]
        for meta in others:
            label = f"{md(str(meta['name']), 40)} · {count(int(str(meta['rows'])))}"
            st.button(label, key=f"to_{meta['id']}", type="tertiary", on_click=session.choose, args=(meta["id"],))
        st.page_link(places.page("open"), label="Open another file", icon=":material/folder_open:")


def say_no_examples() -> None:
    """Says that no column has a text role, and links to where roles are set."""
    with st.container(border=True, horizontal=True, vertical_alignment="center"):
        st.text("No column has the role prompt, response or text, so lengths and duplicates cannot be computed.")
        if st.button("Set the roles of the columns", key="to_open_roles"):
            st.switch_page(places.page("open"))


def _say_if_changed(dataset: Dataset) -> None:
    """Warns if the size of a source file has changed since it was opened."""
    for file in dataset.meta["files"]:
        path = Path(file["path"])
        if path.exists() and path.stat().st_size != file["bytes"]:
            st.warning("The source file has changed since it was opened. Open it again to see its current rows.")
            return


def _nothing_open() -> None:
    """What to do first: go on with a dataset of before, or open a file or a sample dataset."""
    if job := st.session_state.get("opening"):
        jobs.wait_for(job, "Opening", opened)
        return
    if session.files_given() and "given" not in st.session_state:
        st.session_state["given"] = True
        open_files(session.files_given(), config=session.config_given(), split=session.split_given())
        st.rerun()
    start.draw(samples)


def samples() -> None:
    """A button for each sample dataset, and one for a tour of the first."""
    st.subheader("Sample data with known faults", anchor=False)
    st.button("Take the tour in six steps", key="take_tour", icon=":material/tour:", on_click=touring.ask_to_begin)
    for name, words in SAMPLES.items():
        with st.container(horizontal=True, vertical_alignment="center", wrap=False):
            path = str(places.ROOT / "sample_data" / f"{name}.jsonl")
            st.button(name.capitalize(), key=f"sample_{name}", on_click=_open_sample, args=(path,), width=120)
            st.text(words, width="stretch")


def _open_sample(path: str) -> None:
    """Starts the job that opens this sample; the one of the tour begins it, for who has never had it."""
    if path == str(touring.SAMPLE):
        touring.begin_once()
    open_files([path])


def follow_tour() -> None:
    """Goes to the page that the tour asked for, if it did."""
    touring.follow(lambda: open_files([str(touring.SAMPLE)]))


def open_files(files: list[str], roles: dict[str, str] | None = None, **options: Any) -> None:
    """Starts the job that opens these files; the page shows its progress."""
    st.session_state["opening"] = jobs.start(*jobs.arguments_of(files, roles, **options))


def opened(result: dict[str, object] | None) -> None:
    """Shows the dataset that a job has opened."""
    st.session_state.pop("opening", None)
    if result:
        id = str(result["id"])
        session.choose(id)
        jobs.prepare(session.load(id))


def opened_and_shown(result: dict[str, object] | None) -> None:
    """The same for the page Open, which then goes to the Overview."""
    opened(result)
    if result:
        st.switch_page(places.page("overview"))
