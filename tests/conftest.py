"""The fixtures of the suite; each is written and explained in its file of `tests/support`.

A story asks for   `client, cast` (pages), `app, cast` (queries and acts), `mailbox` (real mail),
                   `register` (a form as if sent), `later` (moves the clock), `make_app` (other
                   settings).
A walk asks for    `window`, `plain_phone` (320 pixels, no JavaScript) or `open_window`, and is
                   marked `browser`; it runs on SQLite, every story on both databases.
"""

pytest_plugins = [
    "tests.support.ordering",
    "tests.support.skipping",
    "tests.support.postgres",
    "tests.support.smtp",
    "tests.support.html",
    "tests.support.installation",
    "tests.support.pages",
    "tests.support.cast",
    "tests.support.arrivals",
    "tests.support.site",
    "tests.support.browser",
]
