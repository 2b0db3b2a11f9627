"""The command `trainer`: what is trained, masked, cut off and refused, and one row as the trainer sees it."""

from __future__ import annotations

from dataclasses import replace
from itertools import groupby
from typing import Annotated, Any

import polars as pl
import typer

from analysis.annotations.in_place import take_annotations
from analysis.commands.shared import (
    DatasetArgument,
    Json,
    Where,
    answer,
    answer_about,
    compute_missing,
    load,
    no_rows,
    pairs,
    say_stand_in,
    set_roles,
)
from analysis.counted import count
from analysis.dataset import Dataset
from analysis.errors import DatasetError, NotLookedAtError, UsageError
from analysis.loaders.tokenizers import DEFAULT_TOKENIZER
from analysis.printable import printable
from analysis.prompts.tables import plain_prompts
from analysis.signal import ROW_ID
from analysis.training.choice import Choice, choose, named, tokenizer_beside
from analysis.training.controls import estimated, guessed_ends
from analysis.training.drift import KINDS
from analysis.training.keeping import chosen, is_chosen, with_choice
from analysis.training.log_drift import drift_of_log
from analysis.training.packing import WAYS as PACKINGS
from analysis.training.packing import Packing
from analysis.training.reading import RowTokens, read_row
from analysis.training.rules import RULES
from analysis.training.tables import Totals, numbers, packing, totals
from analysis.training.trainer_signal import READS
from analysis.training.truncation import WAYS
from analysis.workspace import Workspace

SHOWN = 8
FAULTS = ("refused", "untrained", "lost_trained", "dropped", "unsure", "drift")
TRAINED, LOST = "1", "9"  # how a terminal writes: bold, struck through


def trainer_command(
    name: DatasetArgument,
    template: Annotated[
        str | None,
        typer.Option(
            help="A model's name, a model folder, a .jinja, .json or .gguf file, or one of our own templates."
        ),
    ] = None,
    tokenizer: Annotated[
        str | None,
        typer.Option(
            help="A tokenizer.json, a model folder, or a name such as qwen2.5; else that beside the template."
        ),
    ] = None,
    rule: Annotated[str | None, typer.Option(help=f"What is trained: {', '.join(RULES)}.")] = None,
    max_length: Annotated[int | None, typer.Option(help="Tokens that a row may have; 0 for no maximum.")] = None,
    truncate: Annotated[str | None, typer.Option(help=f"What happens to longer rows: {', '.join(WAYS)}.")] = None,
    pack: Annotated[str, typer.Option(help=f"How rows are packed: {', '.join(PACKINGS)}.")] = "bfd",
    serve: Annotated[
        str | None, typer.Option(help="The template that the model is served with; an empty text for none.")
    ] = None,
    log: Annotated[
        str, typer.Option(metavar="FILE", help="Prompts that were really sent, to hold against those that are trained.")
    ] = "",
    variable: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME=VALUE", help="A variable that the template reads, its value as JSON; repeatable."),
    ] = None,
    row: Annotated[str | None, typer.Option(metavar="ID", help="Only this row, as tokens.")] = None,
    where: Where = None,
    fail_on: Annotated[
        list[str] | None,
        typer.Option(metavar="NAME", help=f"Exit with 1 if some row is so: {', '.join(FAULTS)}; repeatable."),
    ] = None,
    as_json: Json = False,
) -> None:
    """What a trainer sees. What is chosen is kept with the dataset; every later command and page uses it."""
    if unknown := sorted(set(fail_on or []) - set(FAULTS)):
        raise UsageError(f"No fault is called {', '.join(unknown)}; known: {', '.join(FAULTS)}.")
    if template == "":
        raise UsageError("--template has no name; `winnow templates` lists the known ones.")
    if pack not in PACKINGS:
        raise UsageError(f"There is no packing {pack!r}; known: {', '.join(PACKINGS)}.")
    workspace = Workspace()
    kept = workspace.dataset(name)
    choice = _asked(chosen(kept), template, tokenizer, rule, max_length, truncate, serve, variable)
    choice.tried().reader()  # what cannot be used is not kept
    has_template = template is not None or is_chosen(kept)
    if choice != chosen(kept) or has_template != is_chosen(kept):
        kept = workspace.describe(kept, parameters=with_choice(kept, choice, has_template=has_template))
    say_stand_in(kept)
    if row is not None:
        take_annotations(kept, workspace.home)
        _answer_row(_row(kept, choice, row), as_json)
        return
    dataset, view = load(kept.id, where)
    compute_missing(dataset, dataset.signal("trainer"))
    rows = dataset.rows_of(view)
    counted = totals(dataset, rows)
    packed = packing(dataset, rows, choice.max_length, pack, choice.truncation)
    result = _result(choice, counted, packed)
    lines = _lines(choice, counted, packed, result)
    if log:
        result["log"], more = _of_log(dataset, rows, choice, log)
        lines += more
    why = no_rows(dataset, view) or f"no row in view is a chat or has a prompt. {set_roles(dataset, 'messages')}"
    answer_about(counted.looked_at, why, result, as_json, "\n".join(lines))
    if any(_rows_with(counted)[fault] for fault in fail_on or []):
        raise typer.Exit(1)


