"""Five people with a phone of 320 pixels, no JavaScript and no mouse: from `/` to their receipt.

Each walks as a person would: follows links by their words, forgets something once, and is told.
"""

from __future__ import annotations

from collections.abc import Callable

from tests.support.accessibility import fits
from tests.support.keyboard import Keyboard

SAVE = "Save and continue"
EMAIL = "amina@mail.example"


class Walk(Keyboard):
    """The keyboard; whatever page it comes to is looked at as every page must be."""

    def begin(self) -> None:
        self.page.goto("/")
        fits(self.page)

    def _enter(self) -> None:
        super()._enter()
        fits(self.page)

    def save(self, *, is_refused: bool = False) -> None:
        """Go on to the next page of the form, or to this one with its errors."""
        self.press(SAVE)
        errors = self.page.get_by_role("alert").count()
        assert bool(errors) is is_refused, f"on {self.page.url}: {self.page.inner_text('main')}"

    def send(self) -> str:
        """Send from the check page; the reference on the receipt."""
        self.press("Send my form")
        assert self.page.locator("h1").inner_text() == "We have your form"
        return self.page.locator(".pp-reference").inner_text()

    def give_name(self) -> None:
        self.type("First name", "Amina")
        self.type("Last name", "Specimen")

    def for_herself(self) -> None:
        self.give_name()
        self.choose("Me", question="Who is this form for?")
        self.save()

    def by_email(self) -> None:
        self.choose("Email", question="What works best for you?")
        self.type("Email address", EMAIL)


def get_involved(walk: Walk) -> str:
    """A patient, for a panel: what is said of access needs asks for a permission of its own."""
    walk.press("See what is open")
    walk.follow("Join our sleep panel")
    walk.press("Put my name forward")
    walk.press("Start now")
    walk.save(is_refused=True)
    walk.choose("Yes", question="Are you 16 or over?")
    walk.save()
    walk.type("Why does this interest you?", "I care for my father. 🌳")
    walk.tick("An unpaid carer")
    walk.save()
    walk.save()  # nothing about health
    walk.type("What would help? (optional)", "Papers by post, please")
    walk.tick("Large print")
    walk.save()
    walk.for_herself()
    walk.by_email()
    walk.save()
    walk.choose("Yes, on this topic", question="May we tell you about other opportunities?")
    walk.save()
    walk.press("Send my form")
    assert walk.page.title().startswith("Error: ")
    walk.tick(
        "I agree that you use what I wrote under ‘Help to take part’, "
        "to arrange my support and to choose people for this group."
    )
    return walk.send()


def help_a_project(walk: Walk) -> str:
    """A nurse, for a project that looks for staff."""
    walk.press("Find a project")
    walk.follow("Better sleep on wards")
    walk.press("Put my name forward")
    walk.follow("I work in health, care or research")
    walk.press("Start now")
    walk.type("What draws you to this project?", "Our ward is loud at night.")
    walk.save(is_refused=True)
    walk.tick("Something else, said below")
    walk.type("How many hours a month could you give?", "4")
    walk.save()
    walk.give_name()
    walk.type("Your role at work", "Research nurse")
    walk.type("Your organisation and team", "Heart of England Trust, ward 7")
    walk.select("What kind of organisation is it?", "Hospital trust")
    walk.choose("I will ask", question="Does your line manager know and agree?")
    walk.choose("No", question="Do you have a conflict of interest?")
    walk.save()
    walk.by_email()
    walk.choose("No", question="May we tell you about other opportunities?")
    walk.save()
    return walk.send()


def hear_about_a_study(walk: Walk) -> str:
    """Somebody who might take part in a study, and first wants to know more."""
    walk.press("See what is open")
    walk.follow("Take part in a sleep study")
    walk.press("Put my name forward")
    walk.press("Start now")
    walk.save(is_refused=True)
    walk.tick(
        "I understand that this is not agreeing to take part. The study team explains everything "
        "first, and I can say no at any time."
    )
    walk.choose("Yes", question="Are you 18 or over?")
    walk.type("What is the first half of your postcode?", "b23")
    walk.save()
    walk.for_herself()
    walk.by_email()
    walk.save()
    walk.tick(
        "You may pass my answers and contact details to the programme office "
        "of “Take part in a sleep study”, and to nobody else."
    )
    walk.choose("No", question="May we tell you about other studies?")
    walk.save()
    return walk.send()


def tell_a_need(walk: Walk) -> str:
    """A question that nobody seems to have studied."""
    walk.follow("Tell us about a research need")
    walk.press("Tell us about a need")
    walk.press("Start now")
    walk.choose("An unpaid carer", question="Which of these are you?")
    walk.save(is_refused=True)
    walk.type(
        "What should be found out or made better?", "Why are those who work nights not asked?"
    )
    walk.save()
    walk.save()
    walk.choose("Yes, and hear what comes of it", question="Would you like to stay involved?")
    walk.choose("No", question="May we publish the need, without your name?")
    walk.save()
    walk.for_herself()
    walk.by_email()
    walk.choose("No", question="May we tell you about other opportunities?")
    walk.save()
    return walk.send()


def offer_in_general(walk: Walk) -> str:
    """Nothing on the list is quite right."""
    walk.press("See what is open")
    walk.follow("Put your name forward in general")
    walk.press("Start now")
    walk.choose("Yes", question="Are you 16 or over?")
    walk.save(is_refused=True)
    walk.tick("I am not sure yet")
    walk.tick("Any health topic")
    walk.save()
    walk.save()
    walk.for_herself()
    walk.by_email()
    walk.choose("No", question="May we tell you about other opportunities?")
    walk.save()
    return walk.send()


FORMS: dict[str, Callable[[Walk], str]] = {
    "ppie_contributor": get_involved,
    "staff_volunteer": help_a_project,
    "research_participation": hear_about_a_study,
    "research_need": tell_a_need,
    "general": offer_in_general,
}
