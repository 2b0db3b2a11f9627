"""Buttons whose act takes what is chosen beside them, as it is when they are clicked."""

from __future__ import annotations

from typing import Any

import streamlit as st

__all__ = ["clicked"]


def clicked(label: str, key: str, **options: Any) -> bool:
    """Draws a button; true once after each click, in a run that has read all choices up to the click.

    The arguments of a callback are those of the page as last drawn: a choice made right before the click is not in
    them. `st.button` alone loses the click if another choice interrupts the run. `options` are those of `st.button`;
    a click on a button that the choices have disabled by then is dropped.
    """
    name = f"clicked_{key}"
    st.button(label, key=key, on_click=_note, args=(name,), **options)
    was_clicked = bool(st.session_state.pop(name, False))
    return was_clicked and not options.get("disabled", False)


def _note(name: str) -> None:
    st.session_state[name] = True
