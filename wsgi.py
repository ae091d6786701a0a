"""For a WSGI server: `gunicorn wsgi:app`."""

from ppflow import create_app

app = create_app()
