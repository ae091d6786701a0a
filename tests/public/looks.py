"""What somebody looks at on a public page, and how a test changes what stands there."""

from __future__ import annotations

from typing import Any

from sqlalchemy import select

from ppflow.db import db, writing
from ppflow.opportunities import acts
from ppflow.opportunities.models import Opportunity
from tests.support.pages import Page


def titles(page: Page) -> list[str]:
    return [title.get_text() for title in page.soup.select(".pp-card__title")]


def count(page: Page) -> str:
    return page.soup.select_one("main [role=status]").get_text()


def chips(page: Page) -> dict[str, str]:
    return {
        a.get_text(" ", strip=True).removeprefix("Remove filter: ").removesuffix(" ✕"): a["href"]
        for a in page.soup.select(".pp-chip")
    }


def facts(page: Page) -> dict[str, str]:
    rows = page.soup.select(".pp-facts__row")
    return {row.dt.get_text(): row.dd.get_text(" ", strip=True) for row in rows}


def change_advert(slug: str, **facts: Any) -> None:
    with writing():
        opportunity = db.session.scalars(select(Opportunity).where(Opportunity.slug == slug)).one()
        for name, value in facts.items():
            setattr(opportunity, name, value)
        acts.reindex(opportunity)
