"""The indexes of the table of expressions: one for each order in which the queue is read.

A partial index holds only the rows of its view, so that what is closed costs nothing.
"""

from __future__ import annotations

from sqlalchemy import Index, text
from sqlalchemy.engine import Connection

from ppflow.db import extra
from ppflow.search import CLOSED, OPEN

_DOOR = ("programme_id", "project_id", "assignee_id")  # who may see it is read from the index too
_OPEN = "closed_at is null and set_aside_at is null and erased_at is null"
_CARE = ("has_needs", "has_email_trouble")  # counted beside the number of rows
_COUNTED = (*_DOOR, *_CARE, "status", "kind", "opportunity_id")  # behind the filters' options


def view_index(name: str, *columns: str, where: str) -> Index:
    """A partial index over the rows of a view of the queue, in the view's own order."""
    on_sqlite = where.replace("has_answered", "has_answered = 1").replace("trouble", "trouble = 1")
    return Index(name, *columns, postgresql_where=text(where), sqlite_where=text(on_sqlite))


def queue_index(name: str, *columns: str) -> Index:
    """The same over open rows; the words are those of `queries.in_queue`."""
    return view_index(name, *columns, where=_OPEN)


def closed_index(name: str, *columns: str) -> Index:
    """The same over closed rows: one filter and the order of their view.

    They grow for ever; each holds all that is filtered by and counted, so that no row is read for
    it.
    """
    where = "closed_at is not null and erased_at is null"
    more = [column for column in _COUNTED if column not in columns]
    return view_index(name, *columns, "closed_at", "id", *more, where=where)


INDEXES = (
    queue_index("ix_expression_open", "reply_by", "id", *_COUNTED),
    queue_index("ix_expression_mine", "assignee_id", "reply_by", "id", *_CARE),
    queue_index("ix_expression_programme", "programme_id", "reply_by", "id"),
    queue_index("ix_expression_project", "project_id", "reply_by", "id"),
    Index("ix_expression_received", "received_at", "id"),
    queue_index("ix_expression_waiting", "status", "reply_by", "id", *_DOOR),
    queue_index("ix_expression_talk", "talk_at", "status", *_DOOR),
    queue_index("ix_expression_oldest", "received_at", "id", *_DOOR),
    queue_index("ix_expression_longest", "last_contact_at", "id", *_DOOR),
    queue_index("ix_expression_advert", "opportunity_id", "reply_by", "id"),
    view_index(
        "ix_expression_pending",
        "reply_by",
        "id",
        *_DOOR,
        where=f"pending_verb is not null and {_OPEN}",
    ),
    closed_index("ix_expression_closed"),
    closed_index("ix_expression_closed_status", "status"),
    closed_index("ix_expression_closed_kind", "kind"),
    closed_index("ix_expression_closed_project", "project_id"),
    closed_index("ix_expression_closed_programme", "programme_id"),
    closed_index("ix_expression_closed_advert", "opportunity_id"),
    closed_index("ix_expression_closed_mine", "assignee_id"),
    view_index(
        "ix_expression_answered",
        "last_contact_at",
        "id",
        *_DOOR,
        where="has_answered and erased_at is null",
    ),
    view_index(
        "ix_expression_trouble",
        "received_at",
        "id",
        *_DOOR,
        where="has_email_trouble and erased_at is null",
    ),
    Index("ix_expression_status", "status", "received_at", "id"),
    view_index(
        "ix_expression_replied",
        "programme_id",
        "first_replied_at",
        "received_at",
        where="first_replied_at is not null",
    ),
    Index("ix_expression_opportunity", "opportunity_id", "status", "waiting_since"),
    Index(
        "ix_expression_set_aside",
        "set_aside_at",
        postgresql_where=text("set_aside_at is not null and closed_at is null"),
        sqlite_where=text("set_aside_at is not null and closed_at is null"),
    ),
)


@extra
def know_what_goes_together(connection: Connection) -> None:
    """PostgreSQL learns which statuses are those of open rows.

    It takes columns for independent: of 1,000 open rows in a status it expected 35, and sorted
    them all where an index holds them in order.
    """
    if connection.dialect.name == "postgresql":
        connection.execute(
            text(
                "CREATE STATISTICS IF NOT EXISTS st_expression_open (mcv) "
                "ON status, closed_at, set_aside_at, erased_at FROM expression"
            )
        )


@extra
def tell_the_search(connection: Connection) -> None:
    """When an expression closes or opens again, its words move to those of its state.

    The database itself does it: there are many ways to close, and none may forget.
    """
    state = f"CASE WHEN new.closed_at IS NULL THEN '{OPEN}' ELSE '{CLOSED}' END"
    move = (
        f"UPDATE search_entry SET state = {state} "  # noqa: S608 - our own words
        f"WHERE room = 'expression' AND thing_id = new.id AND state <> {state}"
    )
    is_moved = "(old.closed_at IS NULL) <> (new.closed_at IS NULL)"
    name = "expression_search_state"
    if connection.dialect.name == "sqlite":
        connection.execute(text(f"DROP TRIGGER IF EXISTS {name}"))
        connection.execute(
            text(
                f"CREATE TRIGGER {name} AFTER UPDATE OF closed_at ON expression "
                f"WHEN {is_moved} BEGIN {move}; END"
            )
        )
    else:
        connection.execute(
            text(
                f"CREATE OR REPLACE FUNCTION {name}() RETURNS trigger LANGUAGE plpgsql AS "
                f"$$ BEGIN {move}; RETURN NULL; END $$"
            )
        )
        connection.execute(text(f"DROP TRIGGER IF EXISTS {name} ON expression"))
        connection.execute(
            text(
                f"CREATE TRIGGER {name} AFTER UPDATE OF closed_at ON expression "
                f"FOR EACH ROW WHEN ({is_moved}) EXECUTE FUNCTION {name}()"
            )
        )
    _put_right(connection)


def _put_right(connection: Connection) -> None:
    """What closed before there was the trigger."""
    closed = "SELECT id FROM expression WHERE closed_at IS NOT NULL"
    connection.execute(
        text(
            f"UPDATE search_entry SET state = '{CLOSED}' "  # noqa: S608 - our own words
            f"WHERE room = 'expression' AND state = '{OPEN}' AND thing_id IN ({closed})"
        )
    )
