"""How the loops of this room are compiled: on first use, kept on disk, and without holding up other threads."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeVar, cast

import numba

Loop = TypeVar("Loop", bound=Callable[..., Any])


def compiled(loop: Loop) -> Loop:
    """The loop, compiled. The cache belongs to its file, so a loop may call only loops of the same file."""
    return cast(Loop, numba.njit(cache=True, nogil=True)(loop))
