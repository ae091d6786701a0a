"""Walking a form as a visitor without JavaScript does: page by page, with what is said on each."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select

from ppflow.answers.models import Answers, Consent
from ppflow.db import db
from ppflow.expressions.models import Expression
from ppflow.outbox.models import Letter
from tests.support.pages import Page, Values, Visitor

Said = Mapping[str, Values]

AMINA = {"first_name": "Amina", "last_name": "Specimen"}
BY_EMAIL = {"contact_by": "email", "email": "Amina@Mail.example "}
BY_PHONE = {"contact_by": "phone", "phone": "0121 496 0199", "best_time": ["evening", "message"]}
BY_POST = {"contact_by": "post", "post_address": "1 Sample Street\nBirmingham\nB1 1AA"}

PUBLIC: Said = {
    "eligibility": {"age_ok": "yes"},
    "interest": {"why": "I care for my father, and nobody sees his week.", "how_work": ["group"]},
    "experience": {"experience": "Six years of caring with three conditions."},
    "support": {"access": "Papers by post, please.", "formats": ["large_print"]},
    "you": {**AMINA, "on_behalf": "self"},
    "contact": BY_EMAIL,
    "permissions": {"keep_for_future": "topic"},
}
STAFF: Said = {
    "offer": {"reason": "Our ward is loud at night.", "offer": ["other"], "hours": "4"},
    "you": {
        **AMINA,
        "job_role": "Research nurse",
        "employer": "Heart of England Trust, ward 7",
        "setting": "hospital",
        "manager_aware": "will_ask",
        "conflict": "no",
    },
    "contact": BY_EMAIL,
}
STUDY: Said = {
    "study": {"not_consent": "yes", "age_ok": "yes", "area": "b23"},
    "you": {**AMINA, "on_behalf": "self"},
    "contact": BY_PHONE,
    "permissions": {"share_with": "yes"},
}
NEED: Said = {
    "need": {"who": "staff", "need": "Why are people who work nights so seldom asked?"},
    "more": {"evidence": "unsure"},
    "stay": {"stay": "stay", "publish": "no"},
    "you": {**AMINA, "on_behalf": "self"},
    "contact": BY_EMAIL,
}
GENERAL: Said = {
    "help": {"age_ok": "yes", "how_help": ["shape", "unsure"], "topics": ["ageing"]},
    "support": {},
    "you": {**AMINA, "on_behalf": "self"},
    "contact": BY_EMAIL,
}


def said(form: Said, **pages: Values) -> Said:
    """The same form with other answers on some pages."""
    return {slug: {**values, **pages.get(slug, {})} for slug, values in form.items()}


def start(client: Visitor, address: str) -> Page:
    return client.visit(address).follow("Start now")


def walk_to_check(client: Visitor, address: str, form: Said) -> Page:
    """Fill in every page of a form; the check page."""
    page = start(client, address)
    for slug, values in form.items():
        assert page.path.endswith(f"/{slug}"), f"on {page.path}, not {slug}: {page.errors}"
        page = page.submit(values, button="Save and continue")
    assert page.path.endswith("/check"), f"on {page.path}: {page.errors}"
    return page


def send(page: Page, values: Values | None = None) -> Page:
    """Send from the check page, agreeing where something sensitive was said; the receipt."""
    has_consent = has_field(page, "consent_special")
    agreed = {"consent_special": "yes"} if has_consent else {}
    return page.submit({**agreed, **(values or {})}, button="Send my form")


def register(client: Visitor, address: str, form: Said) -> Page:
    """A whole form; the receipt."""
    return send(walk_to_check(client, address, form))


def shown(page: Page, name: str) -> str:
    """What a text box on the page holds."""
    (box,) = page.soup.select(f'main [name="{name}"]')
    return str(box.get("value") or box.get_text())


def has_field(page: Page, name: str) -> bool:
    return bool(page.soup.select(f'main [name="{name}"]'))


def sent() -> list[Expression]:
    """All that was sent, oldest first."""
    return list(db.session.scalars(select(Expression).order_by(Expression.id)))


def the_expression() -> Expression:
    (one,) = sent()
    return one


def the_answers(expression: Expression) -> Answers:
    return db.session.scalars(select(Answers).where(Answers.expression_id == expression.id)).one()


def consents(expression: Expression) -> dict[str, str]:
    rows = db.session.scalars(select(Consent).where(Consent.expression_id == expression.id))
    return {row.key: row.choice for row in rows}


def letters_to_applicant(expression: Expression) -> list[Letter]:
    return list(
        db.session.scalars(
            select(Letter)
            .where(Letter.expression_id == expression.id, Letter.person_id.is_(None))
            .order_by(Letter.id)
        )
    )
