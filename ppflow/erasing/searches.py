"""Words by which staff looked for somebody: they stand in kept addresses of the queue.

A column that holds such an address, or a name that staff typed, says so itself (`KEEPS_QUERY`,
`KEEPS_WORDS` in its `info`): what a later table keeps is found without being named here.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from typing import Any, Final
from urllib.parse import parse_qsl, urlencode

from sqlalchemy import Column, select, update

from ppflow.db import KEEPS_QUERY, KEEPS_WORDS, db
from ppflow.expressions.models import Expression

_PARTS: Final = re.compile(r"[^\W_]+")
_DIGITS: Final = re.compile(r"\D+")
SHORTEST: Final = 2  # letters of a name that is looked for
SEARCH: Final = "q"  # what was typed, in an address of the queue


def forget(expression: Expression) -> None:
    """Take this person's words out of kept searches, in the caller's transaction.

    Words that equal their reference, a part of a name, the email or the phone number go; the rest
    of a search, and its filters, stay. Whole columns are looked through: nobody keeps many.
    """
    theirs = _Theirs(expression)
    for column in _columns(KEEPS_QUERY):
        _clean(column, theirs.without_in_query, column.contains(f"{SEARCH}="))
    for column in _columns(KEEPS_WORDS):
        _clean(column, theirs.without, column != "")


class _Theirs:
    """What is theirs among words that somebody typed."""

    def __init__(self, expression: Expression) -> None:
        who = expression.applicant
        names = " ".join((who.first_name, who.last_name, who.helper_name)).casefold()
        self.parts = {part for part in _PARTS.findall(names) if len(part) >= SHORTEST}
        self.whole = {expression.reference.casefold(), who.email.casefold()} - {""}
        self.phone = _DIGITS.sub("", who.phone)

    def without(self, text: str) -> str:
        """The words that are not theirs."""
        is_phone = bool(self.phone) and self.phone in _DIGITS.sub("", text)
        return " ".join(word for word in text.split() if not self._has(word, is_phone=is_phone))

    def _has(self, word: str, *, is_phone: bool) -> bool:
        small = word.casefold()
        is_whole = any(each in small for each in self.whole)
        digits = _DIGITS.sub("", word)
        is_of_phone = is_phone and bool(digits) and digits in self.phone
        return is_whole or is_of_phone or not self.parts.isdisjoint(_PARTS.findall(small))

    def without_in_query(self, query: str) -> str:
        """The address without them."""
        pairs = [
            (name, self.without(value) if name == SEARCH else value)
            for name, value in parse_qsl(query)
        ]
        return urlencode([(name, value) for name, value in pairs if value])


def _columns(mark: str) -> Iterator[Column[Any]]:
    for table in db.metadata.sorted_tables:
        yield from (column for column in table.c if column.info.get(mark))


def _clean(column: Column[Any], without: Callable[[str], str], condition: Any) -> None:
    """Write the words that are left; a name of which nothing is left is a number."""
    ids = column.table.c.id
    for id_, text in db.session.execute(select(ids, column).where(condition)).all():
        left = without(text)
        is_name = bool(column.info.get(KEEPS_WORDS))
        if left == (" ".join(text.split()) if is_name else urlencode(parse_qsl(text))):
            continue
        if is_name:  # two of one person may not have one name
            left = f"{left or 'View'} {id_}"
        db.session.execute(update(column.table).where(ids == id_).values({column.key: left}))
