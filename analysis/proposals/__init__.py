"""Texts that people propose in the place of the source's: which a row may have, and the row with them."""

from analysis.formats.named_texts import texts_of
from analysis.proposals.given_texts import GivenTexts, given_texts
from analysis.proposals.proposed_rows import ProposedRows
from analysis.proposals.proposing import Proposed, propose_texts
from analysis.proposals.rewriting import Rewritten, rewritten_row

__all__ = [
    "GivenTexts",
    "Proposed",
    "ProposedRows",
    "Rewritten",
    "given_texts",
    "propose_texts",
    "proposed_rows",
    "proposing",
    "rewriting",
    "rewritten_row",
    "texts_of",
]
