"""Rates: how often one network address or one account may try, counted in the database.

Counters in memory would not hold across processes. Keys are keyed hashes, so the table tells
nobody's address. A fixed window: after `ends_at` counting starts anew, so waiting always helps.
"""

from __future__ import annotations

from datetime import datetime, timedelta
from functools import cache
from typing import Any

from flask import Flask, request
from flask_limiter import Limiter
from limits.storage import Storage
from sqlalchemy import Integer, bindparam, case, delete, select
from sqlalchemy.exc import OperationalError
from sqlalchemy.orm import Mapped, mapped_column

from ppflow import clock, keys
from ppflow.db import Base, aside, db, is_writing
from ppflow.outbox.periodic import Period, every
from ppflow.statements import insert


class RateLimit(Base):
    """Hits of one key in its present window. `key` is a hash, never an address."""

    __tablename__ = "rate_limit"

    key: Mapped[str] = mapped_column(primary_key=True)
    hits: Mapped[int]
    ends_at: Mapped[datetime] = mapped_column(index=True)


@cache
def _add(dialect: str) -> Any:
    """Add to the window, or start a new one when it is over; built once for each database."""
    moment, amount = RateLimit.ends_at.type, bindparam("hits", type_=Integer())
    is_over = RateLimit.ends_at <= bindparam("now", type_=moment)
    ends_at = bindparam("ends_at", type_=moment)
    return (
        insert(RateLimit, dialect)
        .values(key=bindparam("key"), hits=amount, ends_at=ends_at)
        .on_conflict_do_update(
            index_elements=[RateLimit.key],
            set_={
                "hits": case((is_over, amount), else_=RateLimit.hits + amount),
                "ends_at": case((is_over, ends_at), else_=RateLimit.ends_at),
            },
        )
        .returning(RateLimit.hits)
    )


def _hit(key: str, amount: int, window: timedelta) -> int:
    now, statement = clock.now(), _add(db.engine.dialect.name)
    values = {"key": key, "hits": amount, "now": now, "ends_at": now + window}
    if is_writing():  # on SQLite a second connection would wait for ourselves
        return int(db.session.connection().execute(statement, values).scalar_one())
    with aside() as connection:
        return int(connection.execute(statement, values).scalar_one())


class DatabaseStorage(Storage):
    """Where Flask-Limiter keeps its counters: our table, each hit committed at once."""

    STORAGE_SCHEME = ["ppflow"]

    @property
    def base_exceptions(self) -> type[Exception]:
        return OperationalError

    def incr(self, key: str, expiry: int, amount: int = 1) -> int:
        return _hit(key, amount, timedelta(seconds=expiry))

    def get(self, key: str) -> int:
        row = self._window(key)
        return row.hits if row else 0

    def get_expiry(self, key: str) -> float:
        row = self._window(key)
        return (row.ends_at if row else clock.now()).timestamp()

    def _window(self, key: str) -> Any:
        chosen = select(RateLimit.hits, RateLimit.ends_at)
        return db.session.execute(
            chosen.where(RateLimit.key == key, RateLimit.ends_at > clock.now())
        ).one_or_none()

    def check(self) -> bool:
        return True

    def reset(self) -> int | None:
        with aside() as connection:
            return connection.execute(delete(RateLimit)).rowcount

    def clear(self, key: str) -> None:
        with aside() as connection:
            connection.execute(delete(RateLimit).where(RateLimit.key == key))


def network() -> str:
    """The network address asking; believed from a proxy only as `trusted_proxies` says."""
    return request.remote_addr or "unknown"


def network_key() -> str:
    """The address as a keyed hash, to count by."""
    return keys.fingerprint(network(), "network")


limiter = Limiter(
    key_func=network_key, storage_uri="ppflow://", strategy="fixed-window", headers_enabled=False
)


def count(bucket: str, key: str, per: timedelta) -> int:
    """Count one more of `key` in `bucket` and say how many there are in this window of `per`.

    Refuses nobody: the caller decides (a hospital is one network address). Inside a write
    transaction it counts there, and is undone with it; otherwise it is kept at once.
    """
    return _hit(f"{bucket}/{keys.fingerprint(key, bucket)}", 1, per)


@every("rate-limits", Period.HOUR)
def purge() -> None:
    """Delete windows that are over."""
    db.session.execute(delete(RateLimit).where(RateLimit.ends_at <= clock.now()))


def init_app(app: Flask) -> None:
    """Count for this app."""
    limiter.init_app(app)
    # No limit of ours is on every page; the marked views ask by themselves.
    hooks = app.before_request_funcs[None]
    hooks[:] = [hook for hook in hooks if getattr(hook, "__self__", None) is not limiter]
