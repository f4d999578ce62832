"""The flashcards as files for Anki: a package (.apkg), or text for its import (.txt).

Each card has a permanent identity: importing a later deck updates cards and adds no duplicates.
"""

import csv
import hashlib
import html
import io
import re
from collections.abc import Sequence

from grader.learner.flashcards.cards import Flashcard

NAME = "wavenet-kata"
MODEL_ID = 1_764_028_817  # must never change: Anki identifies the note type by it
STYLE = ".card { font-family: sans-serif; font-size: 20px; text-align: center; } code { font-size: 18px; }"


def package(deck: Sequence[Flashcard]) -> bytes:
    """Make an Anki package with one subdeck per lesson."""
    import genanki

    template = {"name": "Card 1", "qfmt": "{{Front}}", "afmt": "{{FrontSide}}<hr id=answer>{{Back}}"}
    fields = [{"name": "Front"}, {"name": "Back"}]
    model = genanki.Model(MODEL_ID, f"{NAME} card", fields=fields, templates=[template], css=STYLE)
    lessons: dict[str, genanki.Deck] = {}
    for card in deck:
        name = _deck_name(card)
        lesson = lessons.setdefault(name, genanki.Deck(_identity(name), name))
        texts = [_as_html(card.front), _as_html(card.back)]
        lesson.add_note(genanki.Note(model=model, fields=texts, guid=_guid(card), tags=[card.exercise.short]))
    file = io.BytesIO()
    genanki.Package(list(lessons.values())).write_to_file(file)
    return file.getvalue()


def text(deck: Sequence[Flashcard]) -> str:
    """Make tab-separated text with the header lines that describe the columns to Anki."""
    file = io.StringIO()
    file.write("#separator:tab\n#html:true\n#guid column:1\n#deck column:2\n#tags column:5\n")
    writer = csv.writer(file, delimiter="\t", lineterminator="\n")
    for card in deck:
        front, back = _as_html(card.front), _as_html(card.back)
        writer.writerow([_guid(card), _deck_name(card), front, back, card.exercise.short])
    return file.getvalue()


def _deck_name(card: Flashcard) -> str:
    return f"{NAME}::{card.exercise.short} {card.exercise.title}"


def _as_html(markdown: str) -> str:
    """Convert the Markdown of cards: code between backticks, and line breaks."""
    code = re.sub(r"`([^`\n]+)`", r"<code>\1</code>", html.escape(markdown.strip(), quote=False))
    return code.replace("\n", "<br>")


def _guid(card: Flashcard) -> str:
    return hashlib.sha256(f"{NAME} {card.key}".encode()).hexdigest()[:20]


def _identity(name: str) -> int:
    """Return a deck's number, which Anki expects below 2**31 and not small."""
    return 2**30 + int.from_bytes(hashlib.sha256(name.encode()).digest()[:8]) % 2**30
