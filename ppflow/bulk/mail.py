"""What would happen, before it does: who changes, who is left out and why, who gets which email."""

from __future__ import annotations

from dataclasses import dataclass, field, replace

from ppflow import web
from ppflow.bulk import doing, letters
from ppflow.bulk.doing import Asked
from ppflow.bulk.letters import Own
from ppflow.bulk.queries import Line, Names, forms_of, items, meant_by
from ppflow.bulk.workflow import TYPED_ABOVE, BulkAct
from ppflow.db import db
from ppflow.errors import NotNow, PpflowError
from ppflow.expressions import mail
from ppflow.expressions.effects import next_promise
from ppflow.expressions.models import Expression
from ppflow.letters import Rendered
from ppflow.people.models import Person
from ppflow.places.queries import capacity
from ppflow.releasing.acts import is_joint
from ppflow.tagging.queries import tagged_among


@dataclass
class Foreseen:
    """What a run would do now: the forms that change, in order, and the names of all."""

    will: list[Expression] = field(default_factory=list)
    changing: Names = field(default_factory=Names)
    skipped: dict[str, Names] = field(default_factory=dict)
    by_email: int = 0
    by_hand: Names = field(default_factory=Names)
    later: int = 0  # prepared, and released with others
    own: dict[int, Own] = field(default_factory=dict)  # what was typed for one person alone
    kept: list[tuple[Line, Own]] = field(default_factory=list)  # the same, of those left out

    @property
    def many(self) -> int:
        return self.changing.many

    def skip(self, why: str, line: Line | None) -> None:
        names = self.skipped.setdefault(why, Names())
        if line is None:
            names.many += 1
        else:
            names.add(line)


def line_of(expression: Expression) -> Line:
    """Somebody in a list of names."""
    who = expression.applicant
    return Line(expression.reference, f"{who.first_name} {who.last_name}".strip())


def foresee(asked: Asked, run_id: int) -> Foreseen:
    """Ask of each form of a run whether the act is open. Nothing is changed.

    One statement for each kind of relation, whether there are 2 forms or 5,000.
    """
    found, places = Foreseen(), _Places()
    forms = forms_of(run_id, asked.by)
    if asked.act.key in doing.TAGGING:
        asked = replace(asked, tagged=tagged_among(meant_by(run_id), asked.details["tag"]))
    for item in items(run_id):
        expression, own = forms.get(item.expression_id), letters.opened(item.sealed)
        if expression is None:
            found.skip(doing.GONE, None)
            continue
        try:
            doing.refuse(asked, expression, item.version)
            places.take(asked, expression)
        except PpflowError as refused:
            found.skip(doing.words_of(refused), line_of(expression))
            found.kept += [(line_of(expression), own)] if own.has_words else []
        else:
            found.own[expression.id] = own
            _will(found, asked, expression)
    return found


def _will(found: Foreseen, asked: Asked, expression: Expression) -> None:
    line = line_of(expression)
    found.will.append(expression)
    found.changing.add(line)
    if is_joint(asked.act.key, expression):
        found.later += 1
    elif asked.act.letter is not None and asked.is_sent and found.own[expression.id].is_sent:
        if mail.address_for(asked.act.letter, expression.applicant):
            found.by_email += 1
        else:
            found.by_hand.add(line)


class _Places:
    """Places that are left while offers are counted, by opportunity."""

    def __init__(self) -> None:
        self.left: dict[int, int | None] = {}

    def take(self, asked: Asked, expression: Expression) -> None:
        """Raises `NotNow` when the offers before this one took the last place."""
        opportunity = expression.opportunity
        is_free = asked.act.key != "offer" or bool(asked.details.get("over_places"))
        if is_free or opportunity is None or is_joint("offer", expression):
            return
        if opportunity.id not in self.left:
            self.left[opportunity.id] = capacity(opportunity).free
        left = self.left[opportunity.id]
        if left is not None and left <= 0:
            raise NotNow(doing.FULL)
        self.left[opportunity.id] = None if left is None else left - 1


@dataclass(frozen=True)
class Shown:
    """One of the letters, as it would go: `digest` is of the common one, empty for own words."""

    letter: Rendered
    line: Line
    to: str
    reply_to: str
    own: Own
    digest: str
    number: int


def letter_of(asked: Asked, found: Foreseen, place: int) -> Shown:
    """The letter of the person at that place of those who change."""
    name, expression = asked.act.letter or "", found.will[place]
    details, own = asked.performed(expression), found.own[expression.id]
    known = {**details, "next_reply_by": next_promise(asked.act.key, expression, details)}
    sender = db.session.get_one(Person, asked.by.person_id)
    address, line = mail.address_for(name, expression.applicant), line_of(expression)
    common = own.words or mail.for_applicant(name, expression, sender, **known)
    return Shown(
        common,
        line,
        address or f"{line.name or line.reference}, to print or read out",
        mail.reply_address(expression) if address else "",
        own,
        "" if own.has_words else letters.shown_as(common),
        place + 1,
    )


def letters_of(asked: Asked, found: Foreseen) -> list[Shown]:
    """Every letter, where they are few enough to be read one by one; else none."""
    if not _has_letters(asked, found) or found.many > TYPED_ABOVE:
        return []
    return [letter_of(asked, found, place) for place in range(found.many)]


@dataclass(frozen=True)
class Sample:
    """One letter of many, and whose come before and after."""

    shown: Shown
    previous: str
    next: str


def sample(asked: Asked, found: Foreseen, reference: str) -> Sample | None:
    """The letter of one of many, of the first where none is named; None where all are shown."""
    if not _has_letters(asked, found) or found.many <= TYPED_ABOVE:
        return None
    references = [each.reference for each in found.will]
    place = references.index(reference) if reference in references else 0
    return Sample(
        letter_of(asked, found, place),
        references[place - 1] if place else "",
        references[place + 1] if place + 1 < len(references) else "",
    )


def _has_letters(asked: Asked, found: Foreseen) -> bool:
    return asked.act.letter is not None and asked.is_sent and bool(found.will)


def many_words(act: BulkAct, many: int) -> str:
    """14 people, or 14 forms."""
    return web.plural(many, *act.many)


def button_words(act: BulkAct, found: Foreseen) -> str:
    """Offer a place to 14 people and send 12 emails"""
    words = act.does.format(many=many_words(act, found.many))
    if found.later and found.later == found.many:
        return f"Prepare {web.plural(found.later, 'decision')}"
    return f"{words} and send {web.plural(found.by_email, 'email')}" if found.by_email else words
