"""The commands of the command line, one room of the tool each; `analysis/__main__.py` lists them."""

__all__ = [
    "annotators",
    "compute",
    "conflicts",
    "duplicates",
    "export",
    "findings",
    "map",
    "noise",
    "open",
    "personal_data",
    "shared",
    "slices",
    "table",
    "verbs",
]
