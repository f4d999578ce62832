"""The pictures of the README and of COURSE.md, each drawn from the real thing: a terminal that `grade` ran in, its
race, its pages.

make pictures          all of them, in about four minutes
python tests/pictures/draw.py mistake watch     those named
"""

import io
import os
import re
import shutil
import string
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping
from itertools import groupby
from operator import attrgetter
from pathlib import Path

import pyte
from PIL import Image
from rich.console import Console
from rich.style import Style
from rich.text import Text

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
sys.path[:0] = [str(ROOT), str(ROOT / "tests" / "grader")]

from browsers import launched  # noqa: E402
from conftest import copy_of_the_checkout  # noqa: E402
from terminals import GRADE, Terminal  # noqa: E402

from grader.course import handout  # noqa: E402
from grader.kata import curriculum, mistakes  # noqa: E402

COLUMNS, ROWS = 100, 60
# rich's own frame without its web font: a picture in a README loads nothing.
FRAME = """<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {width} {height}">
<style>
{styles}
.{unique_id}-matrix {{ font: {char_height}px ui-monospace, Menlo, Consolas, "DejaVu Sans Mono", monospace; }}
.{unique_id}-title {{ font: bold 18px system-ui, sans-serif; }}
</style>
<defs>
<clipPath id="{unique_id}-clip-terminal"><rect width="{terminal_width}" height="{terminal_height}"/></clipPath>
{lines}
</defs>
{chrome}
<g transform="translate({terminal_x}, {terminal_y})" clip-path="url(#{unique_id}-clip-terminal)">
{backgrounds}<g class="{unique_id}-matrix">{matrix}</g></g>
</svg>
"""


def main(names: list[str]) -> None:
    """Draw the pictures named, or all."""
    for name in names or PICTURES:
        PICTURES[name]()
        for path in sorted(FOLDER.glob(f"{name}*.[ps][nv]g")):
            print(f"{path.name}: {path.stat().st_size / 1000:.0f} kB")


def mistake() -> None:
    """What `grade 5` says about neighbours that are interleaved."""
    with tempfile.TemporaryDirectory() as folder:
        checkout = copy_of_the_checkout(Path(folder))
        answer(checkout, "interleaved-channels")
        terminal = Terminal([*GRADE, "5"], cwd=checkout, size=(ROWS, COLUMNS))
        terminal.process.wait(120)
        save("mistake", "$ grade 5", screen(terminal))
        terminal.close()


def watch() -> None:
    """`grade watch` after the save with which exercise 5 passes."""
    with tempfile.TemporaryDirectory() as folder:
        checkout = copy_of_the_checkout(Path(folder))
        *before, five = curriculum.exercises()[:5]
        for exercise in before:
            shutil.copy(exercise.solution, checkout / "exercises")
        grade(*(each.short for each in before), checkout=checkout)
        terminal = Terminal([*GRADE, "watch"], cwd=checkout, size=(ROWS, COLUMNS))
        try:
            terminal.wait_for("q quit")
            terminal.forget()
            shutil.copy(five.solution, checkout / "exercises")
            terminal.wait_for("passes for the first time", "q quit")
            save("watch", "$ grade watch", screen(terminal))
        finally:
            terminal.close()


def race() -> None:
    """Race models of one size on the language whose least possible loss is known; save the table of that run."""
    ablations = [option for what in ("norm", "tanh", "sharing", "neighbours") for option in ("--without", what)]
    said = grade("race", "--answers", "solutions", *ablations, "--out", FOLDER / "race.png")
    table, _, _ = said[said.index("model  ") :].partition("\n\n")
    (FOLDER / "race.txt").write_text("\n".join(map(str.rstrip, table.splitlines())) + "\n", encoding="utf-8")


def report() -> None:
    """The report's tree and one of its maps, after a real training."""
    with tempfile.TemporaryDirectory() as folder, launched() as browser:
        model, page_file = Path(folder, "tree.pt"), Path(folder, "report.html")
        grade("train", "--answers", "solutions", "--recipe", "fast", "--out", model)
        grade("report", "--answers", "solutions", "--model", model, "--out", page_file)
        page = browser.new_page(viewport={"width": 860, "height": 800})
        page.goto(page_file.as_uri())
        page.get_by_label("A name, or its beginning").fill("marianne")
        page.get_by_label("Level", exact=True).fill("2")
        page.evaluate("document.activeElement.blur(); scrollTo(0, 0)")
        first, last = (page.locator(place).bounding_box() for place in ("#levels", ".map.now .picture"))
        assert first is not None and last is not None
        clip = {"x": 0, "y": first["y"] - 12, "width": 860, "height": last["y"] + last["height"] - first["y"] + 12}
        page.screenshot(path=FOLDER / "report.png", full_page=True, clip=clip)  # type: ignore[arg-type]


def course() -> None:
    """What `grade class` makes of a small class: the summary, the similarity page and one student's feedback."""
    with tempfile.TemporaryDirectory() as folder, launched() as browser:
        place = Path(folder)
        hand_in(place / "handed-in")
        chosen = handout.choose(LAB, title="Lab 1", due="Friday, 18:00")
        (place / "assignment.yaml").write_text(chosen.written(), encoding="utf-8")
        grade("class", place / "handed-in", "--assignment", place / "assignment.yaml", "--out", place / "graded")
        page = browser.new_page(viewport={"width": 860, "height": 800})
        for name, file, last in (
            ("summary", "summary.html", "#mistakes + *"),
            ("similarity", "similarity.html", "#published + *"),
            ("feedback", "Eve Arden/feedback.html", "body"),
        ):
            page.goto((place / "graded" / file).as_uri())
            page.add_style_tag(content=".side pre { max-height: 9rem }")
            box = page.locator(last).first.bounding_box()
            assert box is not None, last
            clip = {"x": 0, "y": 0, "width": 860, "height": box["y"] + box["height"] + 12}
            shot = page.screenshot(full_page=True, clip=clip)  # type: ignore[arg-type]
            picture = Image.open(io.BytesIO(shot)).convert("RGB")
            picture.quantize(48, Image.Quantize.MAXCOVERAGE).save(FOLDER / f"course-{name}.png", optimize=True)


