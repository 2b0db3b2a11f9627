"""Winnow as an installed package: where its files lie. Importing it makes `analysis` and `ui` importable."""

import sys
from pathlib import Path

_HERE = Path(__file__).resolve().parent
ROOT = _HERE / "program" if (_HERE / "program").is_dir() else _HERE.parent
"""The folder of app.py: `program/` in an installed wheel, the checkout otherwise."""

if str(ROOT) not in sys.path:
    sys.path.insert(0, str(ROOT))
