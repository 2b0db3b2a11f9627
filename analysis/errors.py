"""Every error that people meet, as one tree.

    WinnowError
    ├── UsageError          an option or a question that cannot be answered
    ├── FormatError         a file, or a way of reading it
    ├── DatasetError        a dataset or a column of it
    ├── ViewError           a filter or a view
    ├── SignalError         a signal, its parameters, its declaration
    ├── RunnerError         an engine of computation
    ├── ModelError          a tokenizer, a pipeline, a model
    ├── AnnotationError     tags, saved views, rules and their database
    │   └── BlindError      a blind check
    ├── LabelsError         judgements of annotators
    ├── SlicingError        a dimension or a measure
    ├── DuplicatesError     a way of comparing rows
    ├── NoiseError          a kind of formatting noise
    ├── MapError            vectors, the map, its clusters
    ├── PersonalDataError   a type, a country, a rule
    │   └── KeyFileError    the workspace's key
    ├── JobError            work in another process
    └── ExportError         an export
        ├── RedactionError  personal data on its way out
        └── ReceiptError    a receipt and its replay

Each is one sentence, or two: what is wrong, what was seen, what is known, what to do. It is shown as it is: on the
command line with exit code 2, on a page in the place of its answer. A bare ValueError is a fault of the program.
"""

from __future__ import annotations


class WinnowError(ValueError):
    """Bad input, or a request that cannot be met; the message says what to do."""


class UsageError(WinnowError):
    """An option that is not known, does not fit, or lacks another one."""


class FormatError(WinnowError):
    """A file, or a way of reading it, that cannot be followed; says what was seen and what is known."""


class DatasetError(WinnowError):
    """A dataset that is not there, is damaged, or has no such column."""


class ViewError(WinnowError):
    """A view that cannot be read, or that does not fit its dataset."""


class SignalError(WinnowError):
    """A signal that broke its own declaration, was given rows it cannot read, or is not known."""


class RunnerError(WinnowError):
    """An engine that is not known, is not installed, or failed."""


class ModelError(WinnowError):
    """A model that cannot be found, cannot be read, or may not be fetched."""


class AnnotationError(WinnowError):
    """An annotation that cannot be read or kept."""


class BlindError(AnnotationError):
    """A blind check that cannot be made of this column."""


class LabelsError(WinnowError):
    """Judgements that a question does not fit: columns of unequal length, too many labels, an unknown level."""


class SlicingError(WinnowError):
    """A dimension or a measure that this dataset does not have, or that does not fit its column."""


class DuplicatesError(WinnowError):
    """A way of comparing that is not known, or does not fit."""


class NoiseError(WinnowError):
    """A kind of noise that is not known or cannot be cleaned."""


class MapError(WinnowError):
    """A request that the map's vectors or its rows cannot answer."""


class PersonalDataError(WinnowError):
    """A type, a country or a rule that is not known or cannot be kept."""


class KeyFileError(PersonalDataError):
    """The workspace's key is damaged, or is not the one that is needed."""


class JobError(WinnowError):
    """Work in another process that ended without an answer; the message is what it said last."""


class ExportError(WinnowError):
    """An export that cannot be made: an unknown format, a folder that is not its own, a source that is gone."""


class RedactionError(ExportError):
    """A replacement that does not fit its type, or personal data that could not be taken out."""


class ReceiptError(ExportError):
    """A receipt that cannot be read, does not belong to these files, or promises other bytes than came out."""
