"""What is looked for: the group that is off, the countries whose numbers count, and the names a pipeline finds."""

from __future__ import annotations

import streamlit as st

from analysis.computing import computing
from analysis.dataset import Dataset
from analysis.personal_data.types import DEFAULT_COUNTRIES, NOISY, names
from ui.session import jobs, session
from ui.session.text import count, duration


def choose(dataset: Dataset) -> None:
    """Switches the noisy group and countries; the rows are then scanned again by a job."""
    with st.popover("Looked for", key="looked_for", icon=":material/tune:", on_change="rerun") as popover:
        if not popover.open:
            return
        now = dataset.signal("personal_data").parameters
        st.text("Always: e-mail, phone, cards, IBAN, IP and hardware addresses, US numbers, wallets, keys and secrets.")
        is_noisy = st.toggle(
            "Also the noisy group",
            value=NOISY in names(str(now["also"])),
            key="noisy",
            help="Links, dates, UUIDs, licences, bank numbers, passports and national ids: most hits are not personal.",
        )
        countries = st.multiselect(
            "Countries whose phone numbers need no country code",
            _regions(),
            key="countries",
            default=list(names(str(now["countries"]))),
        )
        also = [n for n in names(str(now["also"])) if n != NOISY] + [NOISY] * is_noisy
        wanted = {**now, "also": ",".join(also), "countries": ",".join(countries or DEFAULT_COUNTRIES)}
        if st.button("Look again", type="primary", key="look_again", disabled=wanted == now):
            start(dataset, "personal_data", wanted)


@st.cache_data(show_spinner=False)
def _regions() -> list[str]:
    import phonenumbers

    return sorted(phonenumbers.SUPPORTED_REGIONS)


def start(dataset: Dataset, name: str, parameters: dict[str, object]) -> None:
    """Keeps these parameters with the dataset and starts the job that computes with them."""
    kept = {key: value for key, value in parameters.items() if key != "key_id"}
    chosen = {**dataset.meta.get("parameters", {}), name: kept}
    changed = session.workspace().describe(dataset, parameters=chosen)
    if not changed.has(made := changed.signal(name)):
        jobs.compute(changed, made)
    st.rerun()


def names_or_offer(dataset: Dataset) -> bool:
    """Whether names were looked for; otherwise what it would cost, on all rows or on a sample, and the way to start."""
    made = dataset.signal("named_entities")
    if dataset.has(made):
        return True
    if computing.is_running(dataset, made) or st.session_state.get(f"job_{made.key}"):
        return jobs.require(dataset, "named_entities")
    st.text(
        "People, places, organisations and nationalities are found by a language pipeline. It reads every text, takes "
        "long, and is often wrong: use it where names matter, on a sample first."
    )
    whole = dataset.catalogue.signal("named_entities", {**made.parameters, "share": 1.0})
    seconds = computing.estimate(dataset, whole)
    if seconds is None:
        if st.button("Estimate how long it takes", key="estimate_names"):
            with st.spinner("Reading 500 rows …"):
                computing.try_out(dataset, whole)
            st.rerun()
        st.text("How long it takes here is not known before 500 rows are read.")
    share = st.select_slider(
        "How many rows",
        [0.01, 0.05, 0.1, 0.25, 0.5, 1.0],
        value=0.1 if dataset.height > 5_000 else 1.0,
        format_func=lambda s: "all rows" if s == 1 else f"{s:.0%} of the rows",
        key="names_share",
        width=420,
    )
    rows = count(round(dataset.height * share))
    cost = f", about {duration(seconds * share)}" if seconds is not None else ""
    if st.button(f"Look for names in {rows}{cost}", type="primary", key="go_names"):
        start(dataset, "named_entities", {**made.parameters, "share": share})
    return False


def offer_all_rows(dataset: Dataset) -> None:
    """The way from a sample to all rows."""
    made = dataset.signal("named_entities")
    share = float(str(made.parameters["share"]))
    if share < 1 and st.button("Look for names in all rows", key="names_all", icon=":material/all_inclusive:"):
        start(dataset, "named_entities", {**made.parameters, "share": 1.0})
