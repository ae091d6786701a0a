"""Stories of tags need people in a list, and somebody signed in."""

from tests.bulk.conftest import many as many
from tests.triage.conftest import as_staff as as_staff
