"""Which rows of a dataset did people accept, for one finding?"""

from __future__ import annotations

import polars as pl

from analysis.annotations import Annotations
from analysis.dataset import Dataset
from analysis.signal import ROW_ID


def accepted_rows(annotations: Annotations, dataset: Dataset, check_name: str) -> set[str]:
    """The ids of the rows that are accepted for this finding and are in the dataset.

    Accepting is by content: a row that was accepted in an earlier version counts while it is unchanged. A changed row
    is another row, which is not accepted. Raises AnnotationError.
    """
    if check_name not in annotations.judgements.revisions():
        return set()
    answers = annotations.judgements.in_force(check_name)
    accepted = answers.filter(pl.col("holds"), pl.col("answer") == "accepted")["row_id"]
    return set(accepted.filter(accepted.is_in(dataset.column(ROW_ID).implode())))
