"""The parts of the page Verbs: what is asked for as wedges and ranks, its coverage, and two sides compared."""

from __future__ import annotations

from dataclasses import replace
from typing import Any, NamedTuple

import polars as pl
import streamlit as st

from analysis import verb_noun_tables as pairs
from analysis.dataset import Dataset
from analysis.operators import ViewError
from analysis.signal import Signal
from analysis.view import View
from ui import charts, figures, session
from ui.text import count

ROLES = {"prompt": "prompts", "response": "responses"}
SHOWN_PAIRS = 500
TELLING_PAIRS = 40


class Wedge(NamedTuple):
    """One piece of the picture; `verb` and `noun` are null where it stands for the rest."""

    id: str
    parent: str
    label: str
    rows: int
    verb: str | None
    noun: str | None


def choose_over(dataset: Dataset) -> None:
    """Whose requests are read: kept with the dataset, as the columns `verb` and `noun` follow it."""
    now = str(dataset.signal("verb_noun").parameters["over"])
    over = st.segmented_control(
        "Requests in", list(ROLES), format_func=ROLES.__getitem__, default=now, required=True, key=f"over_{now}"
    )
    if over != now:
        parameters = {**dataset.signal("verb_noun").parameters, "over": over}
        chosen = {**dataset.meta.get("parameters", {}), "verb_noun": parameters}
        session.workspace().describe(dataset, parameters=chosen)
        st.rerun()


@st.cache_resource(max_entries=16, show_spinner=False)
def _asked(key: tuple[str, ...], _dataset: Dataset, _view: View) -> pl.DataFrame:
    return pairs.asked(_dataset, _dataset.signal("verb_noun"), _dataset.rows_of(_view))


def asked(dataset: Dataset, view: View) -> pl.DataFrame:
    """What the rows of a view ask for; kept while view, tags and signals stay the same."""
    made = (dataset.key_of("verb"), dataset.key_of("response_tokens"), str(dataset.tag_revision))
    return _asked((dataset.id, *made, *view.to_params()), dataset, view)


def without_own_filters(view: View) -> View:
    """The view less its filters on verb and noun: what the picture counts."""
    return view.without_column("verb").without_column("noun")


def say_coverage(table: pl.DataFrame) -> None:
    """Of how many rows the picture tells, and why not of the others."""
    found = pairs.coverage(table, table.height)
    parts = {
        "with a verb and a noun": found.pair,
        "with a verb only": found.verb_only,
        "without a verb": found.no_verb,
        "in another language than the pipeline's": found.other_language,
        "empty": found.empty + found.missing,
    }
    said = ", ".join(f"{n:,} {words} ({n / found.rows:.0%})" for words, n in parts.items() if n) or "none"
    cut = f" Of {count(found.cut)} only the beginning was read." if found.cut else ""
    st.text(f"Of {count(found.rows)}: {said}.{cut}")


def wedges(ranked: pl.DataFrame, verbs: int, nouns: int) -> list[Wedge]:
    """The pairs of `top_pairs` as a ring of verbs and a ring of their nouns; the rest of each is a wedge of its own."""
    by_verb = ranked.group_by("verb").agg(pl.col("rows").sum()).sort(["rows", "verb"], descending=[True, False])
    found = []
    for i, (verb, rows) in enumerate(by_verb.head(verbs).iter_rows()):
        found.append(Wedge(f"{i}", "", verb, rows, verb, None))
        of_verb = ranked.filter(pl.col("verb") == verb)
        for j, (noun, n) in enumerate(of_verb.head(nouns).select("noun", "rows").iter_rows()):
            found.append(Wedge(f"{i}/{j}", f"{i}", noun, n, verb, noun))
        if left := of_verb.height - nouns if of_verb.height > nouns else 0:
            rest = int(of_verb["rows"].slice(nouns).sum())
            found.append(Wedge(f"{i}/rest", f"{i}", f"(other {left:,})", rest, None, None))
    if by_verb.height > verbs:
        left = by_verb.height - verbs
        found.append(Wedge("rest", "", f"(other {left:,} verbs)", int(by_verb["rows"].slice(verbs).sum()), None, None))
    return found


def picture(ranked: pl.DataFrame, as_tree: bool, verbs: int, nouns: int) -> None:
    """Sunburst or treemap; a wedge clicked becomes a filter on its verb, or its verb and noun."""
    found = wedges(ranked, verbs, nouns)
    by_id = {wedge.id: wedge for wedge in found}

    def pick(selection: Any) -> View | None:
        points = selection.get("points") or [{}]
        return filtered(session.view(), by_id.get(str(points[0].get("id"))))

    figure = figures.wedges([w[:4] for w in found], as_tree, charts.palette())
    charts.draw(figure, f"wedges_{as_tree}", "Verbs and their nouns by rows", pick)


