"""What is scanned for: the noisy types, the countries of phone numbers, and the names that a pipeline finds."""

from __future__ import annotations

import streamlit as st

from analysis.computing import computing
from analysis.dataset import Dataset
from analysis.personal_data.named_entities_signal import NamedEntities
from analysis.personal_data.types import DEFAULT_COUNTRIES, NOISY, described, names
from analysis.signal import REST_FIELDS
from ui.session import jobs, session
from ui.session.text import count, duration


def choose(dataset: Dataset) -> None:
    """Sets the noisy types and the countries; a job then scans the rows again."""
    with st.popover("Settings", key="looked_for", icon=":material/tune:", on_change="rerun") as popover:
        if not popover.open:
            return
        now = dataset.signal("personal_data").parameters
        st.text("Always: e-mail, phone, cards, IBAN, IP and hardware addresses, US numbers, wallets, keys and secrets.")
        is_noisy = st.toggle(
            "Also noisy types",
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
        if st.button("Scan again", type="primary", key="look_again", disabled=wanted == now):
            start(dataset, "personal_data", wanted)


@st.cache_data(show_spinner=False)
def _regions() -> list[str]:
    import phonenumbers

    return sorted(phonenumbers.SUPPORTED_REGIONS)


def start(dataset: Dataset, name: str, parameters: dict[str, object]) -> None:
    """Keeps these parameters with the dataset and starts the job that computes with them."""
    kept = {key: value for key, value in parameters.items() if key not in ("key_id", *REST_FIELDS)}
    changed = session.keep_parameters(dataset, {name: kept})
    if not changed.has(signal := changed.signal(name)):
        jobs.compute(changed, signal)
    st.rerun()


def names_or_offer(dataset: Dataset) -> bool:
    """Whether names were scanned for; if not, shows the time for all rows or a sample, and a button to start."""
    signal = dataset.signal("named_entities")
    if dataset.has(signal):
        return True
    if computing.is_running(dataset, signal) or st.session_state.get(f"job_{signal.key}"):
        return jobs.require(dataset, "named_entities")
    assert isinstance(signal, NamedEntities)
    kinds = ", ".join(described(type_).title.lower() for type_ in signal.types) or "nothing"
    st.text(
        f"A language pipeline ({signal.pipeline}) looks for these names: {kinds}. It reads every text, is slow, and is "
        "often wrong: use it where names matter, on a sample first."
    )
    whole = dataset.catalogue.signal("named_entities", {**signal.parameters, "share": 1.0})
    seconds = computing.estimate(dataset, whole)
    if seconds is None:
        if st.button("Estimate how long it takes", key="estimate_names"):
            with st.spinner("Reading 500 rows …"):
                computing.try_out(dataset, whole)
            st.rerun()
        st.text("Winnow must read 500 rows to estimate the time.")
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
        start(dataset, "named_entities", {**signal.parameters, "share": share})
    return False


def offer_all_rows(dataset: Dataset) -> None:
    """Offers to scan all rows after a sample."""
    signal = dataset.signal("named_entities")
    share = float(str(signal.parameters["share"]))
    if share < 1 and st.button("Look for names in all rows", key="names_all", icon=":material/all_inclusive:"):
        start(dataset, "named_entities", {**signal.parameters, "share": 1.0})
