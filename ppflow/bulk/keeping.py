"""What came back from the page of an act on many: kept, so that nothing typed is lost."""

from __future__ import annotations

from collections.abc import Iterable

from flask import request

from ppflow.access import Standing
from ppflow.bulk import acts, forms, letters, mail, others, queries
from ppflow.bulk.doing import Asked
from ppflow.bulk.forms import ManyForm
from ppflow.bulk.mail import Foreseen
from ppflow.bulk.models import BulkRun
from ppflow.bulk.workflow import ACTS
from ppflow.errors import NotComplete
from ppflow.expressions.models import Expression

WORDS = ("body", "note")  # common fields that hold words


def form_of(run: BulkRun, standing: Standing, **given: None) -> ManyForm:
    """The fields of the act; what may be named beside it is looked for only where it can be."""
    act = ACTS[run.act]
    found = others.suggested(queries.meant_by(run.id)) if "alternatives" in act.fields else []
    return forms.for_act(act, standing, found, **given)


def asked(run: BulkRun, standing: Standing) -> Asked:
    """The act as it was kept, for all forms of the run."""
    meant = Expression.id.in_(queries.meant_by(run.id))
    return acts.asked_of(run.act, run.sealed, standing, meant)


def keep(run: BulkRun, standing: Standing, form: ManyForm) -> None:
    """Keep all that stands on the page; the letters also where something beside them is missing.

    Raises `NotComplete`, and `Conflict` for a run that has begun.
    """
    acts.hold(run)
    seen = queries.forms_of(run.id, standing)
    _keep_letters(run, seen.values())
    if not form.validate():
        raise NotComplete("", "")
    versions = {id_: expression.version for id_, expression in seen.items()}
    acts.prepare(run, forms.details(ACTS[run.act], form), versions)


def _keep_letters(run: BulkRun, seen: Iterable[Expression]) -> None:
    found = [(each, letters.posted(request.form, each.reference)) for each in seen]
    letters.keep(run.id, {each.id: own for each, own in found if own is not None})
    for each, own in found:
        if own is not None:
            letters.refuse_long(own, each.reference)


def is_changed(run: BulkRun, form: ManyForm) -> bool:
    """Was something typed into the common fields that was not shown yet?

    What an older window holds is not asked: there, the page is shown again first.
    """
    if request.form.get("version") != str(run.version):
        return False
    try:
        typed = forms.details(ACTS[run.act], form) if form.validate() else None
    except NotComplete:
        return True
    return typed != acts.kept_details(run.sealed)


def as_shown(run: BulkRun, standing: Standing) -> tuple[Foreseen, bool]:
    """What would happen now with the letters of the page, and whether all of it stood there.

    Raises `NotComplete` for a letter that is too long; it is kept, so that it can be cut.
    """
    acts.hold(run)
    _keep_letters(run, queries.forms_of(run.id, standing).values())
    what = asked(run, standing)
    found = mail.foresee(what, run.id)
    is_shown = request.form.get("many") == str(found.many)
    is_shown &= request.form.get("version") == str(run.version)
    for each in mail.letters_of(what, found):
        shown = request.form.get(letters.name_of(letters.SHOWN, each.line.reference))
        is_shown &= shown is not None and (each.own.has_words or shown == each.digest)
    return found, is_shown


def other_words(run: BulkRun, standing: Standing, form: ManyForm) -> list[tuple[str, str]]:
    """(what, text) of words on the page with which this run was not carried out."""
    done = acts.kept_details(run.sealed)
    common = [form[name] for name in WORDS if name in form]
    found = [
        (str(each.label.text), each.data) for each in common if each.data != done.get(each.name)
    ]
    gone = {letters.opened(item.sealed).body for item in queries.items(run.id)}
    references = [each.reference for each in queries.forms_of(run.id, standing).values()]
    found += [each for each in letters.typed(request.form, references) if each[1] not in gone]
    return [(what, text) for what, text in found if text]