def filtered(view: View, wedge: Wedge | None) -> View | None:
    """The view of one wedge's rows; None where it stands for the rest."""
    if wedge is None or wedge.verb is None:
        return None
    rest = without_own_filters(view).where("verb", "eq", wedge.verb)
    return rest.where("noun", "notnull") if wedge.noun is None else rest.where("noun", "eq", wedge.noun)


def ranks(table: pl.DataFrame) -> None:
    """The pairs in order, searchable, rarest first if one likes; a row ticked becomes a filter."""
    with st.container(horizontal=True, vertical_alignment="bottom"):
        sought = st.text_input("Search verb or noun", key="sought", type="search")
        rare = st.toggle("Rarest first", key="rare", bind="query-params")
    found = pairs.top_pairs(table, containing=sought or "")
    found = found.sort(["rows", "verb", "noun"]) if rare else found
    shown = found.head(SHOWN_PAIRS)
    left = f", the first {SHOWN_PAIRS} shown" if found.height > SHOWN_PAIRS else ""
    st.caption(f"{count(found.height, 'pair')}{left}. Tick one to see its rows.")
    picked = st.dataframe(
        shown.drop_nulls("verb").select(
            c for c in shown.columns if shown[c].null_count() < shown.height or not shown.height
        ),
        hide_index=True,
        height=430,
        on_select="rerun",
        selection_mode="single-row",
        alt="Pairs of verb and noun",
        key=f"pairs_{st.session_state.get('pairs_picked', 0)}",
        column_config={"rows_share": st.column_config.NumberColumn("share", format="percent")},
    )
    if picked.selection.rows:
        st.session_state["pairs_picked"] = st.session_state.get("pairs_picked", 0) + 1
        verb, noun = shown.select("verb", "noun").row(picked.selection.rows[0])
        session.set_view(without_own_filters(session.view()).where("verb", "eq", verb).where("noun", "eq", noun))
        st.rerun()


def sides(dataset: Dataset) -> dict[str, tuple[Dataset, View]]:
    """What the view can be held against: all rows, the other rows' saved views, other datasets read the same way."""
    found = {"all rows": (dataset, View())}
    for saved in session.notes().saved_views(dataset.fingerprint):
        try:
            view = View.from_params(saved.filters)
            dataset.check(view)
        except ViewError:
            continue
        if not dataset.needs(view):
            found[f"view: {saved.name}"] = (dataset, view)
    for meta in session.workspace().datasets():
        other = session.load(str(meta["id"]))
        if other.id != dataset.id and other.has(_alike(dataset, other)):
            found[f"dataset: {other.name} ({other.id[:6]})"] = (other, View())
    return found


def _alike(dataset: Dataset, other: Dataset) -> Signal:
    """The other dataset's signal with the role and pipeline of this one."""
    signal: Any = other.signal("verb_noun")
    return replace(signal, **dataset.signal("verb_noun").parameters)


def comparison(dataset: Dataset, mine: pl.DataFrame, name: str, side: tuple[Dataset, View]) -> None:
    """Variety, growth, telling pairs and response lengths of the view beside another side."""
    other, view = side
    theirs = pairs.asked(other, _alike(dataset, other), other.rows_of(view))
    variety = pairs.variety(mine, theirs)
    sizes = [{"side": words, **variety[key]} for key, words in (("left", "this view"), ("right", name))]
    st.dataframe(sizes, hide_index=True, alt="Rows, distinct pairs and entropy of both sides")
    palette = charts.palette()
    left, right = st.columns(2, gap="large")
    with left:
        st.markdown("**Distinct pairs by rows drawn**")
        lines = {"this view": pairs.growth(mine), name: pairs.growth(theirs)}
        figure = figures.lines(
            [(words, t["rows"].to_list(), t["distinct_pairs"].to_list()) for words, t in lines.items()],
            "rows with a pair",
            "distinct pairs to expect",
            palette,
        )
        st.plotly_chart(figure, config=figures.CONFIG, theme=None, key="growth", alt="Distinct pairs by rows drawn")
    with right:
        st.markdown("**Response lengths**")
        lengths = pairs.response_lengths(mine, theirs)
        if lengths is None:
            st.text("The tokens of both sides' responses are needed; compute tokens on the page Lengths.")
        else:
            shares = [
                (words, lengths["low"].to_list(), (lengths[c] / max(int(lengths[c].sum()), 1)).to_list())
                for words, c in (("this view", "left_rows"), (name, "right_rows"))
            ]
            figure = figures.lines(shares, "response tokens", "share of rows", palette, log=True)
            st.plotly_chart(
                figure, config=figures.CONFIG, theme=None, key="lengths_of_both", alt="Response lengths of both sides"
            )
    st.markdown("**Pairs that set them apart** (log-odds with an informative Dirichlet prior, Monroe et al. 2008)")
    st.caption("Positive: more in this view. z tells how sure that is.")
    st.dataframe(pairs.compare(mine, theirs).head(TELLING_PAIRS), hide_index=True, alt="Pairs that set the sides apart")
