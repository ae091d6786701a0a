"""Open an import file safely: plain YAML without tricks, checked whole, its days shifted."""

from __future__ import annotations

import io
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any, Final

import yaml

from ppflow import clock
from ppflow.errors import PpflowError
from ppflow.importing.checking import Checking
from ppflow.importing.layout import FILE

MOST_BYTES: Final = 5_000_000
DEEPEST: Final = 20  # groups within groups; the format needs 7

Loader: Final[Any] = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


class BrokenFile(PpflowError):
    """The file cannot be imported. `lines` say what is wrong, each by its place."""

    def __init__(self, lines: list[str]) -> None:
        super().__init__("\n".join(lines))
        self.lines = lines


def read(path: Path) -> dict[str, Any]:
    """The whole document, right in itself, with its days moved to the present.

    Raises `BrokenFile` with every fault. Values are text, numbers, days, lists and dicts.
    """
    document = _parse(_text(path))
    checking = Checking()
    found = FILE.read(document, "", checking)
    lines = checking.lines()
    if lines or found is None:
        raise BrokenFile(lines)
    moved: dict[str, Any] = _moved(found, offset(found["meta"]["anchor_date"]))
    return moved


def offset(anchor: date | None) -> timedelta:
    """Whole weeks from the file's anchor to today, so that weekdays stay weekdays."""
    if anchor is None:
        return timedelta(0)
    return timedelta(weeks=(clock.today() - anchor).days // 7)


def _moved(value: Any, by: timedelta) -> Any:
    if isinstance(value, dict):
        return {key: _moved(v, by) for key, v in value.items()}
    if isinstance(value, list):
        return [_moved(v, by) for v in value]
    return value + by if isinstance(value, date) else value


def _text(path: Path) -> str:
    try:
        if path.stat().st_size > MOST_BYTES:
            raise BrokenFile([f"{path}: this file is larger than {MOST_BYTES // 10**6} MB"])
        return path.read_text(encoding="utf-8-sig")
    except UnicodeDecodeError:
        raise BrokenFile([f"{path}: this file is not text in UTF-8"]) from None
    except OSError as error:
        raise BrokenFile([f"{path}: it cannot be read: {error.strerror}"]) from None


def _parse(text: str) -> Any:
    loader = None
    try:
        _refuse_depth(text)
        loader = Loader(io.StringIO(text))
        root = loader.get_single_node()
        lines = list(_oddities(root)) if root is not None else ["the file is empty"]
        if lines:
            raise BrokenFile(lines)
        return loader.construct_document(root)
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        where = f"line {mark.line + 1}, column {mark.column + 1}" if mark else "the file"
        raise BrokenFile([f"{where}: this is not plain YAML: {error.problem}"]) from None
    except (yaml.YAMLError, ValueError) as error:
        raise BrokenFile([f"the file: this is not plain YAML: {error}"]) from None
    finally:
        if loader is not None:
            loader.dispose()


def _refuse_depth(text: str) -> None:
    """Refuse a file nested so deep that reading it would exhaust the stack."""
    depth = 0
    for event in yaml.parse(text, Loader=Loader):
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1
        if depth > DEEPEST:
            line = event.start_mark.line + 1 if event.start_mark else 0
            raise BrokenFile([f"line {line}: this is nested deeper than {DEEPEST} levels"])


def _no_value(node: Any) -> Iterator[str]:
    """A day that no calendar has, a number that is too long: YAML would not say where."""
    try:
        yaml.constructor.SafeConstructor().construct_object(node)
    except ValueError as error:
        yield f"line {node.start_mark.line + 1}: '{node.value[:40]}' cannot be used: {error}"


def _oddities(root: Any) -> Iterator[str]:
    """Keys that stand twice (YAML would keep the last) and aliases (they may grow without end)."""
    seen: set[int] = set()
    waiting = [root]
    while waiting:
        node = waiting.pop()
        line = node.start_mark.line + 1
        if id(node) in seen:
            yield f"line {line}: this is used again by an alias (*); write it out each time"
            continue
        seen.add(id(node))
        if isinstance(node, yaml.SequenceNode):
            waiting.extend(node.value)
        elif isinstance(node, yaml.ScalarNode):
            yield from _no_value(node)
        elif isinstance(node, yaml.MappingNode):
            names = [key.value for key, _ in node.value]
            for key, value in node.value:
                if not isinstance(key, yaml.ScalarNode):
                    yield f"line {line}: a key must be one word"
                elif names.count(key.value) > 1 and names.index(key.value) != node.value.index(
                    (key, value)
                ):
                    yield f"line {key.start_mark.line + 1}: the key '{key.value}' stands twice"
                waiting.append(value)
