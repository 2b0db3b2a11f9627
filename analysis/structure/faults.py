"""Every fault of the structure of a row: its name, its sentence, what to do about it."""

from __future__ import annotations

from typing import Any, NamedTuple

from analysis.check import Severity


class Fault(NamedTuple):
    """`one` and `many`: the sentence about 1 row and {rows} rows; `to_do`: what a person can do.

    `said_by`: the check for findings that says the same of more rows; "" where the fault has a check of its own.
    `is_of_answer`: whether rows without messages can have it too. `severity`: how serious it is.
    """

    name: str
    one: str
    many: str
    to_do: str
    is_of_answer: bool = False
    said_by: str = ""
    severity: Severity = "error"

    @property
    def words(self) -> str:
        """The name in words.

        >>> fault_named("no_user").words
        'no user'
        """
        return self.name.replace("_", " ")


def _of_chats(name: str, what: str, plural: str, to_do: str, **more: Any) -> Fault:
    """`what` follows "1 chat", `plural` follows "12 chats"."""
    return Fault(name, f"1 chat {what}.", f"{{rows}} chats {plural}.", to_do, **more)


def _in_chats(name: str, what: str, to_do: str, **more: Any) -> Fault:
    """`what` follows "In 1 chat" and "In 12 chats"."""
    return Fault(name, f"In 1 chat {what}.", f"In {{rows}} chats {what}.", to_do, **more)


def _of_rows(name: str, what: str, to_do: str, **more: Any) -> Fault:
    """`what` follows "1 row has" and "12 rows have"."""
    return Fault(name, f"1 row has {what}.", f"{{rows}} rows have {what}.", to_do, is_of_answer=True, **more)


FAULTS: tuple[Fault, ...] = (
    _of_chats(
        "no_user",
        "has no turn of the user",
        "have no turn of the user",
        "Add the question, or train on them as raw text: many templates refuse such a chat.",
    ),
    _of_chats(
        "no_assistant",
        "has no turn of the assistant",
        "have no turn of the assistant",
        "Add an answer or leave them out: there is nothing to train on.",
        said_by="empty_response",
    ),
    _of_chats(
        "first_not_user",
        "begins with another turn than the user's",
        "begin with another turn than the user's",
        "Remove the first turn or add the question: some templates refuse such a chat.",
        severity="warn",
    ),
    _of_chats(
        "last_not_assistant",
        "ends with another turn than the assistant's",
        "end with another turn than the assistant's",
        "Add an answer or cut the last turns off: nothing is trained after the last answer.",
    ),
    _in_chats(
        "same_role_twice",
        "two turns of the user, or of the assistant, follow each other",
        "Join the two turns: some templates ask for roles that alternate.",
    ),
    _of_chats(
        "system_late",
        "has instructions of the system after its first turn",
        "have instructions of the system after their first turns",
        "Move them to the beginning: some templates refuse them later, others drop them.",
    ),
    _of_chats(
        "several_systems",
        "has more than one message of the system",
        "have more than one message of the system",
        "Join them to one: some templates read only the first.",
        severity="warn",
    ),
    _of_chats(
        "empty_turn",
        "has a turn without anything in it",
        "have a turn without anything in it",
        "Fill or remove the turn: a model that is trained on it learns to say nothing.",
    ),
    _of_rows(
        "empty_last_answer",
        "a last answer without anything in it",
        "Add the answer or leave them out: the model would learn to say nothing.",
        said_by="empty_response",
    ),
    _of_chats(
        "unknown_role",
        "has a role that chat templates do not know",
        "have roles that chat templates do not know",
        "Rename the role to system, user, assistant or tool; an export as messages does so for human and gpt.",
        severity="warn",
    ),
    _in_chats(
        "call_without_result",
        "a tool call has no result, and the chat goes on",
        "Add the result of the tool, or end the chat with the call.",
    ),
    _in_chats(
        "result_without_call",
        "a tool gives a result that nothing called for",
        "Add the call before it, or remove the result.",
    ),
    _in_chats(
        "call_id_unknown",
        "a tool's result names a call that is not there",
        "Give the result the id of its call: trainers and APIs join them by it.",
    ),
    _in_chats(
        "tool_not_declared",
        "a tool is called that the row does not declare",
        "Add the tool to the row's tools: the model would learn to invent tools.",
    ),
    _in_chats(
        "arguments_not_json",
        "the arguments of a tool call are not a JSON object",
        "Repair the JSON: many templates fail on it, and the model would learn it.",
    ),
    _in_chats(
        "arguments_not_in_schema",
        "the arguments of a tool call do not fit what the tool declares",
        "Compare names, types and required arguments with the schema of the tool.",
    ),
    _in_chats(
        "null_argument",
        "a tool call has an argument that is null",
        "Remove it where it stands for nothing: loading JSON as a table adds such arguments.",
        severity="warn",
    ),
    _in_chats(
        "call_by_user",
        "another role than the assistant calls a tool",
        "Give the call to the assistant: templates drop it elsewhere.",
    ),
    _of_rows(
        "thought_not_opened",
        "a thought whose end is marked, such as by </think>, and not its beginning",
        "Add the mark that begins the thought, unless your template writes it.",
    ),
    _of_rows(
        "thought_not_closed",
        "a thought that never ends: its beginning is marked, such as by <think>, and not its end",
        "Complete the answer or leave them out: it was probably cut off.",
    ),
    _of_rows(
        "thought_empty",
        "the marks of a thought and nothing between them",
        "Keep them only where the model should learn not to think.",
        severity="info",
    ),
    _of_rows(
        "several_thoughts", "several thoughts in one answer", "Join them: templates look for one.", severity="warn"
    ),
    _of_rows(
        "thought_in_prompt",
        "a thought in a turn that is not the assistant's",
        "Move it to the answer, or remove the mark that the template writes itself.",
    ),
    _of_rows(
        "answer_missing_after_thought",
        "a thought without an answer after it",
        "Add the answer or leave them out: the model would learn to stop after its thought.",
    ),
    _in_chats(
        "repeated_turn",
        "the user, or the assistant, says the same text again",
        "Read them: it may be an error of copying, or one right answer to two questions.",
        severity="info",
    ),
    _of_rows(
        "edge_white_space",
        "a text that begins or ends with white space",
        "Strip the texts: a space at the edge changes the tokens, and serving may not send it.",
        severity="info",
    ),
)


def fault_named(name: str) -> Fault:
    """The fault of that name. Raises KeyError where there is none."""
    return _BY_NAME[name]


_BY_NAME = {fault.name: fault for fault in FAULTS}
