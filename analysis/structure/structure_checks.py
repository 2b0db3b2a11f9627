"""What is found in the structure of rows: no answer, no prompt, and each fault that no other check names."""

from __future__ import annotations

from analysis.check import Check
from analysis.joined_values import join_values
from analysis.structure.answers import ANSWERS
from analysis.structure.content_parts import MEDIA
from analysis.structure.faults import FAULTS, Fault
from analysis.structure.stand_ins import STAND_INS

ANSWER_CHECKS = (
    Check(
        "empty_response",
        "formatted",
        "error",
        "1 row has no response, or a blank one.",
        "{rows} rows have no response, or a blank one.",
        (f"answer_kind~notin~{join_values([*ANSWERS, 'unanswered', 'raw_text'])}",),
        "Add the answers or leave these rows out: the model would learn to say nothing.",
        needs=("response|messages",),
    ),
    Check(
        "empty_prompt",
        "formatted",
        "error",
        "1 row has no prompt, or a blank one.",
        "{rows} rows have no prompt, or a blank one.",
        ("prompt~blank",),
        "Add the prompts or leave these rows out: an answer without a question teaches nothing.",
        needs=("prompt",),
    ),
    Check(
        "empty_rejected",
        "formatted",
        "error",
        "1 pair has no rejected answer, or a blank one.",
        "{rows} pairs have no rejected answer, or a blank one.",
        (f"rejected_kind~notin~{join_values(ANSWERS)}",),
        "Add the rejected answers or leave these pairs out: there is nothing to compare.",
        needs=("rejected",),
    ),
    Check(
        "empty_text",
        "formatted",
        "error",
        "1 row has no text, or a blank one.",
        "{rows} rows have no text, or a blank one.",
        ("text~blank",),
        "Leave these rows out: there is nothing to train on.",
        needs=("text",),
    ),
    Check(
        "stand_in_response",
        "formatted",
        "error",
        "1 response is a stand-in such as “N/A” or “NULL”.",
        "{rows} responses are a stand-in such as “N/A” or “NULL”.",
        (f"response~in~{join_values(STAND_INS)}",),
        "Write the answers or leave these rows out: the model would learn to answer “N/A”.",
        reads="response",
        subject="a response",
        needs=("response",),
    ),
)


OF_TOOLS = ("tool_not_declared", "arguments_not_in_schema")


def _check(fault: Fault) -> Check:
    reads, subject = ("messages", "a chat") if not fault.is_of_answer else ("structure_faults", "an answer")
    if fault.name in OF_TOOLS:
        reads, subject = "n_tools", "tools that it declares and that can be read"
    return Check(
        fault.name,
        "formatted",
        fault.severity,
        fault.one,
        fault.many,
        (f"structure_faults~has~{fault.name}",),
        fault.to_do,
        reads=reads,
        subject=subject,
        needs=("response|messages",) if fault.is_of_answer else ("messages",),
    )


PART_CHECKS = (
    Check(
        "media",
        "formatted",
        "info",
        "1 chat holds images, sound or other files.",
        "{rows} chats hold images, sound or other files.",
        (f"part_kinds~in~{join_values(MEDIA)}",),
        "Check that your trainer reads them: a trainer for texts leaves them out without a word.",
        reads="part_kinds",
        subject="messages",
        needs=("messages",),
    ),
)
STRUCTURE_CHECKS = (*ANSWER_CHECKS, *(_check(fault) for fault in FAULTS if not fault.said_by), *PART_CHECKS)
