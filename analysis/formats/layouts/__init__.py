"""The layouts of records that are not read column by column, one file each."""

from __future__ import annotations

from analysis.formats.layouts.arena import ARENA
from analysis.formats.layouts.layout import Layout, Record, Row, first_layout
from analysis.formats.layouts.openai_preference import OPENAI_PREFERENCE
from analysis.formats.layouts.rated_answers import RATED_ANSWERS
from analysis.formats.layouts.sessions import SESSIONS
from analysis.formats.layouts.trees import TREE_ROWS, TREES
from analysis.formats.layouts.two_answers import TWO_ANSWERS

LAYOUTS: tuple[Layout, ...] = (
    OPENAI_PREFERENCE,
    *ARENA,
    *TWO_ANSWERS,
    *RATED_ANSWERS,
    TREES,
    TREE_ROWS,
    SESSIONS,
)
"""Every layout; a record is read by the first that fits it."""

BY_NAME = {layout.name: layout for layout in LAYOUTS}

__all__ = ["BY_NAME", "LAYOUTS", "Layout", "Record", "Row", "first_layout"]
