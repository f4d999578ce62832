"""Reads a class list from a CSV file (name, login, e-mail, LMS id, section), and matches submissions with it."""

import itertools
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

from grader.base import csv_table, paths
from grader.base.errors import UsageError
from grader.base.plain_text import line

# Names of columns, ours and those of Canvas and Moodle exports.
COLUMNS = {
    "name": ("name", "student", "full name", "fullname", "student name"),
    "first": ("first name", "given name", "firstname"),
    "last": ("last name", "surname", "family name", "lastname"),
    "login": ("login", "username", "user name", "sis login id", "login id", "github"),
    "email": ("email", "e-mail", "email address", "e-mail address", "mail"),
    "id": ("id", "lms id", "canvas id", "user id", "moodle id", "identifier", "participant"),
    "number": ("sis user id", "id number", "student number", "student id", "matriculation number"),
    "section": ("section", "group", "sections", "groups", "tutorial"),
}


@dataclass(frozen=True)
class Person:
    """A student of the class list; missing fields are empty."""

    name: str
    login: str = ""
    email: str = ""
    id: str = ""
    number: str = ""
    section: str = ""


def read(path: Path) -> tuple[Person, ...]:
    """Read a class list; commas, semicolons and tabs separate.

    Raises:
        UsageError: the file cannot be read, no column identifies a student, or there is no student; a line has no
            student; or two lines share an id, a login or an e-mail address.
    """
    shown = paths.shown(path)
    rows = csv_table.rows(path)
    names = [_column(name) for name in next(rows, (1, []))[1]]
    if not {"name", "last", "login", "email"} & set(names):
        raise UsageError(f"{shown} needs a first line like name,login,e-mail,LMS id,section")
    told = [(number, _person(dict(zip(names, row, strict=False)))) for number, row in rows]
    found = [(number, person) for number, person in told if person not in _NOBODY]
    if not found:
        raise UsageError(f"{shown} has no student: only a first line")
    before: dict[tuple[str, str], int] = {}
    for number, person in found:
        if not person.name:
            raise UsageError(f"{shown}, line {number}: neither a name nor a login nor an e-mail address")
        for what, value in _unique(person):
            if value and (first := before.setdefault((what, value.casefold()), number)) != number:
                raise UsageError(f"{shown}, line {number}: the {what} {value} is already in line {first}")
    counts = Counter(person.name for _, person in found)
    people = [
        replace(person, name=f"{person.name} ({person.login or person.email or person.id or number})")
        if counts[person.name] > 1
        else person
        for number, person in found
    ]
    for name, count in Counter(person.name for person in people).items():
        if count > 1:
            raise UsageError(f"{shown} has {name} twice")
    return tuple(people)


# Rows of Canvas's export that are about no student: the maxima, "Manual Posting" in a column that is not read, a test.
_NOBODY = (Person(""), Person("Points Possible"), Person("Student, Test"))


def _unique(person: Person) -> Iterator[tuple[str, str]]:
    """What a class list may say of one student only."""
    yield from (("login", person.login), ("e-mail address", person.email))
    yield from (("LMS id", person.id), ("student number", person.number))


def _column(name: str) -> str:
    plain = " ".join(name.casefold().replace("_", " ").split())
    return next((column for column, names in COLUMNS.items() if plain in names), "")


def _person(fields: dict[str, str]) -> Person:
    told = {key: line(value or "").strip() for key, value in fields.items() if key}
    name = told.get("name") or f"{told.get('first', '')} {told.get('last', '')}".strip()
    number = re.sub(r"^Participant ", "", told.get("id", ""))
    login, email = told.get("login", ""), told.get("email", "")
    return Person(name or login or email, login, email, number, told.get("number", ""), told.get("section", ""))


class Lookup:
    """Finds a student of the class list by the platform's name for the submission."""

    def __init__(self, people: Sequence[Person]) -> None:
        self._levels: list[dict[str, list[Person]]] = []
        for keys in (_ids, _logins, _names, _mail_boxes):
            level: dict[str, list[Person]] = {}
            for person in people:
                for key in set(filter(None, keys(person))):
                    level.setdefault(key, []).append(person)
            self._levels.append(level)

    def find(self, names: Iterable[str]) -> Sequence[Person]:
        """Find the student for the first name or id that matches; return none or several if it is not unique."""
        several: Sequence[Person] = ()
        for name in filter(None, names):
            for level, key in _keys(name, *self._levels):
                if len(found := level.get(key, [])) == 1:
                    return found
                several = several or found
        return several


def _keys(name: str, *levels: dict[str, list[Person]]) -> Iterator[tuple[dict[str, list[Person]], str]]:
    ids, logins, full, mail_boxes = levels
    lower = name.casefold()
    yield ids, name
    yield logins, lower
    yield full, _compact(name)
    yield mail_boxes, lower
    for number in range(lower.count("-"), 0, -1):  # `lab1-adalovelace`: ASSIGNMENT-LOGIN
        yield logins, "-".join(lower.split("-")[-number:])


def _ids(person: Person) -> Iterator[str]:
    yield from (person.id, person.number)


def _logins(person: Person) -> Iterator[str]:
    yield from (person.login.casefold(), person.email.casefold())


def _mail_boxes(person: Person) -> Iterator[str]:
    yield person.email.casefold().partition("@")[0]


def _names(person: Person) -> Iterator[str]:
    """Return the parts of a name in any order: platforms write `Ada Lovelace`, `Lovelace, Ada` and `lovelaceada`."""
    parts = re.split(r"[\s,]+", re.sub(r"\s*\(.*\)$", "", person.name).strip())
    orders = itertools.permutations(parts) if len(parts) <= 4 else [parts, [parts[-1], *parts[:-1]]]
    yield from (_compact("".join(order)) for order in orders)


def _compact(name: str) -> str:
    """Keep only letters and digits, without accents."""
    return "".join(sign for sign in unicodedata.normalize("NFKD", name).casefold() if sign.isalnum())
