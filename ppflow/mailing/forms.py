"""What somebody asks of the outbox (kept in the address), and the form of a corrected address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final
from urllib.parse import urlencode

from ppflow import forms
from ppflow.forms import LooksLikeEmail, Needed
from ppflow.mailing.workflow import ALL, BY_KEY, View

TO: Final = (("", "Everyone"), ("applicant", "The people who wrote to us"), ("staff", "Staff"))
DAYS: Final = (("", "Any time"), ("1", "Last day"), ("7", "Last 7 days"), ("30", "Last 30 days"))


@dataclass(frozen=True)
class Asked:
    """A view, what narrows it, and the place in it."""

    view: View = ALL
    q: str = ""
    to: str = ""
    days: int = 0
    before: int = 0
    after: int = 0

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q or self.to or self.days)

    def address(self, **changes: object) -> str:
        """The address of this list, with some of it otherwise."""
        asked = replace(self, **{"before": 0, "after": 0, **changes})  # type: ignore[arg-type]
        values = {
            "view": asked.view.key if asked.view is not ALL else "",
            "q": asked.q,
            "to": asked.to,
            "days": asked.days,
            "before": asked.before,
            "after": asked.after,
        }
        query = urlencode({name: value for name, value in values.items() if value})
        return f"/outbox?{query}" if query else "/outbox"


def read(args: Mapping[str, str]) -> Asked:
    """What the address asks for. What makes no sense is left out, never an error."""
    to = args.get("to", "")
    return Asked(
        view=BY_KEY.get(args.get("view", ""), ALL),
        q=forms.one_line(args.get("q"))[:100],
        to=to if to in dict(TO) else "",
        days=int(args["days"]) if args.get("days") in dict(DAYS) and args.get("days") else 0,
        before=_number(args.get("before", "")),
        after=_number(args.get("after", "")),
    )


def _number(text: str) -> int:
    return int(text) if text.isdecimal() and len(text) < 16 else 0


class AddressForm(forms.PageForm):
    """The right address of somebody whose email failed."""

    email = forms.Email(
        "The right email address",
        [Needed("Enter the email address, for example name@example.org"), LooksLikeEmail()],
        width="20",
        autocomplete="off",
        spellcheck=False,
    )
