"""What a person chooses once for a dataset: template, tokenizer, mask rule, maximum length and the like."""

from __future__ import annotations

import functools
import json
import os
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import asdict, dataclass, replace
from datetime import date as date_
from datetime import datetime
from pathlib import Path

import analysis.templates
from analysis.errors import RefusedError, TrainingError
from analysis.loaders.tokenizers import DEFAULT_TOKENIZER, Tokenizer, tokenizer, tokenizer_digest
from analysis.templates import DATE, Renderer, Template, find_template, known_by, training_twin
from analysis.training.rules import DEFAULT_RULE, known_rule
from analysis.training.truncation import known_way

CHATML = find_template(str(Path(analysis.templates.__file__).parent / "own" / "chatml.jinja")).text
CHATML_SPECIALS = '{"bos_token": "", "eos_token": "<|im_end|>"}'
DEFAULT_MAX_LENGTH = 4096
OF_THE_ROW = frozenset(("messages", "tools", "documents", "add_generation_prompt"))
SHORT_CHAT = [{"role": "user", "content": "Hi"}, {"role": "assistant", "content": "Hello."}]


@dataclass(frozen=True)
class Parameters:
    """What is trained, and how: the parameters of the signal `trainer`.

    `template`: the text of the chat template, so that the same columns are made on any machine; `specials`: its special
    tokens, as JSON. `tokenizer` and `digest`: as for the signal `tokens`. `rule`: a name of `rules.RULES`.
    `max_length`: tokens that a row may have, 0 for no maximum; `truncation`: what happens to longer rows. `variables`:
    more variables for the template, as JSON. `date`: the day on which the template renders, as 2025-01-31.
    `adds_begin`: whether the trainer lets the tokenizer add a beginning token of its own. `serve`, `serve_specials`:
    the template that the trained model is served with; "" where it is not compared.
    """

    template: str = CHATML
    specials: str = CHATML_SPECIALS
    tokenizer: str = DEFAULT_TOKENIZER
    digest: str = ""
    rule: str = DEFAULT_RULE
    max_length: int = DEFAULT_MAX_LENGTH
    truncation: str = "keep_start"
    variables: str = "{}"
    date: str = DATE.isoformat()
    adds_begin: bool = False
    serve: str = ""
    serve_specials: str = "{}"


@dataclass(frozen=True)
class Choice(Parameters):
    """These parameters, and what they mean: a renderer, a tokenizer, a rule."""

    def renderer(self) -> Renderer:
        """The renderer of the template. Raises TemplateError where the template cannot be compiled."""
        return self._renderer(self.template, self.specials)

    def serving(self) -> Renderer | None:
        """The renderer of the template that the model is served with; null where none is chosen."""
        return self._renderer(self.serve, self.serve_specials) if self.serve else None

    def reader(self) -> Tokenizer:
        """The tokenizer. Raises ModelError where it is not there, or no longer the same."""
        return tokenizer(self.tokenizer, self.digest)

    def checked(self) -> Choice:
        """The choice itself.

        Raises TrainingError where a rule, a truncation, a date or a JSON text is none, or where a variable has the name
        of what each row gives.
        """
        known_rule(self.rule)
        known_way(self.truncation)
        if self.max_length < 0:
            raise TrainingError(
                f"A maximum length of {self.max_length} is not possible; give 1 or more, or 0 for none."
            )
        for text in (self.specials, self.serve_specials, self.variables):
            _object(text)
        if taken := sorted(OF_THE_ROW & _object(self.variables).keys()):
            raise TrainingError(f"The template gets {', '.join(taken)} from each row; give the variable another name.")
        self._date()
        return self

    def tried(self) -> Choice:
        """The choice itself, after its templates rendered one short chat: a template that loops without end is found
        here, and not row by row. A chat that a template refuses is no fault of the choice.

        Raises TemplateError where a template cannot be compiled, takes too long or writes too much.
        """
        for renderer in filter(None, (self.renderer(), self.serving())):
            with suppress(RefusedError):
                renderer.render(SHORT_CHAT)
        return self

    def parameters(self) -> dict[str, object]:
        """What `Workspace.describe(dataset, parameters={"trainer": …})` keeps with a dataset."""
        return asdict(self)

    def with_variables(self, given: Mapping[str, str]) -> Choice:
        """The choice with these variables besides its own; a value that is no JSON is a text."""
        return replace(
            self, variables=_written({**_object(self.variables), **{k: _value(v) for k, v in given.items()}})
        )

    def with_marks(self) -> Choice:
        """The choice with the training twin of its template, where it has no markers and a twin is known."""
        original = Template(self.template, "", "file", _object(self.specials))
        twin = None if original.has_markers else training_twin(original)
        return self if twin is None else replace(self, template=twin.text, specials=_written(twin.specials))

    def _renderer(self, text: str, specials: str) -> Renderer:
        tokens = {name: str(token) for name, token in _object(specials).items()}
        template = Template(text, "chosen for this dataset", "file", tokens)
        return Renderer(template, variables=_object(self.variables), date=self._date())

    def _date(self) -> date_:
        try:
            day = datetime.fromisoformat(self.date)
        except ValueError:
            raise TrainingError(f"{self.date!r} is no date; write it as 2025-01-31.") from None
        return day.date()