def _asked(
    kept: Choice,
    template: str | None,
    tokenizer: str | None,
    rule: str | None,
    max_length: int | None,
    truncate: str | None,
    serve: str | None,
    variable: list[str] | None,
) -> Choice:
    """The kept choice with what is given on the command line. Raises TemplateError, ModelError, TrainingError."""
    changed = kept
    if template is not None or (rule == "template" and kept.rule != "template"):
        asked = choose(template or "", rule=rule or kept.rule) if template is not None else kept.with_marks()
        changed = replace(changed, template=asked.template, specials=asked.specials)
    if tokenizer is None and template is not None and kept.tokenizer == DEFAULT_TOKENIZER:
        tokenizer = tokenizer_beside(template) or None
    if tokenizer is not None:
        asked = choose(tokenizer=tokenizer)
        changed = replace(changed, tokenizer=asked.tokenizer, digest=asked.digest)
    if serve is not None:
        asked = choose(serve=serve)
        changed = replace(changed, serve=asked.serve, serve_specials=asked.serve_specials)
    if variable:
        changed = changed.with_variables(dict(pairs(variable, "variable")))
    return replace(
        changed,
        rule=changed.rule if rule is None else rule,
        max_length=changed.max_length if max_length is None else max_length,
        truncation=changed.truncation if truncate is None else truncate,
    ).checked()


def _row(dataset: Dataset, choice: Choice, row: str) -> RowTokens:
    """The row of that id as tokens. Raises DatasetError where there is none, or where it is no chat."""
    places = (dataset.column(ROW_ID) == row).arg_true()
    if places.is_empty():
        raise DatasetError(
            f"{dataset.name} has no row {row!r}; `winnow table {dataset.id} --columns row_id` lists them."
        )
    read = read_row(choice, dataset.canonical_frame(READS, places).row(0, named=True))
    if read is None:
        raise DatasetError(f"The row {row} is no chat and has no prompt, so a template does not apply to it.")
    return read


def _answer_row(read: RowTokens, as_json: bool) -> None:
    tokens = [{"text": t.text, "id": t.id, "trained": t.trained, "lost": t.lost} for t in read.tokens]
    result: dict[str, Any] = {
        "text": read.text,
        "tokens": tokens,
        "error": read.error or None,
        "mask_status": read.status if not read.error else None,
        "dropped_parts": read.dropped,
    }
    if read.error:
        answer(result, as_json, f"The template refuses the row: {read.error}")
        return
    trained = sum(token.trained for token in read.tokens)
    lost = sum(token.lost for token in read.tokens)
    parts = groupby(read.tokens, key=lambda token: (token.trained, token.lost))
    text = "".join(_written("".join(t.text for t in tokens), *state) for state, tokens in parts)
    counts = f"{len(read.tokens):,} tokens: {trained:,} trained ⟦bold⟧, {lost:,} cut off ⟨struck through⟩."
    answer(result, as_json, f"{text}\n\n{counts}")


def _written(text: str, trained: bool, lost: bool) -> str:
    """Tokens of one kind for a terminal, with marks that a file shows too; no text of a row is a command to it."""
    shown = printable(text, keep="\n")
    shown = f"⟦{shown}⟧" if trained else shown
    shown = f"⟨{shown}⟩" if lost else shown
    codes = ";".join(code for code, is_on in ((TRAINED, trained), (LOST, lost)) if is_on)
    return f"\x1b[{codes}m{shown}\x1b[0m" if codes else shown


