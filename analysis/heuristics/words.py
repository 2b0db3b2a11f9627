"""The words of texts, as spaCy's tokenizer of English splits them; each different piece between white space once."""

from __future__ import annotations

import functools
import re
import unicodedata
from typing import TYPE_CHECKING, Any, NamedTuple

import numpy as np
import polars as pl
from numpy.typing import NDArray

from analysis.duplicates.texts import Texts, texts_of

if TYPE_CHECKING:
    from spacy.language import Language

LONGEST_PIECE = 200
"""spaCy's time grows with the third power of a run of punctuation; a longer piece is cut by `LONG_WORDS`."""
LONG_WORDS = re.compile(r"[^\W_]+|.", re.DOTALL)
BATCH_PIECES = 20_000
MOST_KEPT = 300_000  # words that the tokenizer remembers, of about half a kilobyte each; then it begins anew
COMMON_WORDS = ("the", "be", "to", "of", "and", "that", "have", "with")
SYMBOLS = "!/—”:％１〈&(、━\\【#%「」，】；+^]~“《„';’{|∶´[=-`*．（–？！：$～«〉,><》)?）。…@_.\"}►»"
MORE_SENTENCE_ENDS = (
    "\u061d\u061e\u0837\u0839\u083d\u083e\u17d4\u17d5\u17d6\u17d9\u17da\u1b7d\u1b7e\u2e53\u2e54\U00010f55\U00010f56"
    "\U00010f57\U00010f58\U00010f59\U00010f86\U00010f87\U00010f88\U00010f89\U00011944\U00011946\U00011ef7\U00011ef8"
    "\U00011f43\U00011f44\U00016e98"
)
"""Ends of sentences that spaCy's sentencizer does not know."""


class Vocabulary(NamedTuple):
    """The words of the different pieces: those of piece k from `first[k]` to `first[k + 1]`; piece 0 is white space.

    Per word: `sizes`, its characters; `hashes` and `powers`, as `word_loops.word_hashes` writes them; `kinds`, what it
    is to a sentence; whether it `is_symbol`, only of punctuation; `has_letter`; and `common`, the bit of a common word.
    """

    first: NDArray[np.int64]
    sizes: NDArray[np.int64]
    hashes: NDArray[np.uint64]
    powers: NDArray[np.uint64]
    kinds: NDArray[np.uint8]
    is_symbol: NDArray[np.bool_]
    has_letter: NDArray[np.bool_]
    common: NDArray[np.uint8]


class Words(NamedTuple):
    """`numbers` has the pieces of all texts one after another, those of text t from `place[t]` to `place[t + 1]`."""

    texts: Texts
    numbers: NDArray[np.int32]
    place: NDArray[np.int64]
    vocabulary: Vocabulary

    def sums(self, weights: NDArray[Any]) -> NDArray[np.int64]:
        """Per text the sum of the weights of its words; white space is no word."""
        first = self.vocabulary.first
        upto = np.concatenate([[0], np.cumsum(weights, dtype=np.int64)])
        of_piece = upto[first[1:]] - upto[first[:-1]]
        of_piece[0] = 0
        in_order = np.concatenate([[0], np.cumsum(of_piece[self.numbers])])
        return np.asarray(in_order[self.place[1:]] - in_order[self.place[:-1]])

    def sentences(self) -> NDArray[np.int64]:
        """How many sentences each text has, by the rule of spaCy's sentencizer."""
        from analysis.heuristics import word_loops

        count = np.zeros(len(self.texts.starts), np.int64)
        kinds, first = self.vocabulary.kinds, self.vocabulary.first
        word_loops.sentences_of(self.numbers, self.place, first, kinds, count)
        return count


def words_of(texts: pl.Series) -> Words:
    """The words of texts without nulls."""
    from analysis.heuristics import word_loops

    pieces = pl.DataFrame({"row": pl.int_range(len(texts), dtype=pl.UInt32, eager=True), "text": texts})
    read = texts_of(pieces, len(texts), composed=False)
    room = int(word_loops.room_for_pieces(read.data, read.starts, read.ends))
    hashes, begin, finish = np.empty(room, np.uint64), np.empty(room, np.int64), np.empty(room, np.int64)
    place = np.zeros(len(texts) + 1, np.int64)
    count = word_loops.pieces_into(read.data, read.starts, read.ends, place, hashes, begin, finish)
    numbers, firsts = np.empty(count, np.int32), np.empty(count + 1, np.int64)
    different = word_loops.number_pieces(hashes[:count], numbers, firsts)
    places = firsts[1:different]
    written = read.data.tobytes() if different > 1 else b""
    distinct = [
        written[low:high].decode() for low, high in zip(begin[places].tolist(), finish[places].tolist(), strict=True)
    ]
    return Words(read, numbers, place, vocabulary_of(distinct))


