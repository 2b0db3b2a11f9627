"""Who stores tags and views from this browser: their name in the header, asked for at their first change."""

from __future__ import annotations

import streamlit as st

from ui.frame import cookie
from ui.session import login
from ui.session.text import md


def menu() -> None:
    """The name in the header; a click changes it."""
    if login.is_logged_in():
        st.text(login.person(), width="content")
        return
    with st.popover(
        md(login.person(), 24), type="tertiary", icon=":material/person:", key="who", on_change="rerun"
    ) as who:
        if who.open:
            _field("person")
            st.text("Others on this server see it. It is no login: anyone can give any name.")


def ask() -> None:
    """Asks for the name after the first change; an answer, or closing it, ends the asking."""
    if (name := login.name_to_keep()) is not None:
        cookie.keep(login.COOKIE, name)
    if not login.is_to_ask():
        return
    with st.container(border=True, horizontal=True, vertical_alignment="bottom", key="ask_name"):
        _field("first_name")
        st.button(
            f"Keep {md(login.system_user(), 24)}",
            key="keep_name",
            on_click=login.give_name,
            args=(login.system_user(),),
        )


def _field(key: str) -> None:
    if key not in st.session_state:
        st.session_state[key] = login.name_given()
    st.text_input(
        "Your name, stored with tags and views",
        key=key,
        placeholder=login.system_user(),
        max_chars=login.LONGEST_NAME,
        on_change=_rename,
        args=(key,),
        width=300,
    )


def _rename(key: str) -> None:
    login.give_name(str(st.session_state[key] or ""))
