"""Stories of acts among staff need somebody signed in."""

from tests.triage.conftest import as_staff as as_staff
