"""Logs without personal data: one JSON object a line, to stderr.

An allow-list: an answered request is its id, method, endpoint, status, time, staff id and network,
and nothing else. An error is its type and where in our code it happened; its message may quote what
somebody typed, so it is left out. Lines of libraries keep their pattern and lose their values.
"""

from __future__ import annotations

import ipaddress
import logging
import sys
import time
from collections.abc import MutableMapping
from functools import lru_cache
from pathlib import Path
from types import TracebackType
from typing import Any, TextIO

import structlog
from flask import Flask, Response, g, got_request_exception, request

MAX_FRAMES = 8
QUIET = ("werkzeug", "mail.log", "alembic", "sqlalchemy", "asyncio", "flask-limiter")
Record = MutableMapping[str, Any]

log = structlog.get_logger("ppflow")


@lru_cache(maxsize=1024)
def network_of(address: str | None) -> str:
    """A network address cut to /24 or /48, so that it names no person's connection."""
    try:
        parsed = ipaddress.ip_address(address or "")
    except ValueError:
        return "unknown"
    bits = 24 if parsed.version == 4 else 48
    return str(ipaddress.ip_network(f"{parsed}/{bits}", strict=False))


def _where(trace: TracebackType | None) -> list[str]:
    """`file:line function` of the last frames, without any value."""
    frames = []
    while trace is not None:
        code = trace.tb_frame.f_code
        frames.append(f"{Path(code.co_filename).name}:{trace.tb_lineno} {code.co_name}")
        trace = trace.tb_next
    return frames[-MAX_FRAMES:]


def error_fields(error: BaseException) -> dict[str, Any]:
    """What may be told of an error: its type, that of its cause, and where it happened."""
    cause = error.__cause__ or getattr(error, "orig", None)
    fields: dict[str, Any] = {"error": type(error).__name__, "where": _where(error.__traceback__)}
    if cause is not None:
        fields["cause"] = type(cause).__name__
        fields["code"] = getattr(cause, "sqlite_errorname", None) or getattr(
            cause, "sqlstate", None
        )
    return fields


class _JsonLines(logging.Formatter):
    """Lines of libraries: their pattern, without the values that would be put into it."""

    def __init__(self) -> None:
        super().__init__()
        self._render = structlog.processors.JSONRenderer()

    def format(self, record: logging.LogRecord) -> str:
        fields: dict[str, Any] = {
            "event": str(record.msg),
            "level": record.levelname.lower(),
            "logger": record.name,
            "at": _at(),
        }
        if record.exc_info and record.exc_info[1] is not None:
            fields.update(error_fields(record.exc_info[1]))
        return str(self._render(None, "", fields))


class _ToStderr(logging.StreamHandler[TextIO]):
    """Writes to whatever stderr is at that moment."""

    @property
    def stream(self) -> TextIO:
        return sys.stderr

    @stream.setter
    def stream(self, _value: TextIO) -> None:
        """It cannot be set: there is one place for logs."""


def _at() -> str:
    return time.strftime("%Y-%m-%dT%H:%M:%SZ", time.gmtime())


def _stamp(_logger: Any, level: str, fields: Record) -> Record:
    fields["level"] = level
    fields["at"] = _at()
    return fields


class _Line:
    """The end of structlog's chain: one line on stderr."""

    def msg(self, line: str) -> None:
        sys.stderr.write(line + "\n")
        sys.stderr.flush()

    debug = info = warning = error = critical = msg


def configure(level: str) -> None:
    """Set up logging for this process: ours by structlog, that of libraries through it."""
    number = logging.getLevelNamesMapping().get(level.upper(), logging.INFO)
    structlog.configure(
        processors=[_stamp, structlog.processors.JSONRenderer()],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=lambda *_names: _Line(),
        cache_logger_on_first_use=False,
    )
    handler = _ToStderr()
    handler.setFormatter(_JsonLines())
    root = logging.getLogger()
    root.handlers = [h for h in root.handlers if not isinstance(h, _ToStderr)] + [handler]
    for name in QUIET:
        logging.getLogger(name).setLevel(logging.ERROR)


def gunicorn_options() -> dict[str, Any]:
    """What gunicorn must be told so that its own lines keep to these rules: no access log."""
    from gunicorn.glogging import Logger

    class ServerLogger(Logger):
        """gunicorn's messages through our formatter; they would quote addresses and requests."""

        def setup(self, cfg: Any) -> None:
            super().setup(cfg)  # type: ignore[no-untyped-call]
            for handler in self.error_log.handlers:
                handler.setFormatter(_JsonLines())

        def warning(self, msg: str, *args: Any, **kwargs: Any) -> None:
            """Without the address and the broken request that it quotes after `from ip=`."""
            super().warning(msg.partition(" from ip=")[0], *args, **kwargs)  # type: ignore[no-untyped-call]

    return {"accesslog": None, "errorlog": "-", "logger_class": ServerLogger}


def _start() -> None:
    g.started = time.perf_counter()


def _answered(response: Response) -> Response:
    standing = g.get("standing")
    started = g.get("started")
    log.info(
        "request",
        id=g.get("request_id"),
        method=request.method,
        endpoint=request.endpoint or "none",
        status=response.status_code,
        ms=round((time.perf_counter() - started) * 1000, 1) if started else None,
        staff=standing.person_id if standing else None,
        network=network_of(request.remote_addr),
    )
    return response


def _failed(_app: Flask, exception: BaseException, **_more: Any) -> None:
    log.error(
        "failed", id=g.get("request_id"), endpoint=request.endpoint, **error_fields(exception)
    )


def init_app(app: Flask) -> None:
    """Log each answered request and each fault of ours."""
    configure(app.config["PPFLOW"].log_level)
    app.logger.disabled = True  # it would quote the path and the message; `_failed` tells the rest
    app.before_request(_start)
    app.after_request(_answered)
    got_request_exception.connect(_failed, app)
