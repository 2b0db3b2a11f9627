"""A stranger's text on a terminal: what would command it is written out."""


def printable(text: str, keep: str = "") -> str:
    r"""The text with each character that does not print as its escape, such as `\x1b`; those in `keep` stay.

    >>> printable("red \x1b[31m, backwards \u202e", keep="\n")
    'red \\x1b[31m, backwards \\u202e'
    """
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() or c in keep else c.encode("unicode_escape").decode() for c in text)
