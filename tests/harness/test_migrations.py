"""The newest shape is read from the file names, so that a web process need not load Alembic."""

from __future__ import annotations

from alembic.script import ScriptDirectory

from ppflow import migrations


def test_the_last_file_is_the_head() -> None:
    scripts = ScriptDirectory(str(migrations.FOLDER))

    assert migrations.newest() == scripts.get_current_head()
