"""The layouts of records that are not read column by column, a file for each kind."""

from __future__ import annotations

from analysis.formats.layouts.alpaca_history import ALPACA_HISTORY, ALPACA_HISTORY_KTO
from analysis.formats.layouts.alpaca_ranking import ALPACA_PREFERENCE, ALPACA_RANKING
from analysis.formats.layouts.api_batches import (
    ANTHROPIC_BATCH_INPUT,
    ANTHROPIC_BATCH_OUTPUT,
    OPENAI_BATCH_INPUT,
    OPENAI_BATCH_OUTPUT,
)
from analysis.formats.layouts.arena import ARENA
from analysis.formats.layouts.argilla import ARGILLA, ARGILLA_COLUMNS, ARGILLA_FLAT, ARGILLA_OLD
from analysis.formats.layouts.call_logs import CALL_LOGS
from analysis.formats.layouts.cohere_chat import COHERE_CHAT
from analysis.formats.layouts.doccano import DOCCANO
from analysis.formats.layouts.gemini_preference import GEMINI_PREFERENCE
from analysis.formats.layouts.glaive import GLAIVE_ONE, GLAIVE_TWO
from analysis.formats.layouts.label_studio import LABEL_STUDIO, LABEL_STUDIO_MIN
from analysis.formats.layouts.layout import Layout, Record, Row
from analysis.formats.layouts.mt_bench import BENCH_ANSWERS, BENCH_QUESTIONS
from analysis.formats.layouts.openai_preference import OPENAI_PREFERENCE
from analysis.formats.layouts.openinference import OPENINFERENCE
from analysis.formats.layouts.prodigy import PRODIGY
from analysis.formats.layouts.rated_answers import RATED_ANSWERS
from analysis.formats.layouts.segments import SEGMENTS
from analysis.formats.layouts.sessions import SESSIONS
from analysis.formats.layouts.swift_preference import SWIFT_PREFERENCE
from analysis.formats.layouts.traces import LANGFUSE, LANGSMITH
from analysis.formats.layouts.trajectories import TRAJECTORIES
from analysis.formats.layouts.trees import TREE_ROWS, TREES
from analysis.formats.layouts.two_answers import TWO_ANSWERS
from analysis.formats.layouts.verl import VERL
from analysis.formats.layouts.vertex_chat import VERTEX_CHAT
from analysis.formats.layouts.winnow_tables import EXPORTED_CHATS, EXPORTED_PAIRS, EXPORTED_TEXT_PAIRS, EXPORTED_TEXTS
from analysis.formats.layouts.xlam import XLAM

LAYOUTS: tuple[Layout, ...] = (
    EXPORTED_CHATS,
    EXPORTED_PAIRS,
    EXPORTED_TEXT_PAIRS,
    EXPORTED_TEXTS,
    OPENAI_PREFERENCE,
    OPENAI_BATCH_INPUT,
    OPENAI_BATCH_OUTPUT,
    ANTHROPIC_BATCH_INPUT,
    ANTHROPIC_BATCH_OUTPUT,
    GEMINI_PREFERENCE,
    VERTEX_CHAT,
    CALL_LOGS,
    COHERE_CHAT,
    SWIFT_PREFERENCE,
    ALPACA_HISTORY_KTO,
    ALPACA_HISTORY,
    ALPACA_PREFERENCE,
    ALPACA_RANKING,
    XLAM,
    GLAIVE_TWO,
    GLAIVE_ONE,
    SEGMENTS,
    VERL,
    *ARENA,
    *TWO_ANSWERS,
    *RATED_ANSWERS,
    TREES,
    TREE_ROWS,
    SESSIONS,
    TRAJECTORIES,
    LABEL_STUDIO,
    LABEL_STUDIO_MIN,
    ARGILLA,
    ARGILLA_FLAT,
    ARGILLA_COLUMNS,
    ARGILLA_OLD,
    PRODIGY,
    DOCCANO,
    OPENINFERENCE,
    LANGSMITH,
    LANGFUSE,
    BENCH_QUESTIONS,
    BENCH_ANSWERS,
)
"""Every layout; a record is read by the first that fits it."""

BY_NAME = {layout.name: layout for layout in LAYOUTS}

__all__ = ["BY_NAME", "LAYOUTS", "Layout", "Record", "Row"]