LAB = curriculum.find(["1", "5", "7", "8"])
# Who made which mistake, in words of the learner's own. Without an entry in it, all of a lab is right.
CLASS: dict[str, dict[str, str]] = {
    "Ada Lovelace": {},
    "Bob Moog": {"ex05": "interleaved-channels", "ex07": "norm-after-tanh"},
    "Cyd Charisse": {"ex01": "floor-of-a-logarithm"},
    "Dan Dare": {},
    "Eve Arden": {"ex05": "interleaved-channels"},
    "Fay Wray": {"ex07": "linear-for-one-neighbour", "ex08": "levels-in-a-python-list"},
    "Gus Grissom": {},
    "Hal Roach": {"ex08": "levels-in-a-python-list"},
}
COPIES = ("Ira Gershwin", "Joy Adamson")  # of Dan Dare's work, with other names
PUBLISHED = "Kit Carson"  # handed in the solutions


def hand_in(place: Path) -> None:
    """Write the submissions of a class: each in a style of its own, but for copies."""
    for number, (student, made) in enumerate(CLASS.items()):
        for exercise in LAB:
            styles = sorted((ROOT / "tests" / "right" / exercise.name).glob("*.py"))
            variant = ROOT / "tests" / "grader" / "variants" / exercise.name / f"{made.get(exercise.short)}.py"
            put(place / student / exercise.file, variant if exercise.short in made else styles[number % len(styles)])
    for copyist in COPIES:
        for path in (place / "Dan Dare").iterdir():
            put(place / copyist / path.name, path, copyist[0].lower())
    for exercise in LAB:
        put(place / PUBLISHED / exercise.file, exercise.solution)


def put(path: Path, source: Path, mark: str = "") -> None:
    """Copy an answer; with a mark, its short names are changed."""
    text = source.read_text(encoding="utf-8")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(re.sub(r"\b(x|h|n|out)\b", rf"\1_{mark}", text) if mark else text, encoding="utf-8")


PICTURES: dict[str, Callable[[], None]] = {
    "mistake": mistake,
    "watch": watch,
    "race": race,
    "report": report,
    "course": course,
}


def answer(checkout: Path, name: str) -> None:
    """Write an answer of exercise 5 that makes a known mistake."""
    exercise = curriculum.find_one("5")
    known = next(mistake for mistake in mistakes.of(exercise) if mistake.name == name)
    code = known.code(exercise.solution.read_text(encoding="utf-8"))
    (checkout / "exercises" / exercise.file).write_text(code, encoding="utf-8")


def grade(*arguments: object, checkout: Path = ROOT) -> str:
    """Run `grade` in a checkout, to its end; what it printed."""
    environment = os.environ | {"PYTHONPATH": str(checkout), "COLUMNS": str(COLUMNS)}
    command = [*GRADE, *map(str, arguments)]
    return subprocess.run(command, cwd=checkout, env=environment, check=True, stdout=subprocess.PIPE, text=True).stdout


def screen(terminal: Terminal) -> Text:
    """Return what the terminal shows, as a terminal emulator understands everything that was printed."""
    shown = pyte.Screen(COLUMNS, ROWS)
    pyte.Stream(shown).feed(terminal.raw)
    lines = [line(shown.buffer[row]) for row in range(ROWS)]
    while lines and not lines[-1].plain.strip():
        lines.pop()
    return Text("\n").join(lines)


def line(cells: Mapping[int, pyte.screens.Char]) -> Text:
    """Return one line of a terminal with its colours; each run of the same look is one element of the picture."""
    text = Text()
    look = attrgetter("fg", "bg", "bold", "reverse")
    shown = [cells[column] for column in range(COLUMNS)]
    while shown and shown[-1].data == " " and shown[-1].bg == "default":
        shown.pop()
    for (front, back, bold, reverse), run in groupby(shown, key=look):
        style = Style(color=rich_colour(front), bgcolor=rich_colour(back), bold=bold, reverse=reverse)
        text.append("".join(cell.data for cell in run), style)
    return text


def rich_colour(name: str) -> str | None:
    """Translate a colour of the terminal emulator, a name or six hexadecimal digits, to one of rich."""
    if name == "default":
        return None
    if name == "black":
        return "#000000"  # rich's own black is a dark grey, hard to read on a colour
    if len(name) == 6 and all(digit in string.hexdigits for digit in name):
        return f"#{name}"
    return name.replace("brown", "yellow").replace("bright", "bright_")


def save(name: str, title: str, text: Text) -> None:
    """Write the picture of a terminal."""
    console = Console(record=True, width=COLUMNS, file=io.StringIO(), force_terminal=True)
    console.print(text)
    (FOLDER / f"{name}.svg").write_text(
        console.export_svg(title=title, code_format=FRAME, unique_id=name), encoding="utf-8"
    )


if __name__ == "__main__":
    main(sys.argv[1:])