def _result(choice: Choice, counted: Totals, packed: Packing) -> dict[str, Any]:
    template, name = choice.renderer().template, named(choice.template)
    if not name.startswith("unknown"):
        template = replace(template, name=name)
    return {
        "template": name,
        "template_sha256": template.sha256,
        "tokenizer": choice.tokenizer,
        "rule": choice.rule,
        "max_length": choice.max_length,
        "truncation": choice.truncation,
        **numbers(counted),
        "packing": {
            "way": packed.way,
            "sequences": packed.sequences,
            "efficiency": packed.efficiency if packed.sequences else None,
        },
        "estimated": estimated(template, choice.reader(), choice.tokenizer) or None,
        "guessed": guessed_ends(template) or None,
    }


def _of_log(dataset: Dataset, rows: pl.Series, choice: Choice, file: str) -> tuple[dict[str, Any], list[str]]:
    """What the prompts of a log came to, for JSON and for people. Raises NotLookedAtError where it has none."""
    prompts = plain_prompts(Workspace().dataset(file)).to_list()
    if not prompts:
        raise NotLookedAtError(f"Not looked at: no row of {file} has a prompt or text outside of messages.")
    drift = drift_of_log(dataset, rows, choice, prompts)
    lines = [
        f"{file}: {drift.matched:,} of {count(drift.prompts, 'prompt')} ask for an answer of these rows; of "
        f"{drift.not_trained:,} the answer is not trained.",
        f"Against the prompts that are trained: {_counts(drift.kinds)}.",
    ]
    lines += [
        f"  {example.kind}: {KINDS[example.kind]}; trained {example.training!r}, sent {example.serving!r}."
        for example in drift.examples
    ]
    result = {"prompts": drift.prompts, "matched": drift.matched, "not_trained": drift.not_trained}
    return {**result, "drift": drift.kinds}, [printable(line) for line in lines]


def _rows_with(counted: Totals) -> dict[str, int]:
    """Rows, or tokens, of each fault that --fail-on may name."""
    drifting = sum(rows for kind, rows in counted.drift.items() if kind != "same")
    counts = (
        counted.refused,
        counted.untrained,
        counted.lost_trained_tokens,
        sum(counted.dropped_parts.values()),
        counted.mask_status.get("unsure", 0),
        drifting,
    )
    return dict(zip(FAULTS, counts, strict=True))


def _lines(choice: Choice, counted: Totals, packed: Packing, result: dict[str, Any]) -> list[str]:
    share = f" ({counted.trained_share:.1%})" if counted.trained_share is not None else ""
    limit = f"{choice.max_length:,} tokens" if choice.max_length else "no maximum"
    lines = [
        f"Template {result['template']}, tokenizer {choice.tokenizer}, rule {choice.rule}, {limit}, "
        f"{choice.truncation}.",
        f"{counted.looked_at:,} of {counted.rows:,} rows looked at; the template refuses {counted.refused:,}.",
        f"{counted.untrained:,} of {counted.rendered:,} rendered rows have no trained token.",
        f"{counted.trained_tokens:,} of {counted.tokens:,} tokens are trained{share}; "
        f"{counted.lost_trained_tokens:,} of them are cut off.",
        f"Packed by {packed.way}: {packed.sequences:,} sequences, {packed.efficiency:.1%} full."
        if packed.sequences
        else "Nothing is packed: no row has a token.",
        f"Masks: {_counts(counted.mask_status)}.",
    ]
    lines += [f"Refused, {count(rows)}: {message}" for message, rows in list(counted.errors.items())[:SHOWN]]
    if counted.dropped_parts:
        lines.append(f"Left out by the template, in rows: {_counts(counted.dropped_parts)}.")
    if unknown := counted.rendered - counted.parts_looked_at:
        lines.append(f"Not looked for what is left out: {unknown:,} rows.")
    if counted.rejected:
        lines.append(f"Not looked at: the rejected answers of {count(counted.rejected)}; the chosen ones are rendered.")
    faults = {fault.replace("_", " "): rows for fault, rows in result["faults"].items() if rows}
    if faults:
        lines.append(f"Faults, in rows: {_counts(faults)}.")
    if counted.drift:
        lines.append(f"Against the serving template, in rows: {_counts(counted.drift)}.")
    lines += [result[caution] for caution in ("estimated", "guessed") if result[caution]]
    return [printable(line) for line in lines]


def _counts(values: dict[str, int]) -> str:
    return ", ".join(f"{value} {rows:,}" for value, rows in values.items()) or "none"
