"""How loops are compiled, and how they run on all cores."""

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
F64: TypeAlias = NDArray[np.float64]
Flags: TypeAlias = NDArray[np.bool_]
Loop = TypeVar("Loop", bound=Callable[..., Any])
SETTINGS: Any = numba.config
PIECES_PER_CORE = 8  # so that one core does not wait while the other works on a long text


def _cache_folder() -> str:
    """A folder per state of all loops: the compiler alone does not see that a loop calls another that has changed."""
    here = Path(__file__).parent
    state = hashlib.sha256(b"".join(file.read_bytes() for file in sorted(here.glob("*.py")))).hexdigest()[:12]
    return str((Path(SETTINGS.CACHE_DIR) if SETTINGS.CACHE_DIR else here / "__pycache__") / f"loops-{state}")


CACHE = _cache_folder()


def compiled(loop: Loop) -> Loop:
    """Compiles a loop on first use and caches it on disk; it releases the GIL, so that threads run in parallel."""
    before = SETTINGS.CACHE_DIR
    SETTINGS.CACHE_DIR = CACHE
    try:
        compiled_loop: Any = numba.njit(cache=True, nogil=True)(loop)
    finally:
        SETTINGS.CACHE_DIR = before
    return cast(Loop, compiled_loop)


def in_threads(count: int, work: Callable[[int, int], None]) -> None:
    """Calls `work(first, end)` for ranges that cover 0 to `count`, on all cores; errors in threads are raised here."""
    cores = os.cpu_count() or 1
    step = max(1, -(-count // (cores * PIECES_PER_CORE)))
    if count <= 2_000:
        work(0, count)
        return
    with ThreadPoolExecutor(cores) as pool:
        list(pool.map(lambda first: work(first, min(first + step, count)), range(0, count, step)))
