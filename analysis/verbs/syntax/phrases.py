"""Where does a noun phrase end, and which noun heads it? Decided by the tags of its words in order, without the tree.

Small parsers tag better than they attach: in "list the challenges farms face" each tag is right, but the tree may
attach the first noun to the last.
"""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, NamedTuple

from analysis.verbs.syntax.tree import Lexicon, lemma, particles
from analysis.verbs.syntax.words import COMPOUNDING, COUNTED, ME, TIMES, TWO_OBJECTS

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

NOUNS = ("NN", "NNS", "NNP", "NNPS")
DESCRIBING = ("JJ", "JJR", "JJS", "VBN", "VBG", "CD")
BEFORE = (*DESCRIBING[:3], "DT", "PDT", "PRP$", "WP$", "CD", "$", "``", "''")
LONGEST_PHRASE = 14  # words that are read, including those after the noun
NOMINAL = re.compile(
    r"(?:ness|tion|sion|ment|ity|ism|ship|hood)$"
)  # no verb or adverb has these endings, whatever its tag
BEFORE_PLURALS = frozenset("are were many few several some all these those two three four five six ten".split())
FORMULA = re.compile(r".*[\^=+*/()²].*|\d+[xyzn]")  # "x^2", "3x"
FINITE = ("VBZ", "VBP", "VBD", "MD")


class Piece(NamedTuple):
    """A word with its hyphenated parts: the last part, and whether there are several."""

    last: Token
    is_joined: bool


def pieces(words: Span) -> list[Piece]:
    """The words; hyphenated ones are one piece."""
    joined: list[Piece] = []
    is_open = False
    for token in words:
        is_dash = token.text in ("-", "‑", "–") and not token.whitespace_ and token.i > 0
        is_dash = is_dash and not token.nbor(-1).whitespace_
        if joined and (is_dash or is_open):
            joined[-1] = Piece(token if not is_dash else joined[-1].last, True)
        else:
            joined.append(Piece(token, False))
        is_open = is_dash
    return joined


def phrase_head(start: Token, lexicon: Lexicon) -> Token | None:
    """The head noun of the phrase that begins at `start`; None where no noun phrase begins there."""
    run = pieces(start.doc[start.i : min(start.sent.end, start.i + LONGEST_PHRASE)])
    tags = [_tag(piece, lexicon) for piece in run] + [""]
    for i, piece in enumerate(run):
        if piece.is_joined and tags[i + 1] in DESCRIBING:
            tags[i] = "JJ"  # "a 5-step to-do list"
    head: Token | None = None
    is_open = True  # whether words that describe a later noun may follow
    for i, (token, _) in enumerate(run):
        tag, following = tags[i], tags[i + 1]
        if tag in NOUNS:
            if head is None and i and FORMULA.fullmatch(token.text) and run[i - 1].last.lower_ in lexicon.nouns:
                return run[i - 1].last  # "the polynomial x^2", where the noun is tagged as an adjective
            if (
                head is not None
                and not is_open
                and (FORMULA.fullmatch(token.text) or _ends_before(head, token, tags[i:]))
            ):
                break
            head, is_open = token, False
        elif (
            head is not None and tag == "VBZ" and head.tag_ == "NN" and following in ("WDT", "IN", "TO", "CC", ".", ",")
        ):
            head = token  # "the personality traits that", tagged as a verb
        elif tag == "POS" or (head is not None and token.lower_ in COMPOUNDING and following in (*NOUNS, *DESCRIBING)):
            is_open = True  # "Newton's second law", "technology related companies"
        elif (
            head is not None
            and tag == "VBG"
            and token.lower_ in lexicon.nouns
            and token.i == head.i + 1
            and (following in (*NOUNS, "IN", "CC", ".", ",", "") and head.tag_ == "NN" and start.tag_ != "DT")
        ):
            head = token  # "machine learning", "content marketing ideas"
        elif head is not None and tag == "CD" and head.tag_ == "NNP" and following in NOUNS:
            continue  # "a Python 3 file"
        elif head is not None and tag == "JJ" and following in NOUNS and start.lower_ in ("a", "an"):
            is_open = True  # "an expert psychological opinion"
        elif not is_open or not _goes_on(i, run, tags):
            break
    return head


