"""Which known words may be meant by a misspelt one: those of which the same is left when a letter or two are taken out of both.

Names of places and words of danger have eighty thousand such remains. As keys of a dictionary they took ten megabytes; here each is one
number in a table of numbers: a hash above, the word's own number below. Two remains with one hash do no harm: whoever asks compares the
words themselves.
"""

from array import array
from collections.abc import Iterable

_BITS = 20
_NUMBER = (1 << _BITS) - 1
_HASH = 0xFFFF_FFFF_FFFF_FFFF ^ _NUMBER


class Remains:
    """Made once, then only read."""

    __slots__ = ("_table",)

    def __init__(self, words: Iterable[Iterable[str]]) -> None:
        """What may be left of each word, in the order of their numbers; fewer than a million words."""
        marks = array("Q", (hash(left) & _HASH | number for number, lefts in enumerate(words, 1) for left in lefts))
        # half of it stays empty at least, so that what is not there is seen at the first look or the second
        table = self._table = array("Q", bytes(8 << (2 * len(marks)).bit_length()))
        mask = len(table) - 1
        for mark in marks:
            at = mark >> _BITS & mask
            while table[at]:
                at = at + 1 & mask
            table[at] = mark

    def of(self, lefts: Iterable[str]) -> set[int]:
        """The numbers (from 0) of the words of which one of these is left."""
        table, found = self._table, set[int]()
        mask = len(table) - 1
        for left in lefts:
            begin = hash(left) & _HASH
            at = begin >> _BITS & mask
            while mark := table[at]:
                if mark & _HASH == begin:
                    found.add((mark & _NUMBER) - 1)
                at = at + 1 & mask
        return found
