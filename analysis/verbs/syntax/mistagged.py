"""Where a parser did not recognise the verb of a request, which word is the verb?

Small parsers were trained on few imperatives and questions; "Install Ubuntu" and "Do bees sleep?" become noun phrases.
Both forms have one place for the verb, so that a list of the language's verbs is enough to find it.
"""

from __future__ import annotations

from typing import TYPE_CHECKING

from analysis.verbs.syntax.nouns import fronted, names
from analysis.verbs.syntax.phrases import NOUNS, object_by_place, phrase_head
from analysis.verbs.syntax.tree import OBJECT, PASSIVE, SUBJECT, Lexicon, child, lemma
from analysis.verbs.syntax.words import AUXILIARIES, LEADING

if TYPE_CHECKING:
    from spacy.tokens import Span, Token

NOMINAL = ("NOUN", "PROPN", "PRON", "ADJ", "NUM", "X", "VERB")
OPENS_CLAUSE = frozenset(("whether", "if", "how", "why", "what", "which", "that", "when", "where", "who"))
PASSIVE_ASKS = frozenset(("where", "when", "how", "why", "whom", "often", "well"))
NEVER_A_VERB = ("ADP", "SCONJ", "CCONJ", "DET", "PRON", "PART", "NUM", "INTJ", "PUNCT", "SYM")
QUOTES = frozenset("\"“”'‘’")


def first_verb(sentence: Span, lexicon: Lexicon) -> tuple[Token, str | None] | None:
    """The first word of a sentence without a verb, and its noun, if that word can be a verb: it is no noun, or a
    determiner follows."""
    words = [token for token in sentence if not token.is_punct and token.lower_ not in LEADING]
    if len(words) < 2:
        return None
    verb, following = words[0], words[1]
    if verb.pos_ in NEVER_A_VERB or _ends_a_phrase(verb) or _is_statement(sentence.root, verb, following):
        return None
    is_known = any(verb.lower_ in listed for listed in (lexicon.verbs, lexicon.nouns, lexicon.adjectives))
    is_new = (
        bool(lexicon.verbs)
        and not is_known
        and verb.is_alpha
        and verb.pos_ != "ADV"
        and following.tag_ in ("DT", "PRP$")
    )
    is_new |= (
        verb.lower_ in lexicon.nouns
        and verb.pos_ != "ADV"
        and following.lower_ in ("the", "this", "these", "my", "our")
    )
    may_be = verb.lower_ in lexicon.verbs and verb.pos_ in ("NOUN", "PROPN", "ADJ", "ADV", "X", "VERB")
    if not (is_new or may_be):
        return None
    opens_object = following.pos_ == "DET" or following.tag_ in ("PRP$", "PRP", "WRB")
    if verb.lower_ in lexicon.nouns and not opens_object and following.lower_ not in OPENS_CLAUSE:
        return None
    head = object_by_place(verb, lexicon) or child(verb, OBJECT) or (verb.head if verb.head.i > verb.i else None)
    return verb, None if following.lower_ in OPENS_CLAUSE or head is None else next(names(head), None)


def _ends_a_phrase(word: Token) -> bool:
    """Whether a comma or a dash follows: "today, the factory …", "fire - the sun …"."""
    return word.i + 1 < word.sent.end and word.nbor(1).text in (",", "-", "–", "—")


def _is_statement(root: Token, first: Token, following: Token) -> bool:
    """Whether the sentence says what something is, with a subject of its own: "usually the food was great"."""
    subject = child(root, SUBJECT | PASSIVE)
    has_subject = subject is not None and first.i <= subject.i < root.i and subject is not first
    return has_subject and child(root, {"cop"}) is not None and following.lower_ not in OPENS_CLAUSE


