"""What the stories of the public pages share: the sample programme, and statements counted."""

from __future__ import annotations

from functools import partial
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from ppflow import sample_data
from ppflow.db import db, writing
from ppflow.importing.loading import import_file
from ppflow.opportunities import acts as adverts
from ppflow.opportunities.models import Opportunity
from ppflow.projects import acts as projects
from ppflow.projects.models import Project
from tests.support.cast import Cast
from tests.support.moments import beginning
from tests.support.statements import Statements as Statements
from tests.support.statements import statements as listening

SAMPLE = Path(sample_data.__file__).parent / "programme.yaml"


@beginning
def imported_sample() -> None:
    import_file(SAMPLE)


@pytest.fixture
def sample(imported_sample: None) -> None:
    """The real sample programme, imported before anything else."""


@pytest.fixture
def cast(cast: Cast) -> Cast:
    """The cast, whose projects and opportunities can be searched for."""
    with writing():
        for project in db.session.scalars(select(Project)):
            projects.reindex(project)
        for opportunity in db.session.scalars(select(Opportunity)):
            adverts.reindex(opportunity)
    return cast


@pytest.fixture
def statements(app: Flask) -> Statements:
    """`with statements() as asked:` collects the queries made meanwhile."""
    return partial(listening, only="SELECT")
