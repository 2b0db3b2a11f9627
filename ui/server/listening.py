"""Where the server listens: for this machine alone, or for a network if there is a login."""

from __future__ import annotations

import os
import re
import sys
from collections.abc import Mapping

import streamlit as st
from streamlit.errors import StreamlitSecretNotFoundError

OF_LOGIN = ("redirect_uri", "cookie_secret")
OF_PROVIDER = (
    "client_id",
    "client_secret",
    "server_metadata_url",
)  # in [auth], or in a section of it for each provider


def is_loopback(address: str) -> bool:
    """Whether only this machine can reach a server on this address; an empty address means all addresses."""
    return address in ("localhost", "::1") or bool(re.fullmatch(r"127(\.[0-9]{1,3}){3}", address))


def is_for_others() -> bool:
    """Whether the server listens for other machines, without a login."""
    return not is_loopback(st.get_option("server.address") or "") and not has_login()


def has_login() -> bool:
    """Whether `[auth]` is configured in .streamlit/secrets.toml."""
    try:
        return "auth" in st.secrets
    except StreamlitSecretNotFoundError:
        return False


def refuse_incomplete_login() -> None:
    """Ends the program if `[auth]` lacks what a login needs; every page would only fail otherwise."""
    if not has_login():
        return
    auth = st.secrets["auth"]
    providers = {name: given for name, given in auth.items() if isinstance(given, Mapping)} or {"": auth}
    missing = [f"auth.{key}" for key in OF_LOGIN if not auth.get(key)]
    for name, given in providers.items():
        missing += [".".join(filter(None, ("auth", name, key))) for key in OF_PROVIDER if not given.get(key)]
    if missing:
        sys.exit(f"The login is not complete: .streamlit/secrets.toml has no {', '.join(missing)}.")


def refuse_open_address() -> None:
    """Ends the program if people on the network could read the data, unless `WINNOW_OPEN_TO_NETWORK=yes` is set."""
    if not is_for_others() or os.environ.get("WINNOW_OPEN_TO_NETWORK") == "yes":
        return
    address = st.get_option("server.address") or ""
    sys.exit(
        f"Winnow does not listen on {address or 'every address'} without a login: anyone who connects could read the "
        "data.\nEither leave out --server.address (it then listens on 127.0.0.1),\n"
        "or configure OpenID Connect under [auth] in .streamlit/secrets.toml (redirect_uri, cookie_secret, client_id, "
        "client_secret, server_metadata_url),\nor, if the network admits only trusted people, set "
        "WINNOW_OPEN_TO_NETWORK=yes and add the host's name to server.allowedHosts."
    )