def verb_of_question(sentence: Span, lexicon: Lexicon) -> tuple[Token, str | None] | None:
    """The verb of a question with "do" or a modal, which comes after the subject, and its noun."""
    helper = next((token for token in sentence[:12] if token.lower_ in AUXILIARIES), None)
    if helper is None or lemma(child(helper.head, {"cop"})) == "be":
        return None
    head, does = helper.head, helper.lower_ in ("do", "does", "did")
    is_base = head.tag_ in ("VB", "VBP") and (not lexicon.verbs or lemma(head) in lexicon.verbs)
    if helper.dep_ == "aux" and head.pos_ == "VERB" and (is_base or (not does and head.tag_ in ("VBN", "VBG", "VBD"))):
        return None
    verb = _behind_subject(helper, lexicon)
    if verb is None or lemma(verb) == "be":
        return None
    placed = object_by_place(verb, lexicon)
    noun = next(names(placed), None) if placed is not None else None
    return verb, noun or fronted(helper, lexicon)


def _behind_subject(helper: Token, lexicon: Lexicon) -> Token | None:
    """The verb after an auxiliary and its subject: the first word tagged as a verb, or by its place among the nouns."""
    after = [token for token in helper.doc[helper.i + 1 : helper.sent.end] if not _is_quoted(token)]
    if not after:
        return None
    is_pointed_at = after[0].lower_ in ("this", "that") and (
        len(after) == 2 or after[min(2, len(after) - 1)].pos_ == "PUNCT"
    )
    if after[0].pos_ == "PRON" or is_pointed_at:
        return next((t for t in after[1:4] if t.lower_ in lexicon.verbs), None)
    has_noun, run = False, []
    for token in after:
        if token.tag_ in ("VB", "VBP") and has_noun and token.lower_ in lexicon.verbs:
            return token
        if (
            token.pos_ not in (*NOMINAL, "DET", "CCONJ", "ADV")
            and token.lower_ != "of"
            and token.text not in (",", "-")
            and has_noun
        ):
            break
        if has_noun and token.lower_ in lexicon.verbs and token.pos_ in NOMINAL:
            following = token.nbor(1).tag_ if token.i + 1 < token.sent.end else ""
            if token.tag_ == "JJ" and following in NOUNS:
                break
            run.append(token)
            if following in ("DT", "JJ", "PRP$", "CD", "PRP"):
                break
        has_noun = has_noun or token.pos_ in ("NOUN", "PROPN", "PRON", "VERB") or token.tag_ in ("JJ", "VB")
    plural = next((token for token in run if token.nbor(-1).tag_ in ("NNS", "NNPS")), None)
    return plural or (run[-1] if run else None)


def _is_quoted(token: Token) -> bool:
    marks = sum(t.text in QUOTES for t in token.doc[token.sent.start : token.i])
    return token.text in QUOTES or marks % 2 == 1


def passive_of_question(sentence: Span, lexicon: Lexicon) -> tuple[Token, str | None] | None:
    """The participle of "where are the reports stored", which comes after the subject, and the subject."""
    words = [token for token in sentence if not token.is_punct]
    i = next((i for i, token in enumerate(words[:4]) if lemma(token) == "be"), 0)
    if 0 < i < len(words) - 2 and words[-1].lower_ in ("called", "named") and words[i - 1].lower_ == "what":
        named = phrase_head(words[i + 1], lexicon)
        return words[-1], None if named is None else next(names(named), None)
    if i == 0 or words[i - 1].lower_ not in PASSIVE_ASKS or i + 2 >= len(words):
        return None  # "what are the languages spoken in Spain" does ask what they are
    subject = words[i + 1] if words[i + 2].tag_ == "VBN" else phrase_head(words[i + 1], lexicon)
    after = (
        []
        if subject is None
        else [token for token in words if token.i > subject.i and token.pos_ not in ("ADV", "PROPN")]
    )
    if (
        subject is None
        or not after
        or after[0].tag_ not in ("VBN", "VBD")
        or (len(after) > 1 and after[1].tag_ == "JJ")
    ):
        return None
    is_noun = subject.pos_ in ("NOUN", "PROPN") or subject.lower_ in lexicon.nouns  # "where is vanilla grown"
    return after[0], next(names(subject), subject.lower_) if is_noun else None
