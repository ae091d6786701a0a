"""Stories of places need somebody signed in."""

from tests.triage.conftest import as_staff as as_staff
from tests.triage.conftest import statements as statements
