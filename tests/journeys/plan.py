"""The plan of the scripted day: 40 forms, what happens to each, and what must come of it.

A step is a verb of `expressions/workflow.py`; with `!` the person does it on their own page.
Beside the verbs: `take` (nobody answered it), `prepare.offer` (joint release), `release`, `-`
(nothing in this round) and `|` (four weeks pass).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import datetime
from typing import Final

from ppflow.expressions.workflow import LIFE, Status
from ppflow.web import short_day
from tests.support.cast import Cast, Staff

PANEL, STUDY, ROLE, JOINT, NEED, GENERAL = "panel", "study", "role", "joint", "need", "general"
WEEKS_PASS: Final = "|"

# (about what, who acts for us, what happens)
PLAN: Final = (
    (PANEL, "farah", "start message ask answer! offer accept! complete"),
    (PANEL, "dev", "ask message answer offer write! decline!"),
    (PANEL, "farah", "propose write! pick! move message talked_sooner wait"),
    (PANEL, "farah", "offer accept! message write! withdraw!"),
    (PANEL, "cora", "wait message promise write! offer"),
    (PANEL, "dev", "arrange write! ask offer message accept"),
    (PANEL, "farah", "write! promise write! promise pass_on"),
    (PANEL, "farah", "pass_on ask ask pass_on propose pick | talked arrange"),
    (PANEL, "farah", "arrange propose arrange pass_on offer pass_on decline"),
    (PANEL, "farah", "wait pass_on ask wait propose"),
    (PANEL, "dev", "wait arrange wait"),
    (PANEL, "cora", "start arrange not_this_time write! reopen"),
    (PANEL, "farah", "ask not_this_time carry_over!"),
    (PANEL, "farah", "start not_this_time carry_over"),
    (PANEL, "farah", "offer accept! complete write! reopen"),
    (PANEL, "dev", "withdraw! write! reopen"),
    (PANEL, "farah", "start withdraw"),
    (PANEL, "farah", "ask withdraw!"),
    (PANEL, "cora", "arrange withdraw!"),
    (PANEL, "farah", "wait withdraw!"),
    (PANEL, "farah", "start offer withdraw!"),
    (PANEL, "farah", "ask | lapse write! reopen"),
    (PANEL, "dev", "offer | lapse"),
    (PANEL, "cora", "arrange | missed"),
    (STUDY, "farah", "pass_to_study message write! complete"),
    (STUDY, "dev", "message pass_to_study withdraw!"),
    (STUDY, "farah", "ask pass_to_study"),
    (STUDY, "farah", "start wait arrange pass_to_study"),
    (ROLE, "farah", "start propose duplicate"),
    (ROLE, "farah", "arrange duplicate"),
    (ROLE, "dev", "wait duplicate"),
    (ROLE, "farah", "offer duplicate"),
    (JOINT, "gwen", "prepare.offer release not_this_time"),
    (JOINT, "gwen", "prepare.wait release not_this_time"),
    (JOINT, "gwen", "prepare.not_this_time release"),
    (NEED, "cora", "spam not_spam start spam not_spam take duplicate"),
    (NEED, "cora", "ask spam not_spam wait spam"),
    (GENERAL, "cora", "arrange spam not_spam offer spam"),
    (GENERAL, "cora", "aside.not_spam take start duplicate"),
    (GENERAL, "cora", "take wait offer extend decline!"),
)

KINDS: Final = {
    PANEL: "ppie_contributor", JOINT: "ppie_contributor", STUDY: "research_participation",
    ROLE: "staff_volunteer", NEED: "research_need", GENERAL: "general",
}  # fmt: skip
SUBJECTS: Final = {
    "ask": "A question for you", "propose": "Choose a time for a short talk",
    "pick": "The time of our talk", "arrange": "Can we have a short talk?",
    "move": "A new time for our talk", "missed": "We missed you",
    "talked_sooner": "No talk needed on {day}",
    "offer": "We would like you to join",
    "extend": "You have more time to say yes or no", "accept": "You have a place",
    "decline": "Thank you for telling us", "wait": "You are on the waiting list",
    "pass_to_study": "We have passed your details on, as you agreed",
    "not_this_time": "Not this time", "carry_over": "Your form goes to another opportunity",
    "promise": "The day by which you hear from us", "pass_on": "Somebody else will answer you",
    "complete": "Thank you, and what came of it", "withdraw": "You have withdrawn",
    "lapse": "We have closed your form for now", "duplicate": "We have this form twice",
    "reopen": "Your form is open again",
}  # fmt: skip
THEY_DID: Final = {
    "answer": "They wrote to us", "write": "They wrote to us", "withdraw": "They have withdrawn",
    "accept": "They take the place", "decline": "They said no, and a place is free",
}  # fmt: skip
LOOKED_BACK: Final = frozenset({"talked", "missed"})  # what came of a talk; its time stays


@dataclass
class Foreseen:
    """What must come of one form, told step by step from the table and the catalogue of letters."""

    cast: Cast
    about: str
    reference: str
    address: str
    status: Status = Status.RECEIVED
    answers: Staff | None = None
    talk_at: datetime | None = None
    mail: list[tuple[str, str]] = field(default_factory=list)
    walked: list[tuple[str, str, str]] = field(default_factory=list)

    def came(self) -> None:
        """A receipt, and one letter to everybody who answers such a form."""
        self._told(self.address, "We have your form")
        self.is_given()

    def is_given(self) -> None:
        teams = {JOINT: [self.cast.other_facilitator], NEED: [], GENERAL: []}
        team = teams.get(self.about, [self.cast.facilitator, self.cast.deputy])
        self.answers = team[0] if team else None
        words = "New form" if team else "New form, and nobody answers it yet"
        for person in [*team, self.cast.coordinator]:
            self._told(person.email, words)

    def does(
        self,
        verb: str,
        by: Staff | None,
        to: Staff | None = None,
        at: datetime | None = None,
    ) -> None:
        """One verb, by one of us or (None) by the person; `to` and `at` are what was chosen."""
        row, before = LIFE.transitions[verb], self.status
        assert before in row.sources, f"{verb} from {before}: the plan does not follow the table"
        is_first = before is Status.RECEIVED and verb in {"message", "promise"}
        self.status = row.target or (Status.IN_REVIEW if is_first else before)
        self.walked.append((verb, before, self.status))
        if row.letter:
            sender = f"A message from {by.name.split()[0]}" if by else ""
            named = short_day(self.talk_at) if self.talk_at else ""
            self._told(self.address, SUBJECTS.get(verb, sender).format(day=named))
        if verb == "not_spam":
            self.came()
        if verb == "carry_over":
            self.about = JOINT
            self.is_given()
        self._time_is(verb, before, by, at)
        if to is not None:
            self.answers = to
            self._told(to.email, "This form is yours now")
        if by is None and verb in THEY_DID:
            self._told((self.answers or self.cast.coordinator).email, THEY_DID[verb])

    def _time_is(self, verb: str, before: Status, by: Staff | None, at: datetime | None) -> None:
        """Whoever answers hears when somebody else fixes a time, moves it or ends it."""
        was, self.talk_at = self.talk_at, at or self.talk_at
        if self.answers is None or by == self.answers:
            return
        is_off = before is Status.CONVERSATION is not self.status and verb not in LOOKED_BACK
        if at is not None:
            self._told(self.answers.email, f"Conversation on {short_day(at)}")
        elif is_off and was is not None and by is not None:
            self._told(self.answers.email, f"No conversation on {short_day(was)}")

    def _told(self, address: str, words: str) -> None:
        self.mail.append((address, f"{self.reference}: {words}"))
