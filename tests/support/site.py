"""The real app on a real port, for the browser; in this process, so that a test can read along."""

import threading
from collections.abc import Iterator

import pytest
from flask import Flask
from werkzeug.serving import WSGIRequestHandler, make_server

from tests.support.installation import Ground


class _Quiet(WSGIRequestHandler):
    def log(self, type: str, message: str, *args: object) -> None:  # noqa: A002 - Werkzeug's name
        """Say nothing: a failing test shows its own pages."""


@pytest.fixture
def site(app: Flask, ground: Ground) -> Iterator[str]:
    """The address of the running site, without a slash at the end."""
    host, port = ground.site.getsockname()
    server = make_server(
        host, port, app, threaded=True, request_handler=_Quiet, fd=ground.site.fileno()
    )
    thread = threading.Thread(target=server.serve_forever, args=(0.02,))
    thread.start()
    yield f"http://{host}:{port}"
    server.shutdown()
    thread.join()
    server.server_close()
