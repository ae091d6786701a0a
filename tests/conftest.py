"""The fixtures of the suite; each is written and explained in its file of `tests/support`."""

pytest_plugins = [
    "tests.support.skipping",
    "tests.support.postgres",
    "tests.support.smtp",
]
