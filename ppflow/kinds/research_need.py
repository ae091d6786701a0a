"""A research need or idea (domain.md 3.4). It may be told without a name."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Final

from ppflow.kinds import reaching, shared, words
from ppflow.kinds.form import Advice, Answers, Context, Field, Kind, Page, Sensitivity

MAY_REVEAL = Sensitivity.MAY_REVEAL


def wants_to_stay(answers: Answers, _context: Context) -> bool:
    return answers.get("stay") != "tell"


def theme_options(context: Context) -> tuple[tuple[str, str], ...]:
    themes = [(theme.slug, theme.title) for theme in context.programme.themes]
    return (("", "I am not sure"), *themes)


WHO: Final = Field(
    key="who",
    label="Which of these are you?",
    input="radios",
    options=(
        ("patient", "A patient or someone who uses services"),
        ("carer", "An unpaid carer"),
        ("public", "A member of the public"),
        ("staff", "Someone who works in health or care"),
        ("organisation", "Writing for a group or organisation"),
    ),
    short="You are",
    why="To see from which side the need is seen.",
    missing="Choose the one that fits best.",
    sensitivity=MAY_REVEAL,
)
NEED: Final = Field(
    key="need",
    label="What should be found out or made better?",
    hint="Please do not name people, or tell a story that shows who somebody is.",
    input="textarea",
    rows=8,
    max_words=300,
    max_characters=4000,
    short="The need",
    why="To see whether research has answered it, or should.",
    missing="Tell us what should be found out or made better.",
    sensitivity=MAY_REVEAL,
)
AFFECTED: Final = Field(
    key="affected",
    label="Who is affected, and where?",
    input="text",
    max_characters=200,
    is_needed=False,
    short="Who is affected",
    why="To see how many people it touches.",
    sensitivity=MAY_REVEAL,
)
NOW: Final = Field(
    key="now",
    label="What happens now?",
    input="textarea",
    max_words=150,
    is_needed=False,
    short="What happens now",
    why="To see what would be different.",
    is_searchable=True,
)
THEME: Final = Field(
    key="theme",
    label="Which theme is nearest?",
    input="select",
    options=theme_options,
    is_needed=False,
    short="Nearest theme",
    why="To give it to the right people.",
)
EVIDENCE: Final = Field(
    key="evidence",
    label="Have you seen any research on it?",
    input="radios",
    options=words.YES_NO_UNSURE,
    is_needed=False,
    short="Research you have seen",
    why="So that we do not look twice.",
)
LINK: Final = Field(
    key="evidence_link",
    label="If yes, where?",
    hint="A web address that starts with https://",
    input="text",
    max_characters=500,
    is_needed=False,
    short="Research you have seen",
    why="So that we do not look twice.",
)
STAY: Final = Field(
    key="stay",
    label="Would you like to stay involved?",
    input="radios",
    options=(
        ("stay", "Yes, and hear what comes of it"),
        ("tell", "No, I just wanted to tell you", "You do not have to give your name."),
    ),
    short="Staying involved",
    why="To know whether you want an answer.",
    missing="Choose whether you would like to hear from us.",
)
PUBLISH: Final = Field(
    key="publish",
    label="May we publish the need, without your name?",
    hint="We take out anything that shows who somebody is, and show you the text first.",
    input="radios",
    options=words.YES_NO,
    default="no",
    short="Publishing the need",
    why="So that others can see it and join in, only if you say yes.",
    missing="Choose yes or no.",
    is_consent=True,
    group=words.PERMISSIONS,
)


def check_link(answers: Answers, _context: Context) -> dict[str, str]:
    link = answers.get("evidence_link")
    if link and not re.fullmatch(r"https://[^\s]+\.[^\s]+", link):
        return {"evidence_link": "Enter a web address that starts with https://, or leave it out."}
    return {}


# Stems, so that "complaining" and "abused" are seen too. They only show a notice; nothing is
# refused, so a wrong guess costs one extra page.
EMERGENCY = re.compile(
    r"\b(suicid|kill (myself|himself|herself|themsel)|end my life|emergency|overdos|self.harm"
    r"|heart attack now|can(not|['’]t) breathe|dying now|chest pain)",
    re.IGNORECASE,
)
SAFEGUARDING = re.compile(
    r"\b(abus(e|ed|ing|ive)|neglect(ed|ing)?|assault|hit(s|ting)? (me|him|her)|afraid of (him|her)"
    r"|being hurt|hurts (me|him|her|them)|safeguard|exploit)",
    re.IGNORECASE,
)
COMPLAINT = re.compile(
    r"\b(complain|compensation|negligen|sue\b|legal action|misdiagnos|my (doctor|nurse|gp) (was|is"
    r"|refus)|rude to me|poor care|bad care|let down by)",
    re.IGNORECASE,
)


def advise(answers: Answers, _context: Context) -> Advice | None:
    """The right way for an emergency, a worry about harm, or a complaint. They may go on."""
    text = " ".join(str(answers.get(key) or "") for key in ("need", "affected", "now"))
    if EMERGENCY.search(text):
        return Advice(
            "If someone is in danger now, ring 999",
            ("We do not read forms day and night. These people answer at once:",),
            (
                "Danger to life: ring 999.",
                "Urgent, but not life-threatening: ring 111. For a mental health crisis, "
                "ring 111 and choose option 2.",
                "Someone to talk to, day or night: Samaritans, 116 123, free.",
            ),
            is_urgent=True,
        )
    if SAFEGUARDING.search(text):
        return Advice(
            "If someone is being hurt or neglected",
            ("Please tell the people whose job it is to keep them safe. A form cannot do that.",),
            (
                "In danger now: ring 999.",
                "Otherwise ring the adult or children’s social care team of your council.",
                "You can also tell any nurse, doctor or teacher.",
            ),
            is_urgent=True,
        )
    if COMPLAINT.search(text):
        return Advice(
            "If you want to complain about care",
            ("We look after research. We cannot look into care that somebody had.",),
            (
                "Ring the Patient Advice and Liaison Service (PALS) of the hospital.",
                "For a GP practice, ask for the practice manager or your integrated care board.",
                "Your council can name an independent advocate who helps you, free.",
            ),
        )
    return None


def _only_if_staying(page: Page) -> Page:
    return replace(page, shown=wants_to_stay)


RESEARCH_NEED = Kind(
    key="research_need",
    label="Research need",
    short_label="Need",
    public_label="Tell us about a research need or idea",
    start_title="Tell us about a research need",
    start_text=(
        "Tell us what is not known, or what could be better. You do not need to be an expert.",
        "You can leave your name out.",
    ),
    minutes="About 5 minutes",
    promise_days=10,
    goes_to_pool=True,
    needs_target=False,
    may_be_offered=False,
    subject_words="your research need",
    special_purpose="to look into the need and to reply to me",
    extras_page="more",
    advice_after="need",
    advice=advise,
    pages=(
        Page(slug="need", title="What is the need?", group="The need",
             fields=(WHO, NEED, AFFECTED, NOW)),
        Page(slug="more", title="What is known?", group="The need",
             fields=(THEME, EVIDENCE, LINK), check=check_link),
        Page(slug="stay", title="What should we do with it?", group="Staying involved",
             fields=(STAY, PUBLISH)),
        _only_if_staying(shared.you_page()),
        _only_if_staying(
            reaching.contact_page(*reaching.support_fields(), reaching.keep_for_future())
        ),
    ),
    triage_questions=(
        "Who is affected, and how many people might that be?",
        "What happens now, and what goes wrong?",
        "Have you seen any research on it?",
        "Would you like to stay involved as it goes forward?",
        "Who else should be part of this?",
    ),
)  # fmt: skip
