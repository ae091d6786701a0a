"""Our macros and pages, drawn without an application: only what a template itself needs."""

from pathlib import Path
from typing import Any

from jinja2 import Environment, FileSystemLoader

from ppflow.web import FILTERS, Careful

TEMPLATES = Path(__file__).parents[2] / "templates"
FILES = ("fields", "forms", "parts", "public", "staff", "charts")
IMPORTS = "".join(f'{{% import "ui/{name}.html" as {name} %}}' for name in FILES)

environment = Environment(
    loader=FileSystemLoader(TEMPLATES),
    undefined=Careful,
    autoescape=True,
    trim_blocks=True,
    lstrip_blocks=True,
)
environment.filters.update(FILTERS)
environment.globals.update(csrf_token=lambda: "a-token", asset=lambda path: f"/static/{path}")


def drawn(source: str, **context: Any) -> str:
    """A piece of template with every file of macros at hand: `{{ parts.tag("New") }}`."""
    return environment.from_string(IMPORTS + source).render(context)
