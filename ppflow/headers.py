"""What every answer carries and every request must pass, whatever page it is about.

The exact set of security headers on every class of answer, pages and files alike; files served by
WhiteNoise, compressed once; addresses of visitors believed only from proxies we were told of; a
write that another site started is refused before anything else.
"""

from __future__ import annotations

import gzip
import hashlib
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit
from wsgiref.headers import Headers

import brotli
from flask import Flask, Response, abort, g, request
from werkzeug.middleware.proxy_fix import ProxyFix
from whitenoise import WhiteNoise
from whitenoise.responders import StaticFile

from ppflow import access, config

if TYPE_CHECKING:
    from _typeshed.wsgi import StartResponse, WSGIApplication, WSGIEnvironment

SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
HEADERS = {
    "Content-Security-Policy": (
        "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; "
        "connect-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    ),
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=()",
}
HSTS = {"Strict-Transport-Security": "max-age=31536000; includeSubDomains"}
MAX_BODY_BYTES = 512 * 1024  # the longest form holds far less; more is a fault or an attack
MAX_FORM_PARTS = 1000
FOREVER = "max-age=31536000, public, immutable"
COMPRESSED = {".css", ".js", ".svg"}
STRANGERS = {"cross-site", "same-site"}  # Sec-Fetch-Site; another host of the same trust counts


def _headers(settings: config.Settings) -> dict[str, str]:
    return HEADERS | HSTS if settings.is_https else HEADERS


# --- pages ------------------------------------------------------------------------------------


def _refuse_strangers() -> None:
    """Refuse a write that another site made this browser send (the token is asked for as well).

    Our pages send no referrer, so browsers give their own forms the origin `null`.
    """
    if request.method in SAFE_METHODS:
        return
    origin = urlsplit(request.headers.get("Origin", "null"))
    ours = {request.host, urlsplit(config.current().base_url).netloc, ""}
    if request.headers.get("Sec-Fetch-Site") in STRANGERS or origin.netloc not in ours:
        abort(400)


def _finish(response: Response) -> Response:
    is_personal = access.standing_or_none() is not None if "standing" in g else False
    response.headers.setdefault("Cache-Control", "no-store" if is_personal else "no-cache")
    response.headers.add("Vary", "HX-Request")
    return response


# --- files ------------------------------------------------------------------------------------


class StaticFiles(WhiteNoise):
    """Files under `/static/`, with our headers, compressed once into `kept`.

    A file asked for by its hash (`?v=…`) or from a folder that names its version may be kept for
    ever by browsers; any other for a minute.
    """

    def __init__(self, app: WSGIApplication, folder: Path, kept: Path, headers: Any) -> None:
        self.kept = kept
        self.headers = list(headers.items())
        super().__init__(app, root=folder, prefix="static", allow_all_origins=False)

    def __call__(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        file = self.files.get(environ.get("PATH_INFO", ""))
        if file is None or environ["REQUEST_METHOD"] not in {"GET", "HEAD"}:
            return self._page(environ, start_response)
        is_versioned = environ.get("QUERY_STRING", "").startswith("v=")

        def start(status: str, headers: list[tuple[str, str]]) -> Any:
            if is_versioned:
                headers = [(n, FOREVER if n == "Cache-Control" else v) for n, v in headers]
            return start_response(status, headers + self.headers)

        served: Iterable[bytes] = WhiteNoise.serve(file, environ, start)
        return served

    def _page(self, environ: WSGIEnvironment, start_response: StartResponse) -> Iterable[bytes]:
        """An answer of the app, with the same headers."""

        def start(status: str, headers: list[tuple[str, str]], error: Any = None) -> Any:
            return start_response(status, headers + self.headers, error)

        answer: Iterable[bytes] = self.application(environ, start)
        return answer

    def immutable_file_test(self, path: str, url: str) -> bool:
        return url.startswith("/static/vendor/")

    def get_static_file(self, path: str, url: str, stat_cache: Any = None) -> StaticFile:
        headers = Headers([])
        self.add_mime_headers(headers, path, url)  # type: ignore[no-untyped-call]
        self.add_cache_headers(headers, path, url)  # type: ignore[no-untyped-call]
        return StaticFile(path, headers.items(), self._compressed(Path(path)))

    def _compressed(self, file: Path) -> dict[str, str]:
        """By encoding, the path of a compressed copy; none for what is compressed already."""
        if file.suffix not in COMPRESSED:
            return {}
        content = file.read_bytes()
        name = hashlib.sha256(content).hexdigest()[:24]
        br, gz = self.kept / f"{name}.br", self.kept / f"{name}.gz"
        _keep(br, lambda: brotli.compress(content))
        _keep(gz, lambda: gzip.compress(content, mtime=0))
        return {"br": str(br), "gzip": str(gz)}


def _keep(file: Path, compress: Callable[[], bytes]) -> None:
    """Make a compressed copy once; several processes may start together."""
    if file.exists():
        return
    file.parent.mkdir(parents=True, exist_ok=True)
    new = file.with_name(f"{file.name}.{os.getpid()}")
    new.write_bytes(compress())
    new.replace(file)


def init_app(app: Flask) -> None:
    """Put headers, sizes, proxies and files in place."""
    settings: config.Settings = app.config["PPFLOW"]
    app.config.update(
        MAX_CONTENT_LENGTH=MAX_BODY_BYTES,
        MAX_FORM_MEMORY_SIZE=MAX_BODY_BYTES,
        MAX_FORM_PARTS=MAX_FORM_PARTS,
    )
    app.before_request(_refuse_strangers)
    app.after_request(_finish)
    hops = settings.trusted_proxies
    if hops:
        proxied = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=0, x_prefix=0)
        app.wsgi_app = proxied  # type: ignore[method-assign]
    kept = Path(settings.data_dir) / "static"
    files = StaticFiles(app.wsgi_app, Path(str(app.static_folder)), kept, _headers(settings))
    app.wsgi_app = files  # type: ignore[method-assign]
