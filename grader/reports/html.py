"""The HTML templates: all values are escaped, and control characters become symbols."""

import base64
import hashlib
import re
from functools import cache
from pathlib import Path

import jinja2
import markupsafe

from grader.base.plain_text import plain
from grader.reports import layout

TEMPLATES = Path(__file__).parent / "templates"


def template(name: str) -> jinja2.Template:
    """Load a file of `templates/`."""
    return _environment().get_template(name)


def scripts(*names: str) -> tuple[markupsafe.Markup, markupsafe.Markup]:
    """Join files of `templates/` into one script, with its hash for the page's content security policy."""
    script = "".join((TEMPLATES / name).read_text(encoding="utf-8") for name in names)
    digest = base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()
    return markupsafe.Markup(script), markupsafe.Markup(f"sha256-{digest}")


@cache
def _environment() -> jinja2.Environment:
    environment = jinja2.Environment(
        loader=jinja2.FileSystemLoader(TEMPLATES),
        autoescape=True,
        undefined=jinja2.StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
        finalize=lambda value: plain(value) if type(value) is str else value,  # student names have no effect here
    )
    environment.filters |= {
        "rule": _rule,
        "marked": _marked,
        "layout": layout.as_html,
        "percent": lambda share: f"{100 * share:.0f}",
    }
    return environment


def _rule(text: str) -> markupsafe.Markup:
    """Write a rule, with text between backticks as code."""
    return markupsafe.Markup(re.sub(r"`([^`]+)`", r"<code>\1</code>", str(markupsafe.escape(text))))


def _marked(text: str) -> markupsafe.Markup:
    """Highlight the text between » and «, where two values differ, and keep the signs."""
    return markupsafe.Markup(re.sub(r"»([^«\n]*)«", r"<mark>»\1«</mark>", str(markupsafe.escape(plain(text)))))
