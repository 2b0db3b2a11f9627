"""Every error that is shown to people, as one tree.

    WinnowError
    ├── UsageError          an option that cannot be used
    ├── FormatError         a file, or a way of reading it
    ├── NotLookedAtError    a question whose answer would be zero because nothing was looked at
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
        ├── RedactionError  replacing personal data in an export
        └── ReceiptError    a receipt and its replay

Each is one sentence, or two: what is wrong, what was read, what is allowed, what to do. It is shown as it is: on
the command line with exit code 2, on a page in the place of its answer. A bare ValueError is a bug.
"""

from __future__ import annotations


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


class RunnerError(WinnowError):
    """An engine that is not known, is not installed, or failed."""


class ModelError(WinnowError):
    """A model that cannot be found, cannot be read, or may not be downloaded."""


class AnnotationError(WinnowError):
    """An annotation that cannot be read or stored."""


class BlindError(AnnotationError):
    """A blind check that is not possible for this column."""


class LabelsError(WinnowError):
    """Judgements that cannot be used: columns of unequal length, too many labels, an unknown level."""


class SlicingError(WinnowError):
    """A dimension or a measure that this dataset does not have, or that does not fit its column."""


class DuplicatesError(WinnowError):
    """A way of comparing that is not known, or does not fit."""


class NoiseError(WinnowError):
    """A kind of noise that is not known or cannot be cleaned."""


class MapError(WinnowError):
    """A request that the map's vectors or its rows cannot answer."""


class PersonalDataError(WinnowError):
    """A type, a country or a rule that is not known or cannot be stored."""


class KeyFileError(PersonalDataError):
    """The workspace's key is damaged, or is not the key that is needed."""


class JobError(WinnowError):
    """Work in another process that ended without a result; the message is its last output."""


class ExportError(WinnowError):
    """An export that cannot be made: an unknown format, a folder that holds other files, a source that is missing."""


class RedactionError(ExportError):
    """A replacement that does not fit its type, or personal data that could not be removed."""


class ReceiptError(ExportError):
    """A receipt that cannot be read, does not belong to these files, or records other bytes than the replay made."""
