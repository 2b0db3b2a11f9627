"""The installed package `winnow`, with the functions for notebooks.

    >>> import winnow
    >>> winnow.View.from_params(["score~ge~4"]).to_params()
    ['score~ge~4']

The names come from `analysis.notebook`, which is imported at their first use.
"""

import sys
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from analysis.notebook import *  # noqa: F403

_HERE = Path(__file__).resolve().parent
ROOT = _HERE / "program" if (_HERE / "program").is_dir() else _HERE.parent
"""The folder of app.py: `program/` in an installed wheel, the checkout otherwise."""

if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))


def __getattr__(name: str) -> object:
    """A name of `analysis.notebook`, such as `open` or `findings`; `__all__`, its names."""
    if name == "__all__" or not name.startswith("_"):
        from analysis import notebook

        if name in (*notebook.__all__, "__all__"):
            return getattr(notebook, name)
    raise AttributeError(f"module 'winnow' has no attribute {name!r}")


def __dir__() -> list[str]:
    from analysis import notebook

    return ["ROOT", *notebook.__all__]
