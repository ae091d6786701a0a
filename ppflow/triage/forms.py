"""What somebody asks of the queue, read from the address: view, search, filters, order, place."""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import UTC, date, datetime
from typing import Any, Final
from urllib.parse import urlencode

from werkzeug.datastructures import MultiDict

from ppflow.access import Role, Standing
from ppflow.db import UtcDateTime
from ppflow.expressions.workflow import WORDS
from ppflow.filters import MAX_SEARCH_CHARACTERS
from ppflow.forms import one_line
from ppflow.kinds import KINDS
from ppflow.tagging.acts import LONGEST
from ppflow.triage.workflow import VIEWS, Order, View

DUE: Final = {"late": "Overdue", "today": "Today", "week": "This week"}
NEEDS: Final = "yes"
NOBODY: Final = "nobody"
QUESTIONS: Final = (
    "q", "status", "kind", "programme", "project", "opportunity", "assignee", "due", "needs",
    "tag",
)  # fmt: skip
ADDRESS: Final = ("view", *QUESTIONS, "sort", "at")  # what a person's page keeps of the list
LAST_ID: Final = 2**63 - 1  # what both databases can compare a key with


@dataclass(frozen=True)
class Mark:
    """A place in the queue: beyond the row with this value and id, forwards or backwards."""

    value: date | datetime
    id: int
    is_back: bool = False

    @property
    def words(self) -> str:
        """As it stands in an address."""
        return place(self.value, self.id)


def place(value: date | datetime, number: int) -> str:
    """The words of a `Mark`."""
    return f"{value.isoformat()}~{number}"


@dataclass(frozen=True)
class Asked:
    """A view, what is searched and filtered in it, its order, and the place to read on from."""

    view: View
    q: str = ""
    status: str = ""
    kind: str = ""
    programme: str = ""
    project: str = ""
    opportunity: str = ""
    assignee: str = ""  # a person's id, or "nobody"
    due: str = ""
    needs: str = ""
    tag: str = ""  # a word of staff
    sort: str = ""  # empty for the view's own order
    mark: Mark | None = None
    hits: tuple[int, ...] | None = None  # ids of forms that hold the words of `q`, once found
    start: int = 1  # the number of the first row, for the words "26 to 50"

    @property
    def is_narrowed(self) -> bool:
        return any(getattr(self, name) for name in QUESTIONS)

    @property
    def order(self) -> Order:
        return self.view.orders.get(self.sort, self.view.order)

    def query(self) -> str:
        """View, filters and order, without a place: also what a saved view keeps."""
        pairs = [("view", self.view.key)]
        pairs += [(n, getattr(self, n)) for n in (*QUESTIONS, "sort") if getattr(self, n)]
        return urlencode(pairs)

    def without(self, name: str) -> Asked:
        """The same list from its beginning, with nothing chosen in one filter."""
        changed: Any = {name: ""}
        return replace(self, mark=None, start=1, **changed)

    def address(self, mark: Mark | None = None, start: int = 1) -> str:
        """This list, read on from a place."""
        if mark is None:
            return f"/triage?{self.query()}"
        name = "before" if mark.is_back else "after"
        return f"/triage?{self.query()}&{urlencode({name: mark.words, 'start': start})}"


def views_for(standing: Standing, views: tuple[View, ...]) -> tuple[View, ...]:
    """The views this person works with."""
    judges = standing.has(Role.COORDINATOR)
    return tuple(view for view in views if judges or not view.is_for_coordinators)


def read(args: MultiDict[str, str], standing: Standing) -> Asked:
    """What an address asks; what it cannot mean is left out, so that an old address still works."""
    view = VIEWS.get(args.get("view", ""), VIEWS["mine"])
    if view.is_for_coordinators and not standing.has(Role.COORDINATOR):
        view = VIEWS["mine"]
    is_back = "before" in args
    sort = args.get("sort", "")
    sort = sort if sort in view.orders and sort != view.order.key else ""
    order = view.orders.get(sort, view.order)
    about, _, number = args.get("about", "").partition("-")  # as older addresses said it
    old = {about: number}
    return Asked(
        view=view,
        q=one_line(args.get("q"))[:MAX_SEARCH_CHARACTERS],
        status=_one_of(args.get("status", ""), list(WORDS)),
        kind=_one_of(args.get("kind", ""), list(KINDS)),
        programme=_id(args.get("programme", "")),
        project=_id(args.get("project", old.get("project", ""))),
        opportunity=_id(args.get("opportunity", old.get("opportunity", ""))),
        assignee=_one_of(args.get("assignee", ""), [NOBODY]) or _id(args.get("assignee", "")),
        due=_one_of(args.get("due", ""), list(DUE)),
        needs=_one_of(args.get("needs", ""), [NEEDS]),
        tag=one_line(args.get("tag"))[:LONGEST],
        sort=sort,
        mark=read_mark(args.get("before" if is_back else "after", ""), order, is_back=is_back),
        start=_number(args.get("start", "")) or 1,
    )


def _one_of(text: str, options: list[str]) -> str:
    return text if text in options else ""


def _number(text: str) -> int:
    return int(text) if text.isascii() and text.isdigit() and len(text) < 10 else 0


def _id(text: str) -> str:
    return str(_number(text) or "")


def read_mark(text: str, order: Order, *, is_back: bool = False) -> Mark | None:
    """A place in that order, as `Mark.words` wrote it; None for anything else."""
    value, _, number = text.rpartition("~")
    is_number = number.isascii() and number.isdigit() and len(number) < 20
    if not value or not is_number or int(number) > LAST_ID:
        return None
    try:
        return Mark(_value(order, value), int(number), is_back)
    except (ValueError, OverflowError):
        return None


def _value(order: Order, text: str) -> date | datetime:
    kind: Any = order.column.type
    if not isinstance(kind, UtcDateTime):
        return date.fromisoformat(text)
    moment = datetime.fromisoformat(text)
    if moment.tzinfo is None:
        raise ValueError("a moment without its zone")
    return moment.astimezone(UTC)  # the ends of time have no UTC