def choose(
    template: str = "",
    tokenizer: str = DEFAULT_TOKENIZER,
    rule: str = DEFAULT_RULE,
    *,
    max_length: int = DEFAULT_MAX_LENGTH,
    truncation: str = "keep_start",
    variables: Mapping[str, object] | None = None,
    date: str = DATE.isoformat(),
    adds_begin: bool = False,
    serve: str = "",
) -> Choice:
    """The choice by names and paths. `template` and `serve`: what `find_template` finds; "" is Winnow's own ChatML, or
    no second template.

    The rule `template` trains on the training twin where the template itself has no markers, as TRL does: the text of
    the twin is then the template, and it may differ from that of the original.

    Raises TemplateError, ModelError, TrainingError.
    """
    known_rule(rule)
    original = find_template(template) if template else Template(CHATML, "chatml", "own", _object(CHATML_SPECIALS))
    if rule == "template" and not original.has_markers:
        original = training_twin(original) or original
    served = find_template(serve) if serve else None
    return Choice(
        template=original.text,
        specials=_written(original.specials),
        tokenizer=tokenizer,
        digest=tokenizer_digest(tokenizer),
        rule=rule,
        max_length=max_length,
        truncation=truncation,
        variables=_written(variables or {}),
        date=date,
        adds_begin=adds_begin,
        serve=served.text if served else "",
        serve_specials=_written(served.specials) if served else "{}",
    ).checked()


def tokenizer_beside(template: str) -> str:
    """The path of the tokenizer.json in the model folder that `template` names, or beside the file; "" without one."""
    path = Path(template).expanduser()
    if not os.path.exists(path):  # unlike Path.exists, it takes any name
        return ""
    beside = (path if path.is_dir() else path.parent) / "tokenizer.json"
    return str(beside) if beside.is_file() else ""


@functools.cache
def named(template: str) -> str:
    """The name of the template with this text; where no known one has it, "unknown template, 1,204 characters"."""
    same = known_by(Template(template, "", "file").sha256)
    return same.name if same else f"unknown template, {len(template):,} characters"


def _written(value: Mapping[str, object]) -> str:
    return json.dumps(dict(value), ensure_ascii=False, sort_keys=True)


def _value(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return text


def _object(text: str) -> dict[str, str]:
    try:
        value = json.loads(text)
    except json.JSONDecodeError:
        value = None
    if not isinstance(value, dict):
        raise TrainingError(f'{text[:80]!r} is no JSON object; write it as {{"name": value}}.')
    return value
