"""How loops are compiled and spread over the cores."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any, TypeAlias, TypeVar, cast

import numba
import numpy as np
from numpy.typing import NDArray

U8: TypeAlias = NDArray[np.uint8]
U32: TypeAlias = NDArray[np.uint32]
U64: TypeAlias = NDArray[np.uint64]
I32: TypeAlias = NDArray[np.int32]
I64: TypeAlias = NDArray[np.int64]
F32: TypeAlias = NDArray[np.float32]
Flags: TypeAlias = NDArray[np.bool_]
Loop = TypeVar("Loop", bound=Callable[..., Any])
SETTINGS: Any = numba.config
PIECES_PER_CORE = 8  # so that one long text does not keep a core waiting for the other


def _cache_folder() -> str:
    """A folder per state of all loops: by itself the compiler would not see that a loop calls one that has changed."""
    here = Path(__file__).parent
    state = hashlib.sha256(b"".join(file.read_bytes() for file in sorted(here.glob("*.py")))).hexdigest()[:12]
    return str((Path(SETTINGS.CACHE_DIR) if SETTINGS.CACHE_DIR else here / "__pycache__") / f"loops-{state}")


CACHE = _cache_folder()


def compiled(loop: Loop) -> Loop:
    """Compiled on first use and kept on disk; runs without the lock of the interpreter, so threads share the work."""
    before = SETTINGS.CACHE_DIR
    SETTINGS.CACHE_DIR = CACHE
    try:
        made: Any = numba.njit(cache=True, nogil=True)(loop)
    finally:
        SETTINGS.CACHE_DIR = before
    return cast(Loop, made)


def in_threads(count: int, work: Callable[[int, int], None]) -> None:
    """`work(first, end)` for ranges that cover 0 to `count`, on all cores; a failure in one is raised here."""
    cores = os.cpu_count() or 1
    step = max(1, -(-count // (cores * PIECES_PER_CORE)))
    if count <= 2_000:
        work(0, count)
        return
    with ThreadPoolExecutor(cores) as pool:
        list(pool.map(lambda first: work(first, min(first + step, count)), range(0, count, step)))
