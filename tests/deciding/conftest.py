"""The stories of the decision page share the people of triage."""

from tests.triage.conftest import as_staff, statements

__all__ = ["as_staff", "statements"]
