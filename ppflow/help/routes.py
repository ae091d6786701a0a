"""Help, and the statements a public site owes: accessibility, privacy, cookies.

The privacy page is drawn from the kinds' own fields, so that no question can be forgotten on it.
"""

from __future__ import annotations

from typing import Any, Final

from flask import Blueprint, Flask, Response, abort, g

from ppflow import access, config, web
from ppflow.erasing.mail import BACKUPS_DAYS
from ppflow.erasing.workflow import BY_KEY, EVERYTHING
from ppflow.kinds import KINDS, Kind, Sensitivity
from ppflow.programmes import queries

pages = Blueprint("help", __name__)

# Address, title and one line for the index. Pages without a line are linked from where they matter.
TOPICS: Final = {
    "phone": ("Getting help by phone", "Ring us, or ask us to ring you or fill in the form."),
    "formats": ("Other formats and languages", "Large print, easy read, audio, BSL and more."),
    "reply-times": ("How long replies take", "The day you will hear by, for each kind of form."),
    "payment": ("Payment and benefits", "What we pay, and where to get advice first."),
    "taking-part": (
        "Getting involved or taking part: the difference",
        "Two different ways to help with research.",
    ),
    "complaints": ("If something went wrong", "How to tell us, and who else can help."),
    "too-young": ("You need to be older for this one", ""),
    "not-agreed": ("They need to agree first", ""),
    "cannot-decide": ("When somebody cannot decide for themselves", ""),
}
SENSITIVITY_WORDS: Final = {
    Sensitivity.PLAIN: "",
    Sensitivity.MAY_REVEAL: "Kept locked (encrypted).",
    Sensitivity.SPECIAL: "Kept locked (encrypted). We record each person who opens it.",
}

# Every cookie that the site sets: when, what for, how long. A test compares it with the code.
COOKIES: Final = {
    "ppflow": (
        "When you open a page with a form, or sign in",
        "Keeps others from sending something in your name",
        "Until you close the browser. Staff are signed out after {idle} minutes without a click.",
    ),
    "draft": (
        "When you save the first page of a form",
        "Leads back to your form on this device, and to its receipt",
        "{drafts}",
    ),
    "status": (
        "When you open the private link we mailed you",
        "Shows your own page, for 30 minutes after each click",
        "1 day, or until you close your page. After 30 minutes it only keeps what you typed.",
    ),
    "sure": (
        "When you confirm by email that it is you",
        "Lets you see everything we hold, or erase it",
        "10 minutes",
    ),
}


@pages.get("/help")
@access.public
def index() -> Response:
    """All help pages."""
    listed = [(slug, title, line) for slug, (title, line) in TOPICS.items() if line]
    return _page("help/index.html", topics=listed)


@pages.get("/help/<slug>")
@access.public
def topic(slug: str) -> Response:
    """One help page."""
    if slug not in TOPICS:
        abort(404)
    return _page(f"help/{slug}.html", heading=TOPICS[slug][0], kinds=list(KINDS.values()))


@pages.get("/accessibility")
@access.public
def accessibility() -> Response:
    """The accessibility statement, after the GOV.UK model."""
    return _page("help/accessibility.html")


@pages.get("/privacy")
@access.public
def privacy() -> Response:
    """What we ask and why, who sees it, and when it is deleted."""
    asked = [(kind.public_label, _asked(kind)) for kind in KINDS.values()]
    return _page("help/privacy.html", asked=asked, clocks=EVERYTHING, backups_days=BACKUPS_DAYS)


@pages.get("/cookies")
@access.public
def cookies() -> Response:
    """The cookies that the site needs to work; there are no others."""
    prefix = "__Host-" if config.current().is_https else ""
    listed = [(prefix + name, *words) for name, words in COOKIES.items()]
    return _page("help/cookies.html", cookies=[_timed(row) for row in listed])


def _timed(row: tuple[str, ...]) -> list[str]:
    idle, drafts = config.current().session_idle_minutes, BY_KEY["drafts"].time
    return [text.format(idle=idle, drafts=drafts) for text in row]


def _page(template: str, **context: Any) -> Response:
    g.programme = queries.with_texts().first()
    return web.page(template, home_href="/", **context)


def _asked(kind: Kind) -> list[dict[str, str]]:
    """A row for each thing a kind asks: what, why, who sees it, how it is kept.

    Questions that go by the same short name share a row, with every reason.
    """
    rows: dict[str, dict[str, list[str]]] = {}
    for field in kind.fields():
        row = rows.setdefault(field.short, {"why": [], "seen_by": [], "kept": []})
        row["why"].append(field.why)
        row["seen_by"].append(field.seen_by)
        row["kept"].append(SENSITIVITY_WORDS[field.sensitivity])
    return [
        {"short": short, **{name: " ".join(dict.fromkeys(texts)) for name, texts in row.items()}}
        for short, row in rows.items()
    ]


def init_app(app: Flask) -> None:
    """Add these pages."""
    app.register_blueprint(pages)
