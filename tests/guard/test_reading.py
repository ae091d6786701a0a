"""No page writes: every GET of the site is asked for, and every statement it makes is read."""

import re
from collections.abc import Callable, Iterator
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select

from ppflow.applicants.acts import current_link
from ppflow.db import db, writing
from ppflow.keys import link_token
from tests.support.cast import Cast, sign_in
from tests.support.pages import Visitor
from tests.support.statements import statements

WRITES = re.compile(
    r"\s*(INSERT|UPDATE|DELETE|REPLACE|CREATE|DROP|ALTER|TRUNCATE|VACUUM)\b", re.IGNORECASE
)


def rows() -> dict[str, int]:
    db.session.rollback()
    return {
        table.name: db.session.scalar(select(func.count()).select_from(table)) or 0
        for table in db.metadata.sorted_tables
    }


def addresses(app: Flask, cast: Cast, reference: str, token: str) -> Iterator[str]:
    """Every GET address, with things that exist in its places."""
    names = {
        "reference": reference,
        "token": token,
        "filename": "css/ppflow.css",
        "kind": "general",
    }
    for rule in app.url_map.iter_rules():
        if "GET" not in (rule.methods or set()) or rule.endpoint == "static":
            continue
        slugs = {"opportunit": cast.panel, "project": cast.project, "programme": cast.programme}
        slug = next((t.slug for word, t in slugs.items() if word in rule.rule), "x")
        path = re.sub(r"<any\((\w+)[^>]*>", r"\1", re.sub(r"<int[^>]*>", "1", rule.rule))
        yield re.sub(r"<(?:[^:>]+:)?(\w+)>", lambda m, s=slug: names.get(m[1], s), path)  # type: ignore[misc]


@pytest.mark.long
def test_no_page_of_the_site_writes(
    app: Flask, cast: Cast, client: Visitor, register: Callable[..., Any]
) -> None:
    expression = register("Rosa Reed", cast.panel, sealed={"health": "asthma"})
    with writing():
        link = current_link(expression.id)
    pages = list(addresses(app, cast, expression.reference, link_token(link.id, link.generation)))
    assert len(pages) > 5
    for staff in (None, cast.facilitator, cast.coordinator, cast.administrator):
        if staff is not None:
            sign_in(client, staff)
        before = rows()
        with statements() as seen:
            for address in pages:
                for headers in ({}, {"HX-Request": "true"}):
                    answer = client.get(address, headers=headers)
                    assert answer.status_code != 500, address
                client.head(address)
        assert [s for s in seen if WRITES.match(s)] == []
        assert rows() == before
