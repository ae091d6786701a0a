"""What takes long begins first, so that nobody waits for it at the end.

The first worker of a session gets the first share: nearly all walks come to one browser, which
knows the pages that it saw already. Whoever is done early takes over from the others' ends.
"""

import pytest

FIRST = ("browser", "long")


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    items.sort(key=_is_short)  # otherwise the order stays


def _is_short(item: pytest.Item) -> bool:
    return all(item.get_closest_marker(mark) is None for mark in FIRST)
