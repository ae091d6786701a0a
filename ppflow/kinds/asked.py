"""A kind's form fitted to one advert: its limits, its must-haves and its own questions."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from functools import lru_cache
from typing import Any, Final

from ppflow import config
from ppflow.kinds import words
from ppflow.kinds.form import Answers, Context, Field, Kind, Page, Sensitivity, always
from ppflow.web import plural

DEFAULT_AGE: Final = 16  # domain.md 3.0: 16 or 18 as the advert says; 16 where none says
STUDY_AGE: Final = 18  # people under 18 join studies through the study team only (3.3)
# How an advert may name the way its question is answered.
INPUTS: Final = {
    "radio": "radios",
    "yes_no": "radios",
    "postcode_area": "postcode",
}
FITTED: Final = 500  # adverts whose form is kept fitted; the least asked for is forgotten


def minimum_age(context: Context) -> int:
    """From which age the advert takes people."""
    opportunity = context.opportunity
    if opportunity is None:
        return DEFAULT_AGE
    is_study = opportunity.expression_kind == "research_participation"
    least = STUDY_AGE if is_study else DEFAULT_AGE
    return int(opportunity.min_age or least)


def pages_for(kind: Kind, context: Context, answers: Answers) -> list[Page]:
    """The pages this person is asked, each with its fields; empty pages are left out."""
    found = []
    for page in _fitted(kind, context.opportunity, config.current().retention_future_months):
        fields = tuple(f for f in page.fields if f.shown is always or f.shown(answers, context))
        if fields and page.shown(answers, context):
            is_whole = len(fields) == len(page.fields)
            found.append(page if is_whole else replace(page, fields=fields))
    return found


def options_of(field: Field, context: Context) -> tuple[tuple[str, ...], ...]:
    """The choices of a field: fixed, or what the context offers, asked for once a request."""
    if not callable(field.options):
        return tuple(field.options)
    if field.key not in context.offered:
        context.offered[field.key] = tuple(field.options(context))
    return context.offered[field.key]


@lru_cache(maxsize=FITTED)
def _fitted(kind: Kind, opportunity: Any | None, months: int) -> tuple[Page, ...]:
    """The kind's pages with the advert's words and questions in them: the same for everyone.

    `months`: how long details are kept for the future, in the words of its question.
    """
    about = Context(None, opportunity)
    own = {question.key: question for question in (opportunity.questions if opportunity else ())}
    found = {page: list(_fields(kind, page, about, own)) for page in kind.pages}
    future = plural(months, "month")
    for page, fields in found.items():
        if page.slug == kind.extras_page:
            fields += [_extra(kind, question) for question in own.values()]
    return tuple(
        replace(
            page, fields=tuple(_until(f, future) for f in fields), group=_group(page.group, about)
        )
        for page, fields in found.items()
    )


def _fields(kind: Kind, page: Page, context: Context, own: dict[str, Any]) -> Iterator[Field]:
    """The page's fields; a question of the advert is taken out of `own` as it finds its place."""
    for field in page.fields:
        asked = next((own.pop(key) for key in (field.key, *field.stands_for) if key in own), None)
        if asked is not None:
            yield _replaced(kind, field, asked)
        elif field.only_if_asked:
            continue
        elif field.input == "each_must_have":
            yield from _each_must_have(field, context)
        else:
            yield _worded(field, context)


def _each_must_have(field: Field, context: Context) -> Iterator[Field]:
    wanted = context.opportunity.must_have if context.opportunity else ()
    for number, text in enumerate(wanted, start=1):
        yield replace(
            field,
            key=f"{field.key}_{number}",
            label=f"{field.label} {text.rstrip('.')}.",
            short=text,
            input="radios",
        )


def _worded(field: Field, context: Context) -> Field:
    """Fill in what the advert says: {age}, {team}, {not_suitable_if}."""
    if "{" not in field.label and "{" not in field.hint:
        return field
    return replace(field, label=_say(field.label, context), hint=_say(field.hint, context))


def _until(field: Field, future: str) -> Field:
    """Fill in how long details are kept for the future."""
    if "{future}" not in field.hint:
        return field
    return replace(field, hint=field.hint.replace("{future}", future))


def _say(text: str, context: Context) -> str:
    if "{age}" in text:
        text = text.replace("{age}", str(minimum_age(context)))
    if "{team}" in text:
        text = text.replace("{team}", team_name(context))
    if "{not_suitable_if}" in text and context.opportunity:
        text = text.replace("{not_suitable_if}", ". ".join(context.opportunity.not_suitable_if))
    return text


def team_name(context: Context) -> str:
    """The team that answers are passed to, by name."""
    opportunity = context.opportunity
    if opportunity is None:
        return "the study team"
    label = opportunity.contact_label or "the study team"
    label = label[0].lower() + label[1:] if label[1:2].islower() else label
    return f"the {label.removeprefix('the ')} of “{opportunity.title}”"


def _replaced(kind: Kind, field: Field, question: Any) -> Field:
    """The advert's wording in the place of the form's: same key, purpose and readers."""
    sensitivity = field.sensitivity
    if question.is_sensitive and not field.is_need:
        sensitivity = Sensitivity.SPECIAL
    group = field.group
    if sensitivity is Sensitivity.SPECIAL is not field.sensitivity:
        group = words.EXPERIENCE
    asked = _extra(kind, question)
    return replace(
        field,
        label=asked.label,
        hint=asked.hint,
        input=asked.input,
        options=asked.options,
        max_words=asked.max_words,
        is_needed=asked.is_needed,
        missing=asked.missing,
        width=asked.width,
        sensitivity=sensitivity,
        group=group,
        shown=always,
    )


def _extra(kind: Kind, question: Any) -> Field:
    """A question that only this advert asks."""
    shape = INPUTS.get(question.input, question.input)
    options = tuple((text, text) for text in question.options)
    if question.input == "yes_no":
        options = words.YES_NO
    is_study = kind.key == "research_participation"
    if is_study and question.is_sensitive and shape == "radios" and "phone" not in str(options):
        options = (*options, words.BY_PHONE)
    if shape == "select":
        options = (("", "Choose one"), *options)
    hint = "For example, B23 or CV1. We do not need the rest." if shape == "postcode" else ""
    return Field(
        key=question.key,
        label=question.label,
        hint="For example, 1954." if shape == "year" else hint,
        input=shape,
        options=options,
        max_words=question.max_words,
        is_needed=question.is_required,
        missing=f"Answer this question: {question.label}",
        short=question.label,
        width={"year": "4", "postcode": "5"}.get(shape, ""),
        why="The advert asks this to choose people, or to arrange things.",
        sensitivity=Sensitivity.SPECIAL if question.is_sensitive else Sensitivity.PLAIN,
        is_searchable=not question.is_sensitive and shape != "textarea",
        group=words.EXPERIENCE if question.is_sensitive and not is_study else "",
    )


def _group(group: str, context: Context) -> str:
    if group == words.THIS and context.opportunity is None:
        return "This project"
    return group
