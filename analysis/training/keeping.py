"""What is chosen for a dataset; kept with it, so that pages, filters, findings and exports use the same."""

from __future__ import annotations

from typing import Any

from analysis.dataset import Dataset
from analysis.training.choice import Choice

OF_THE_TEMPLATE = ("template", "specials")


def chosen(dataset: Dataset) -> Choice:
    """The choice for a dataset; the default where none was made."""
    parameters: dict[str, Any] = dataset.signal("trainer").parameters
    return Choice(**parameters)


def is_chosen(dataset: Dataset) -> bool:
    """Whether a template was chosen for this dataset; without one, Winnow's own ChatML is only a stand-in."""
    return "template" in dataset.meta.get("parameters", {}).get("trainer", {})


def is_serving_chosen(dataset: Dataset) -> bool:
    """Whether a template of serving was chosen too."""
    return is_chosen(dataset) and bool(dataset.signal("trainer").parameters["serve"])


def with_choice(dataset: Dataset, choice: Choice, *, has_template: bool = True) -> dict[str, object]:
    """What `Workspace.describe(dataset, parameters=...)` keeps, so that this is chosen for the dataset.

    `has_template`: whether a person chose the template; if not, it is not kept, and stays unchosen.
    """
    kept = {name: value for name, value in choice.parameters().items() if has_template or name not in OF_THE_TEMPLATE}
    return {**dataset.meta.get("parameters", {}), "trainer": kept}
