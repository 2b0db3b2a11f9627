"""The secret key of the workspace: made on first use, never shown, identified by a digest."""

from __future__ import annotations

import hashlib
import hmac
import os
import secrets
from pathlib import Path

from filelock import FileLock

from analysis.errors import KeyFileError
from analysis.home import home_folder, make_home
from analysis.whole_files import whole_file

KEY_BYTES = 32
HASH_DIGITS = 16


def key_path() -> Path:
    """The path of the key file; only its owner may read it."""
    return home_folder() / "personal_data.key"


def workspace_key() -> bytes:
    """The 32 random bytes of this workspace, made if there are none. Raises KeyFileError where they are damaged."""
    path = key_path()
    make_home(path.parent)
    if not path.exists():
        with FileLock(f"{path}.lock"):
            if not path.exists():
                with (
                    whole_file(path, is_private=True) as temporary,
                    os.fdopen(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file,
                ):
                    file.write(secrets.token_bytes(KEY_BYTES))
    key = path.read_bytes()
    if len(key) != KEY_BYTES:
        raise KeyFileError(
            f"{path} holds {len(key)} bytes, not {KEY_BYTES}: it is damaged. Restore it, or delete it for a new one; "
            "spans found under the old one are then found again."
        )
    return key


def key_id() -> str:
    """16 hex digits that identify this workspace's key and reveal nothing of it."""
    return hmac.digest(workspace_key(), b"identity", "sha256").hex()[:HASH_DIGITS]


def key_of(id: str) -> bytes:
    """The workspace's key, which must be the one of that id if one is given."""
    key = workspace_key()
    if id and id != (here := key_id()):
        raise KeyFileError(f"This workspace's secret is {here}, not {id}; use the WINNOW_HOME of the dataset.")
    return key


def value_hash(key: bytes, type_: str, canonical: str) -> str:
    """16 hex digits, equal for equal values of a type; without the key they reveal nothing."""
    text = f"{type_}\0{canonical}".encode("utf-8", "surrogatepass")
    return hmac.digest(key, text, hashlib.sha256).hex()[:HASH_DIGITS]
