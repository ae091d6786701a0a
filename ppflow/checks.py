"""What an answer must be. Each message says what to do, with an example where that helps."""

from __future__ import annotations

import re
from typing import Any

from wtforms import Field
from wtforms.validators import StopValidation

EMAIL = re.compile(r"[^@\s,;:<>()\[\]\\\"]+@[^@\s,;:<>()\[\]\\\".]+(\.[^@\s,;:<>()\[\]\\\".]+)+")


class Needed:
    """This must be answered; the message says what to do."""

    field_flags = {"required": True}

    def __init__(self, message: str) -> None:
        self.message = message

    def __call__(self, form: Any, bound: Field) -> None:
        if bound.errors or getattr(bound, "process_errors", None):
            raise StopValidation
        if not bound.data:
            raise StopValidation(self.message)


class MaxWords:
    """At most so many words, forgiving by 10%."""

    def __init__(self, words: int) -> None:
        self.words = words

    def __call__(self, form: Any, bound: Field) -> None:
        count = len((bound.data or "").split())
        if count > self.words * 1.1:
            raise StopValidation(f"Use {self.words} words or fewer. You have used {count}.")


class MaxCharacters:
    """At most so many characters."""

    def __init__(self, characters: int) -> None:
        self.characters = characters

    def __call__(self, form: Any, bound: Field) -> None:
        count = len(bound.data or "")
        if count > self.characters:
            raise StopValidation(
                f"Use {self.characters:,} characters or fewer. You have used {count:,}."
            )


class LooksLikeEmail:
    """One plain address that our mail can reach; the local part must be ASCII."""

    def __call__(self, form: Any, bound: Field) -> None:
        typed = bound.data or ""
        if not typed:
            return
        local = typed.rpartition("@")[0]
        if len(typed) > 254 or not EMAIL.fullmatch(typed) or not local.isascii():
            raise StopValidation("Enter an email address like name@example.com.")
