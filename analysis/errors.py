"""Every error that is shown to people, as one tree.

    WinnowError
    ├── UsageError          an option that cannot be used
    ├── FormatError         a file, or a way of reading it
    ├── NotLookedAtError    a question whose answer would be zero because nothing was looked at
    ├── DatasetError        a dataset or a column of it
    ├── ViewError           a filter or a view
    ├── SignalError         a signal, its parameters, its declaration
    ├── SchemaError         a schema of a tool's arguments
    ├── RunnerError         an engine of computation
    ├── ModelError          a tokenizer, a pipeline, a model
    ├── TemplateError       a chat template that is not known, broken, or takes too long
    │   └── RefusedError    a chat that its template refuses
    ├── AnnotationError     tags, saved views, rules and their database
    │   ├── UnfitTextError  a text that cannot be proposed for a row
    │   └── BlindError      a blind check
    ├── LabelsError         judgements of annotators
    ├── ContractError       a contract, a rule of it, or a baseline
    ├── SlicingError        a dimension or a measure
    ├── DuplicatesError     a way of comparing rows
    ├── NoiseError          a kind of formatting noise
    ├── HeuristicsError     a rule by which others chose their data
    ├── MapError            vectors, the map, its clusters
    ├── PersonalDataError   a type, a country, a rule
    │   └── KeyFileError    the workspace's key
    ├── TrainingError       a mask rule, a truncation, a packing
    ├── JobError            work in another process
    └── ExportError         an export
        ├── RedactionError  replacing personal data in an export
        └── ReceiptError    a receipt and its replay

Each is one sentence, or two: what is wrong, what was read, what is allowed, what to do. It is shown as it is: on
the command line with exit code 2, on a page in the place of its answer. A bare ValueError is a bug.
"""

from __future__ import annotations

import os
import re


class WinnowError(ValueError):
    """Bad input, or a request that cannot be met; the message says what to do."""


class UsageError(WinnowError):
    """An option that is not known, does not fit, or needs another option."""


class NotLookedAtError(WinnowError):
    """No row, text or value was there to look at, so that there is no answer, and not the answer zero."""


class FormatError(WinnowError):
    """A file that cannot be read, or a way of reading that does not fit; names what was read and what is allowed."""


class DatasetError(WinnowError):
    """A dataset that does not exist, is damaged, or has no such column."""


class ViewError(WinnowError):
    """A view that cannot be read, or that does not fit its dataset."""


class SignalError(WinnowError):
    """A signal that does not keep its declaration, cannot read its rows, or is not known."""


class SchemaError(WinnowError):
    """A schema of a tool against which arguments cannot be judged."""


class RunnerError(WinnowError):
    """An engine that is not known, is not installed, or failed."""


class ModelError(WinnowError):
    """A model that cannot be found, cannot be read, or may not be downloaded."""


class TemplateError(WinnowError):
    """A chat template that is not known, cannot be read or compiled, or runs out of time or of output."""


class RefusedError(TemplateError):
    """A chat that its template does not render; the message is the template's own, or that of the step that failed."""


class AnnotationError(WinnowError):
    """An annotation that cannot be read or stored."""


class UnfitTextError(AnnotationError):
    """A text cannot be proposed for a row: it is too long, holds a character that cannot be stored, or has no place."""


class BlindError(AnnotationError):
    """A blind check that is not possible for this column."""


class LabelsError(WinnowError):
    """Judgements that cannot be used: columns of unequal length, too many labels, an unknown level."""


class ContractError(WinnowError):
    """A contract that cannot be read or does not fit its dataset, or a baseline that is none; names the line."""


class SlicingError(WinnowError):
    """A dimension or a measure that this dataset does not have, or that does not fit its column."""


class DuplicatesError(WinnowError):
    """A way of comparing that is not known, or does not fit."""


class NoiseError(WinnowError):
    """A kind of noise that is not known or cannot be cleaned."""


class HeuristicsError(WinnowError):
    """A rule by which others chose their data that does not fit."""


class MapError(WinnowError):
    """A request that the map's vectors or its rows cannot answer."""


class PersonalDataError(WinnowError):
    """A type, a country or a rule that is not known or cannot be stored."""


class KeyFileError(PersonalDataError):
    """The workspace's key is damaged, or is not the key that is needed."""


class TrainingError(WinnowError):
    """A mask rule, a truncation or a packing that is not known or does not fit."""


class JobError(WinnowError):
    """Work in another process that ended without a result; the message is its last output."""


class ExportError(WinnowError):
    """An export that cannot be made: an unknown format, a folder that holds other files, a source that is missing."""


class RedactionError(ExportError):
    """A replacement that does not fit its type, or personal data that could not be removed."""


class ReceiptError(ExportError):
    """A receipt that cannot be read, does not belong to these files, or records other bytes than the replay made."""


def of_files() -> tuple[type[Exception], ...]:
    """The types of error in which a refusal of the disk can come; asked for only where something has failed."""
    from polars.exceptions import PolarsError

    return OSError, PolarsError


def of_the_disk(error: Exception) -> OSError | None:
    """The system's error in an error of a library that read or wrote a file, such as Polars; null if it is none.

    >>> of_the_disk(RuntimeError("parquet: underlying IO error: No space left on device (os error 28)"))
    OSError(28, 'No space left on device')
    >>> of_the_disk(RuntimeError("column not found"))
    """
    if isinstance(error, OSError):
        return error
    number = re.search(r"\(os error (\d{1,4})\)", str(error))
    return OSError(int(number[1]), os.strerror(int(number[1]))) if number else None


def said_of(error: OSError) -> str:
    """One sentence for a file or a folder that the system refuses, with its path where that is known.

    >>> said_of(FileNotFoundError(2, "No such file or directory", "rows.parquet"))
    'A file cannot be read or written (rows.parquet: No such file or directory); check its disk, folder and owner.'
    """
    reason = (
        f"{error.filename}: {error.strerror}" if error.filename else error.strerror or str(error).partition("\n")[0]
    )
    return f"A file cannot be read or written ({reason}); check its disk, folder and owner."
