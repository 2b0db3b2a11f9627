"""What a request passes before Streamlit sees it: headers, callers, token."""

from __future__ import annotations

import sys

import streamlit as st
from starlette.middleware import Middleware

from analysis.errors import UsageError
from analysis.home import write_for_owner_alone
from ui.server.callers import OwnCallers
from ui.server.headers import SafetyHeaders
from ui.server.listening import is_for_others, refuse_incomplete_login, refuse_open_address
from ui.server.token import Token, say_address, token_wanted


def guards() -> list[Middleware]:
    """The guards, the outermost first; prints the address with the token if one is asked for.

    What the server writes is readable by its owner alone from then on.

    Ends the program, with the reason, where it must not listen on its address or `WINNOW_TOKEN` cannot be a token.
    """
    write_for_owner_alone()
    refuse_open_address()
    refuse_incomplete_login()
    try:
        token = token_wanted(is_for_others=is_for_others())
    except UsageError as error:
        sys.exit(str(error))
    always = [Middleware(SafetyHeaders), Middleware(OwnCallers)]
    if token is None:
        return always
    say_address(token)
    return [*always, Middleware(Token, token=token, port=st.get_option("server.port"))]
