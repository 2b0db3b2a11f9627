"""Who is looking: a login where one is configured, otherwise a name that the person may change."""

from __future__ import annotations

import getpass

import streamlit as st

from ui.safety import has_login


def ask_to_log_in() -> None:
    """Stops the page with a button where a login is configured and nobody is logged in."""
    if not has_login() or st.user.is_logged_in:
        return
    st.title("Winnow")
    st.text("This server holds data that needs a login.")
    st.button("Log in", type="primary", on_click=st.login)
    st.stop()


def person() -> str:
    """The name under which tags and views are kept: the login's e-mail, the name given, or the system's user name."""
    if has_login() and st.user.is_logged_in:
        return str(st.user.get("email") or st.user.get("sub"))
    return str(st.session_state.get("person") or system_user())


def system_user() -> str:
    """The name of the system's user, or "someone" where the system knows none."""
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "someone"
