"""Who uses the app: the login if one is configured, otherwise a name that the person can change."""

from __future__ import annotations

import getpass

import streamlit as st

from ui.safety import has_login


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
    if has_login() and st.user.is_logged_in:
        return str(st.user.get("email") or st.user.get("sub"))
    return str(st.session_state.get("person") or system_user())


def system_user() -> str:
    """The user name of the system, or "someone" if there is none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "someone"
