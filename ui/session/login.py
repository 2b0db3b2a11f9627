"""Who uses the app: the login if one is configured, otherwise a name that the person can give."""

from __future__ import annotations

import getpass
from collections.abc import Collection
from urllib.parse import unquote

import streamlit as st

from analysis.annotations.batches import Batch
from ui.server.listening import has_login

COOKIE = "winnow_name"
LONGEST_NAME = 60  # characters
_GIVEN, _ASK, _BATCHES = "person_given", "ask_name", "nameless_batches"


def ask_to_log_in() -> None:
    """Ends the page with a login button if a login is configured and the person is not logged in."""
    if not has_login() or st.user.is_logged_in:
        return
    st.title("Winnow")
    st.text("Log in to see the data on this server.")
    st.button("Log in", type="primary", on_click=st.login)
    st.stop()


def person() -> str:
    """The name stored with tags and views: the login's e-mail, the name given, or the system's user name."""
    if is_logged_in():
        return str(st.user.get("email") or st.user.get("sub"))
    return name_given() or system_user()


def is_logged_in() -> bool:
    return has_login() and bool(st.user.is_logged_in)


def name_given() -> str:
    """The name that the person gave in this session, else in an earlier one of this browser; "" if they gave none."""
    given = st.session_state.get(_GIVEN)
    if given is None:
        kept = st.context.cookies.get(COOKIE)
        given = unquote(kept) if isinstance(kept, str) else ""
    return str(given)[:LONGEST_NAME].strip()


def name_to_keep() -> str | None:
    """The name that the browser must keep, since it was given in this session; None if none was."""
    return None if st.session_state.get(_GIVEN) is None else name_given()


def give_name(name: str) -> None:
    st.session_state[_GIVEN] = name.strip()
    st.session_state[_ASK] = False


def note_change() -> bool:
    """For what stores a tag: whether the person is to be asked for a name now, since this is their first change."""
    if is_logged_in() or name_given() or _ASK in st.session_state:
        return False
    st.session_state[_ASK] = True
    return True


def is_to_ask() -> bool:
    """Whether the page asks for the person's name: from their first change on, until they answer."""
    return bool(st.session_state.get(_ASK))


def note_batch(batch: Batch | None) -> None:
    """For what stores a change while the person has no name of their own: it stays theirs once they give one."""
    if batch is not None and batch.id is not None and not is_logged_in() and not name_given():
        st.session_state[_BATCHES] = [*st.session_state.get(_BATCHES, ()), batch.id]


def nameless_batches() -> Collection[int]:
    """What this session stored before the person gave a name, under that of the system: they can undo it."""
    return tuple(st.session_state.get(_BATCHES, ()))


def system_user() -> str:
    """The user name of the system, or "someone" if there is none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "someone"
