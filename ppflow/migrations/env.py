"""Alembic's entry: our metadata, our connection (already in its transaction)."""

from __future__ import annotations

from typing import Any

from alembic import context

from ppflow.db import Base

OWN_TABLES = ("search_words",)  # full-text shadow tables are made by `create_extras`
OWN_COLUMNS = ("words",)


def include(thing: Any, name: str | None, type_: str, reflected: bool, _other: Any) -> bool:
    if type_ == "table" and reflected and (name or "").startswith(OWN_TABLES):
        return False
    if type_ == "column" and reflected and name in OWN_COLUMNS:
        return False
    return not (type_ == "index" and reflected and name == "ix_search_words")


context.configure(
    connection=context.config.attributes["connection"],
    target_metadata=Base.metadata,
    render_as_batch=True,
    include_object=include,
    compare_type=True,
    transactional_ddl=False,  # the caller holds the one transaction
)
context.run_migrations()
