"""The layouts of records that are not read column by column, one file each."""

from __future__ import annotations

from analysis.formats.layouts.alpaca_history import ALPACA_HISTORY
from analysis.formats.layouts.layout import Layout, Record, Row, first_layout
from analysis.formats.layouts.openai_preference import OPENAI_PREFERENCE
from analysis.formats.layouts.winnow_tables import EXPORTED_CHATS, EXPORTED_PAIRS

LAYOUTS: tuple[Layout, ...] = (
    EXPORTED_CHATS,
    EXPORTED_PAIRS,
    ALPACA_HISTORY,
    OPENAI_PREFERENCE,
)
"""Every layout; a record is read by the first that fits it."""

BY_NAME = {layout.name: layout for layout in LAYOUTS}

__all__ = ["BY_NAME", "LAYOUTS", "Layout", "Record", "Row", "first_layout"]
