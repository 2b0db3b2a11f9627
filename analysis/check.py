"""What a signal can find: a name, how serious it is, its sentence, the rows that show it, and what to do about it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Literal

Characteristic = Literal["relevant", "aligned", "consistent", "formatted", "unique", "compliant"]
Severity = Literal["error", "warn", "info"]

CHARACTERISTICS: dict[Characteristic, str] = {
    "relevant": "The rows are like what the model will be asked.",
    "aligned": "The answers are what the model should learn to say.",
    "consistent": "The rows do not contradict each other.",
    "formatted": "The rows have the form that trainer and template expect.",
    "unique": "No row says what another row says already.",
    "compliant": "The rows hold nothing that they must not hold, such as personal data.",
}
"""What good data are, and what each word means."""
SEVERITIES: dict[Severity, str] = {
    "error": "Training on these rows does harm.",
    "warn": "These rows are probably not wanted.",
    "info": "It depends on your use: read some of them.",
}
"""How serious a finding is, the most serious first."""
SHORT_FORMS = {"ai": "AI", "html": "HTML", "bos": "BOS", "eos": "EOS"}


@dataclass(frozen=True)
class Check:
    """One thing to look for. It is declared by the signal that it reads (`finds` in the signal's header).

    `one` and `many` are its sentence about 1 row and {rows} rows. `where` are the filters, written as in a URL, that
    select the rows that show it. `to_do`: what to do with such rows, as a sentence.

    A row is looked at if the column `reads` has a value in it, of columns joined by | any of them; every row is, if
    `reads` is "". A name that begins with @ is that of a role: the column that plays it. `subject` is what such a row
    has. `needs`: the roles without which the check does not apply; of roles joined by | one is enough. `choice`: what
    must be chosen for a dataset before the check can be run, "template" or "serve"; or "".
    """

    name: str
    characteristic: Characteristic
    severity: Severity
    one: str
    many: str
    where: tuple[str, ...]
    to_do: str
    reads: str = ""
    subject: str = ""
    needs: tuple[str, ...] = ()
    choice: Literal["", "template", "serve"] = ""

    @property
    def title(self) -> str:
        """The name in words.

        >>> Check("empty_response", "formatted", "error", "", "", (), "").title
        'Empty response'
        """
        words = " ".join(SHORT_FORMS.get(word, word) for word in self.name.split("_"))
        return words[0].upper() + words[1:]

    def looked_at_by(self, roles: Mapping[str, str]) -> list[str]:
        """The columns of which a row that is looked at has one at least; none where every row is looked at.

        `roles`: role -> column, with each role that `reads` names.

        >>> Check("a", "unique", "info", "", "", (), "", reads="@label|score").looked_at_by({"label": "grade"})
        ['grade', 'score']
        """
        names = self.reads.split("|") if self.reads else []
        return [roles[name[1:]] if name.startswith("@") else name for name in names]

    def sentence(self, rows: int) -> str:
        return self.one if rows == 1 else self.many.format(rows=f"{rows:,}")
