"""What the validity of a page depends on: so that a page with nothing new is not checked again.

Two sieves, the quick one first. `shape` leaves out the words. `places` is the set of all that a
checker could object to, each in its surroundings: a page of which every place stood on a page
before it has no slip that those pages did not have.
"""

from __future__ import annotations

import re
from collections import Counter

TEXT = re.compile(r">([^<>]+)(?=<)")
BARE = re.compile(r"&(?!#?\w+;)")  # an ampersand that nobody escaped
ADDRESS = re.compile(r'(?<= )(href|action|formaction)="([^"]+)"')
WORDS = re.compile(r'(?<= )(value|content|title|alt|aria-label)="([^"]+)"')
WORD, SENTENCE = re.compile(r"[\w.~-]+"), re.compile(r"[\w.~’-]+(?: [\w.~’-]+)*")

TOKEN = re.compile(
    r"<(?P<end>/?)(?P<tag>[a-zA-Z][a-zA-Z0-9-]*)(?P<attributes>(?:[^>\"']|\"[^\"]*\"|'[^']*')*)>"
    r"|(?P<text>[^<]+)"
    r"|(?P<other><!--.*?-->|<![^>]*>|<)",
    re.DOTALL,
)
NAMES = re.compile(  # one name is as good as another; whether it is given twice is asked apart
    r"(?<= )((?:id|for|form|list|name|headers|class|aria-(?:controls|describedby|labelledby|owns)"
    r'|data-[\w-]+|hx-[\w-]+)=")([^"]+)'
)
NAME = re.compile(r"[^\s\"]+")
LINK = re.compile(r'(?<= )((?:form)?action|href)="(?:w|[/?=#:]|&(?:amp|w);|&w=)+"')
DAY = re.compile(r'(?<= )datetime="\d{4}-\d\d-\d\d(?:T\d\d:\d\d(?::\d\d)?(?:Z|[+-]\d\d:\d\d)?)?"')
INHERITED = re.compile(r' (?:role="[^"]*"|(?:href|tabindex|type|hidden|aria-hidden)\b)')
ID, FOR = re.compile(r' id="([^"]*)"'), re.compile(r' for="([^"]*)"')
REFERENCE = re.compile(
    r' (for|form|list|headers|aria-(?:controls|describedby|labelledby|owns))="([^"]*)"'
)
EMPTY = frozenset(("area", "base", "br", "col", "embed", "hr", "img", "input", "link", "meta",
                   "source", "track", "wbr"))  # fmt: skip
CONTROL = re.compile(r"(<(?:input|select|textarea)\b(?:[^>\"']|\"[^\"]*\"|'[^']*')*>)")
ONE_EACH = ("h1", "main", "title")


def shape(html: str) -> str:
    """All of a page that its validity depends on: tags, attributes, and signs, not words."""
    html = ADDRESS.sub(lambda found: f'{found[1]}="{WORD.sub("w", found[2])}"', html)
    html = WORDS.sub(lambda found: f'{found[1]}="{SENTENCE.sub("w", found[2])}"', html)
    return TEXT.sub(_text, html)


def _text(found: re.Match[str]) -> str:
    if BARE.search(found[1]):
        return f">{found[1]}"
    return ">" if found[1].isspace() else ">…"


def places(html: str) -> set[object]:
    """Each tag, text and end of a page in its surroundings, and what is odd about the whole."""
    return _in_their_surroundings(html) | _of_the_whole(html)


def _in_their_surroundings(html: str) -> set[object]:
    """What stands where: within which elements, with all their attributes, and after what."""
    found: set[object] = set()
    around: list[tuple[str, int]] = [("", 0)]  # the open elements, and a hash of each one's path
    before = ""  # the sibling that stands before
    for token in TOKEN.finditer(_bare(html)):
        path = around[-1][1]
        tag = token["tag"]
        if tag is None:
            before = token["text"] or token["other"]
            found.add((path, before))
        elif token["end"]:
            found.add((path, before, "end", tag, around[-1][0] == tag))
            _close(around, tag)
            before = tag
        else:
            inner = hash((path, tag, *INHERITED.findall(token["attributes"])))
            found.add((inner, token["attributes"], before))
            if tag not in EMPTY and not token["attributes"].endswith("/"):
                around.append((tag, inner))
            before = "" if around[-1][1] == inner else tag
    found.add(("open at the end", around[-1][1]))
    return found


def _bare(html: str) -> str:
    """The shape of a page, or of one tag, without its names and without the way of its links."""
    html = NAMES.sub(lambda found: found[1] + NAME.sub("n", found[2]), shape(html))
    return DAY.sub("datetime", LINK.sub(r"\1", html))


def _close(around: list[tuple[str, int]], tag: str) -> None:
    """Leave the innermost open element of this name, and all that were left open in it."""
    for depth in range(len(around) - 1, 0, -1):
        if around[depth][0] == tag:
            del around[depth:]
            return


def _of_the_whole(html: str) -> set[object]:
    """Names given twice, names of nothing, controls without a label, and how many there are."""
    ids = Counter(ID.findall(html))
    labelled = set(FOR.findall(html))
    is_whole = "<html" in html[:200]
    found: set[object] = {(tag, html.count(f"<{tag}"), is_whole) for tag in ONE_EACH}
    found.update(("twice", name) for name, count in ids.items() if count > 1)
    for attribute, names in REFERENCE.findall(html):
        found.update(("of nothing", attribute, name) for name in names.split() if name not in ids)
    for control in CONTROL.findall(html):
        name = ID.search(control)
        if 'type="hidden"' not in control and (name is None or name[1] not in labelled):
            found.add(("not labelled by its name", _bare(control)))
    return found
