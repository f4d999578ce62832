"""The gradebook in the formats that Canvas and Moodle import. Text only; `gradebook` makes the lines.

Students are found by an id, from the submission's name or the class list; without one, the entry's name is used as the
login. A student who handed in nothing has empty cells, which change nothing.
"""

from collections.abc import Sequence

from grader.base.plain_text import cell
from grader.course.gradebook import HANDED_IN_NOTHING, Line, Maxima, as_csv, number
from grader.course.platform_names import CANVAS, MOODLE


def canvas(title: str, lines: Sequence[Line], most: Maxima) -> str:
    """Write the Canvas file: a row of maximum points, then the students.

    Canvas looks for a student by ID, then by SIS user ID, then by SIS login ID.
    """
    columns = [title, *([f"{title} (bonus)"] if most.bonus else [])]
    rows = [
        ["Student", "ID", "SIS User ID", "SIS Login ID", "Section", *columns],
        ["    Points Possible", "", "", "", "", number(most.points), *(["0"] if most.bonus else [])],
    ]
    for line in lines:
        person = line.entry.person
        ours = line.entry.platform_id if line.entry.platform == CANVAS else person.id if person.name else ""
        known = ours or person.number or person.login
        login = person.login or ("" if known else line.entry.student)
        told = (line.entry.student, ours, person.number, login, person.section)
        rows.append([*map(cell, told), *_points(line, most)])
    return as_csv(rows)


def moodle(title: str, lines: Sequence[Line], most: Maxima) -> str:
    """Write the Moodle file; in its import, map one of the first columns, and the points to the grade item."""
    columns = [title, *([f"{title} (bonus)"] if most.bonus else []), "Maximum grade", f"Feedback: {title}"]
    rows = [["Identifier", "Full name", "Username", "ID number", "Email address", *columns]]
    for line in lines:
        student, person = line.entry.student, line.entry.person
        participant = f"Participant {line.entry.platform_id}" if line.entry.platform == MOODLE else ""
        known = participant or person.login or person.email
        login = person.login or ("" if known else student)
        email = person.email or (student if "@" in student else "")
        told = (participant, student, login, person.number, email)
        feedback = "; ".join((line.status, *line.notes))
        rows.append([*map(cell, told), *_points(line, most), number(most.points), cell(feedback)])
    return as_csv(rows)


def _points(line: Line, most: Maxima) -> list[str]:
    if line.points is None or (line.status == HANDED_IN_NOTHING and not line.by_hand):
        return ["", *([""] if most.bonus else [])]
    return [number(line.points), *([number(line.bonus)] if most.bonus else [])]