def _goes_on(i: int, run: list[Piece], tags: list[str]) -> bool:
    """Whether the phrase goes on after a word before its noun."""
    (token, _), tag, following = run[i], tags[i], tags[i + 1]
    if tag in BEFORE:
        return True
    if tag in ("VBN", "VBG", "RB", "RBR", "RBS"):
        return following in (*NOUNS, *DESCRIBING, "RB", "CC")
    if i == 0:
        return tag in ("VB", "VBP") and following in NOUNS  # "compound interest"
    if token.lower_ == "of":
        return run[i - 1].last.lower_ in COUNTED
    return (
        (tag in (",", "CC") or token.lower_ == "but")
        and tags[i - 1] in DESCRIBING
        and (following in (*DESCRIBING, "RB") or (tag == "," and _word_after(i, run) in ("and", "but", "yet")))
    )


def _word_after(i: int, run: list[Piece]) -> str:
    """The next word of the phrase; empty where the text ends here, as in "Write a short,"."""
    return run[i + 1].last.lower_ if i + 1 < len(run) else ""


def _tag(piece: Piece, lexicon: Lexicon) -> str:
    """The tag of the last part; an adjective's for "time-sensitive", "to-do" and for adjectives tagged as nouns."""
    token, tag = piece.last, piece.last.tag_
    word = token.lower_
    if tag not in NOUNS:
        if piece.is_joined:
            return "JJ"
        if word == "her" and token.i + 1 < len(token.doc) and token.nbor(1).tag_ in (*NOUNS, *DESCRIBING):
            return "PRP$"
        if tag == "VBZ" and token.i > 0 and token.nbor(-1).lower_ in BEFORE_PLURALS:
            return "NNS"
        return "NN" if tag in ("RB", "VB", "UH") and NOMINAL.search(word) else tag
    if word in lexicon.nouns or not token.is_lower:
        return tag
    if word.endswith(("ly", "wards")):
        return "RB"
    if word in lexicon.adjectives and token.i + 1 < len(token.doc):
        following = token.nbor(1)
        return "JJ" if following.tag_ in ("CC", *NOUNS, *DESCRIBING) or following.lower_ == "but" else tag
    return tag


def _ends_before(head: Token, token: Token, tags: list[str]) -> bool:
    """Whether a clause without "that" begins at `token` ("challenges farms face"), or a name ("the novel Emma")."""
    after = next((tag for tag in tags if tag not in NOUNS and tag not in ("RB", "CC")), "")
    if head.tag_ in ("NN", "NNP") and token.tag_ == "NNP" and not token.is_lower:
        is_last = token.i + 1 >= token.sent.end or token.nbor(1).tag_ not in NOUNS
        return is_last and head.is_lower and head.i > head.sent.start and head.nbor(-1).lower_ in ("the", "this")
    is_asked = head.i == head.sent.start + 1 and lemma(head.nbor(-1)) == "be"  # "are dolphins mammals"
    return ((head.tag_ == "NNS" or head.lower_ in ("way", "reason", "place")) and after in FINITE) or (
        is_asked and head.lower_.endswith("s") and after != "JJ"
    )


def object_by_place(verb: Token, lexicon: Lexicon) -> Token | None:
    """The head of the noun phrase right after a verb; None where none follows, or where two objects may follow."""
    i, end, verb_particles = verb.i + 1, verb.sent.end, particles(verb)
    while i < end and (verb.doc[i].tag_ in ("RP", "RB") or verb.doc[i].lower_ in verb_particles):
        i += 1
    if i < end and verb.doc[i].lower_ in ME:
        i += 1
    elif lemma(verb) in TWO_OBJECTS:
        return None
    is_gerund = i < end and verb.doc[i].tag_ == "VBG" and verb.doc[i].dep_ == "xcomp"
    head = phrase_head(verb.doc[i], lexicon) if i < end and not is_gerund else None
    return None if head is None or head.lower_ in TIMES else head


def behind_preposition_by_place(verb: Token, lexicon: Lexicon) -> tuple[Token, str] | None:
    """The head of the noun phrase after the word that follows a verb, and that word."""
    i = verb.i + 1
    if i + 1 >= verb.sent.end or verb.doc[i].pos_ not in ("ADP", "PART", "ADV", "SCONJ"):
        return None
    head = phrase_head(verb.doc[i + 1], lexicon)
    return None if head is None else (head, verb.doc[i].lower_)


def singular(plural: str) -> str:
    """The singular of a plural that the lemmatizer does not have: "matches", "cubes"."""
    return re.sub(r"(?<=ch)es$|(?<=sh)es$|(?<=x)es$|(?<=[^su])s$", "", plural)
