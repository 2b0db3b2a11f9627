"""Which folder holds everything that Winnow keeps?"""

from __future__ import annotations

import os
from pathlib import Path


def home_folder() -> Path:
    """`WINNOW_HOME`, or `~/.winnow`."""
    return Path(os.environ.get("WINNOW_HOME") or Path.home() / ".winnow").expanduser()
