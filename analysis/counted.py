"""A number with its noun: `1 row`, `1,234 rows`."""


def count(number: int, noun: str = "row") -> str:
    """The number with thousands separated, and the noun in its plural unless the number is 1.

    >>> count(1), count(1234, "value")
    ('1 row', '1,234 values')
    """
    return f"{number:,} {noun}{'s' * (number != 1)}"