def vocabulary_of(pieces: list[str]) -> Vocabulary:
    """The words of pieces 1, 2, …; piece 0 is one word of white space."""
    from analysis.heuristics import word_loops

    written, starts, sizes, of_piece = _split([" ", *pieces])
    codes = np.frombuffer(written.encode("utf-32-le", "surrogatepass"), np.uint32).astype(np.int64)
    ends = starts + sizes
    hashes, powers = np.empty(len(starts), np.uint64), np.empty(len(starts), np.uint64)
    word_loops.word_hashes(codes, starts, ends, hashes, powers)
    distinct, index = np.unique(codes, return_inverse=True)
    traits = np.array([_traits(chr(code)) for code in distinct.tolist()], np.bool_).reshape(-1, 3)[index]
    is_symbol, has_letter, is_mark = (
        _all(traits[:, 0], starts, ends),
        ~_all(~traits[:, 1], starts, ends),
        _all(traits[:, 2], starts, ends),
    )
    single = [written[low] if size == 1 else "" for low, size in zip(starts.tolist(), sizes.tolist(), strict=True)]
    kinds = np.where(is_mark, word_loops.MARK, word_loops.OTHER).astype(np.uint8)
    kinds[np.isin(single, sorted(_sentence_ends()))] = word_loops.SENTENCE_END
    first = np.searchsorted(of_piece, np.arange(len(pieces) + 2)).astype(np.int64)
    return Vocabulary(first, sizes, hashes, powers, kinds, is_symbol, has_letter, _common(written, starts, sizes))


def _all(flags: NDArray[np.bool_], starts: NDArray[np.int64], ends: NDArray[np.int64]) -> NDArray[np.bool_]:
    """Whether the flag of each character of each word is set."""
    upto = np.concatenate([[0], np.cumsum(flags)])
    return np.asarray(upto[ends] - upto[starts] == ends - starts)


def _common(written: str, starts: NDArray[np.int64], sizes: NDArray[np.int64]) -> NDArray[np.uint8]:
    """The bit of each word among COMMON_WORDS, 0 for any other."""
    bits = {word: 1 << n for n, word in enumerate(COMMON_WORDS)}
    short = np.isin(sizes, [len(word) for word in COMMON_WORDS]).nonzero()[0]
    common = np.zeros(len(starts), np.uint8)
    common[short] = [bits.get(written[starts[n] : starts[n] + sizes[n]], 0) for n in short.tolist()]
    return common


@functools.cache
def _traits(character: str) -> tuple[bool, bool, bool]:
    """Whether a character is punctuation to datatrove, a letter, and punctuation to spaCy."""
    code = ord(character)
    is_control = code < 32 or 127 <= code < 160
    is_symbol = is_control or character in _symbols()
    return is_symbol, character.isalpha(), unicodedata.category(character)[0] == "P"


# Words by spaCy


@functools.cache
def _english() -> Language:
    import spacy

    return spacy.blank("en")


@functools.cache
def _sentence_ends() -> frozenset[str]:
    """The characters at which spaCy's sentencizer ends a sentence."""
    from spacy.pipeline import Sentencizer

    return frozenset(Sentencizer.default_punct_chars)


@functools.cache
def _symbols() -> frozenset[str]:
    """The characters that are punctuation to datatrove 0.10.1, besides control characters."""
    return _sentence_ends() | frozenset(SYMBOLS) | frozenset(MORE_SENTENCE_ENDS)


Split = tuple[str, NDArray[np.int64], NDArray[np.int64], NDArray[np.int64]]


def _split(pieces: list[str]) -> Split:
    """One text of all pieces; of each word begin and size in it, and the number of its piece."""
    parts = [_split_some(pieces[n : n + BATCH_PIECES], n) for n in range(0, len(pieces), BATCH_PIECES)]
    moved = np.cumsum([0, *(len(part[0]) for part in parts)])
    starts = np.concatenate([part[1] + move for part, move in zip(parts, moved.tolist(), strict=False)])
    return (
        "".join(part[0] for part in parts),
        starts,
        np.concatenate([part[2] for part in parts]),
        np.concatenate([part[3] for part in parts]),
    )


def _split_some(pieces: list[str], first: int) -> Split:
    """As `_split`; the number of the first piece is `first`. Each piece is a line of its own."""
    short = ["-" if len(piece) > LONGEST_PIECE else piece for piece in pieces]
    written = "\n".join(short)
    if len(_english().vocab) > MOST_KEPT:
        _english.cache_clear()
    sizes, blanks = _english()(written).to_array(["LENGTH", "SPACY"]).astype(np.int64).T
    starts = np.concatenate([[0], np.cumsum(sizes + blanks)[:-1]])
    begins = np.cumsum([0, *(len(piece) + 1 for piece in short)])
    of_piece = np.searchsorted(begins, starts, side="right") - 1
    inside = starts < begins[of_piece + 1] - 1
    starts, sizes, of_piece = starts[inside], sizes[inside], of_piece[inside]
    long = [n for n, piece in enumerate(pieces) if len(piece) > LONGEST_PIECE]
    if long:
        return _with_long(pieces, long, (written, starts, sizes, of_piece), first)
    return written, starts, sizes, of_piece + first


def _with_long(pieces: list[str], long: list[int], split: Split, first: int) -> Split:
    """The same with the words of long pieces in the place of their stand-ins."""
    written, starts, sizes, of_piece = split
    kept = ~np.isin(of_piece, long)
    added = [(n, match.start(), len(match[0])) for n in long for match in LONG_WORDS.finditer(pieces[n])]
    ends = np.cumsum([len(written), *(len(pieces[n]) for n in long)])
    moved = dict(zip(long, ends.tolist(), strict=False))
    all_starts = np.concatenate([starts[kept], np.array([moved[n] + start for n, start, _ in added], np.int64)])
    all_sizes = np.concatenate([sizes[kept], np.array([size for *_, size in added], np.int64)])
    all_pieces = np.concatenate([of_piece[kept], np.array([n for n, *_ in added], np.int64)])
    order = np.argsort(all_pieces, kind="stable")
    text = written + "".join(pieces[n] for n in long)
    return text, all_starts[order], all_sizes[order], all_pieces[order] + first
