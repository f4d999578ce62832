"""Makes text from answers and file names harmless for a terminal, for Markdown and for spreadsheets.

HTML needs only `plain`: the templates escape their values.
"""

import re

LONGEST_LINE = 300

# Control characters, direction marks and characters that cannot be encoded: C0 except tab and newline, DEL, C1,
# line separators, marks of direction, surrogates.
_STEERS = re.compile("[\x00-\x08\x0b-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufeff\ud800-\udfff]")
_ADDRESS = re.compile(r"\bat 0x[0-9a-fA-F]{6,16}\b")
_FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t")


def plain(text: str) -> str:
    """Show control characters as symbols (ESC as ␛), and remove addresses, which differ in each run."""
    return _ADDRESS.sub("at 0x…", _STEERS.sub(_sign, text.replace("\r\n", "\n")))


def line(text: str) -> str:
    """Return one line of at most 300 characters."""
    joined = " ".join(plain(text).split())
    return joined if len(joined) <= LONGEST_LINE else joined[: LONGEST_LINE - 1] + "…"


def reason(error: BaseException) -> str:
    """Return the message of an error as one short line."""
    if isinstance(error, OSError) and error.strerror:
        return error.strerror
    return line(str(error).partition("\n")[0])[:100] or type(error).__name__


def code_span(text: str) -> str:
    """Write one line as Markdown code, so that no markup, link or HTML in it takes effect."""
    shown = line(text) or " "
    fence = "`" * (_longest_run(shown) + 1)
    padding = " " if shown.startswith("`") or shown.endswith("`") else ""
    return f"{fence}{padding}{shown}{padding}{fence}"


def code_block(text: str, language: str = "text") -> str:
    """Write lines as a Markdown code block."""
    shown = plain(text).strip("\n")
    fence = "`" * max(_longest_run(shown) + 1, 3)
    return f"{fence}{language}\n{shown}\n{fence}"


def cell(text: str) -> str:
    """Write a CSV cell that no spreadsheet treats as a formula, with an apostrophe in front if necessary."""
    shown = line(text)
    return f"'{shown}" if shown.startswith(_FORMULA) else shown


def _sign(found: re.Match[str]) -> str:
    code = ord(found[0])
    if code < 0x20:
        return chr(0x2400 + code)
    return "␡" if code == 0x7F else "�"


def _longest_run(text: str) -> int:
    return max((len(run) for run in re.findall("`+", text)), default=0)
