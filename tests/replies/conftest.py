"""Stories of ready-made replies need somebody signed in."""

from tests.triage.conftest import as_staff as as_staff
