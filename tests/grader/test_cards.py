"""`grade cards`: what is asked and when it comes again, the memory of it, and the decks that Anki itself can read."""

import csv
import html
import json
import re
import time
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pexpect
import pytest
from anki.collection import Collection, ImportAnkiPackageOptions, ImportAnkiPackageRequest, ImportCsvRequest
from conftest import at_terminal, by_number, grade, grade_process
from fsrs import Rating
from terminals import ended

from grader.kata import curriculum
from grader.learner.flashcards.cards import Session, deck

FIVE = by_number(5)
CARDS = deck([FIVE])
NOW = datetime(2026, 11, 25, 12, tzinfo=UTC)
DAY = timedelta(days=1)


def fronts(session: Session, now: datetime, rating: Rating, most: int = 50) -> list[str]:
    """Ask until there is nothing to ask, answering each alike."""
    asked = []
    while (card := session.next(now)) is not None and len(asked) < most:
        asked.append(card.card.front)
        session.answer(card.card, rating, now)
    return asked


class TestOrder:
    def test_new_cards_come_in_the_order_of_the_lesson_and_no_more_than_asked_for(self) -> None:
        session = Session(CARDS, {}, new=3)
        assert fronts(session, NOW, Rating.Easy) == [card.front for card in CARDS[:3]]
        assert session.fresh() == len(CARDS) - 3

    def test_a_card_that_is_due_comes_before_new_ones_the_longest_first(self) -> None:
        session = Session(CARDS, {}, new=2)
        session.answer(CARDS[1], Rating.Easy, NOW - 2 * DAY)
        session.answer(CARDS[0], Rating.Easy, NOW - DAY)
        session = Session(CARDS, session.memory, new=1)
        later = NOW + 30 * DAY
        assert session.due(later) == 2
        assert fronts(session, later, Rating.Easy) == [CARDS[1].front, CARDS[0].front, CARDS[2].front]

    def test_what_was_not_known_comes_again_in_the_session_but_not_twice_in_a_row(self) -> None:
        session = Session(CARDS, {}, new=2)
        asked = fronts(session, NOW, Rating.Again, most=6)
        assert asked == [CARDS[0].front, CARDS[1].front] * 3

    def test_what_was_known_is_put_off_longer_each_time(self) -> None:
        session, now, waits = Session(CARDS, {}, new=1), NOW, []
        for _ in range(6):
            session.answer(CARDS[0], Rating.Good, now)
            waits.append(session.memory[CARDS[0].key].schedule.due - now)
            now = session.memory[CARDS[0].key].schedule.due
        assert waits == sorted(waits)
        assert waits[0] < timedelta(hours=1) < 30 * DAY < waits[-1]

    def test_the_time_shown_before_an_answer_is_the_time_kept(self) -> None:
        for rating in Rating:
            session = Session(CARDS, {}, new=1)
            shown = session.intervals(CARDS[0], NOW)[rating]
            session.answer(CARDS[0], rating, NOW)
            assert session.memory[CARDS[0].key].schedule.due == NOW + shown

    def test_nothing_is_asked_ahead_of_its_time_at_the_start(self) -> None:
        session = Session(CARDS, {}, new=1)
        session.answer(CARDS[0], Rating.Good, NOW)
        assert Session(CARDS, session.memory, new=0).next(NOW) is None


def memory(checkout_copy: Path) -> dict[str, Any]:
    return json.loads((checkout_copy / ".grade" / "cards.json").read_text(encoding="utf-8"))["cards"]


def cards_with(checkout_copy: Path, old: str, new: str) -> None:
    path = checkout_copy / "exercises" / "cards" / f"{FIVE.name}.yaml"
    text = path.read_text(encoding="utf-8")
    assert old in text
    path.write_text(text.replace(old, new), encoding="utf-8")


def make_due(checkout_copy: Path) -> None:
    """Let years pass, for all cards."""
    path = checkout_copy / ".grade" / "cards.json"
    text = re.sub(r'"20\d\d-(\d\d)', r'"2024-\1', path.read_text(encoding="utf-8"))
    path.write_text(text, encoding="utf-8")


def test_a_session_by_keys_is_kept_card_by_card_and_goes_on_where_it_stopped(copied: Path) -> None:
    session = at_terminal("cards", "5", "--new", 3, checkout_copy=copied)
    session.expect(f"0 due, 3 new of {len(CARDS)}")
    session.expect_exact("Enter shows the answer")
    session.send("x")
    session.expect_exact("press Enter, or q")
    session.expect_exact("Enter shows the answer")
    session.send("\r")
    session.expect_exact(CARDS[0].back[:30])
    session.expect(r"1 again \(1 min\)  2 hard \(6 min\)  3 good \(10 min\)  4 easy \(8 days\)")
    session.send("9")
    session.expect_exact("press 1, 2, 3 or 4")
    session.expect_exact("easy (8 days) ")
    session.send("4")
    session.expect_exact(CARDS[1].front[:30])
    assert [key.partition(": ")[2] for key in memory(copied)] == [CARDS[0].front]
    session.send(" ")
    session.expect_exact("easy (8 days) ")
    session.send("g")
    session.expect_exact(CARDS[2].front[:30])
    session.send("\r")
    session.expect_exact("easy (8 days) ")
    session.send("q")
    session.expect_exact("2 cards answered. The next one is due in 10 min.")
    assert ended(session) == 0
    assert len(memory(copied)) == 2
    again = grade("cards", "5", checkout_copy=copied, input="q\n")
    assert f"0 due, {len(CARDS) - 2} new of {len(CARDS) - 2}, {len(CARDS)} in total" in again.stdout
    assert CARDS[2].front[:30] in again.stdout


@pytest.mark.parametrize("how", ["ctrl-c", "hang-up", "kill"])
def test_no_way_of_ending_it_loses_an_answered_card(copied: Path, how: str) -> None:
    session = at_terminal("cards", "5", checkout_copy=copied)
    session.expect_exact("Enter shows the answer")
    session.send("\r")
    session.expect_exact("4 easy")
    session.send("4")
    session.expect_exact(CARDS[1].front[:30])
    session.expect_exact("Enter shows the answer")
    if how == "ctrl-c":
        time.sleep(0.3)  # until it waits for the key
        session.send("\x03")
        session.expect(pexpect.EOF)
    session.close(force=True) if how != "kill" else session.terminate(force=True)
    if how == "ctrl-c":
        assert session.exitstatus == 130
    assert len(memory(copied)) == 1
    assert [path.name for path in (copied / ".grade").iterdir()] == ["cards.json"]


def test_it_works_in_a_pipe(copied: Path) -> None:
    done = grade("cards", "5", "--new", 2, checkout_copy=copied, input="\n4\n\n4\n")
    assert done.returncode == 0, done.stderr
    assert "2 cards answered. The next one is due in 8 days." in done.stdout
    assert "0 due, 0 new of 5" in grade("cards", "5", "--new", 0, checkout_copy=copied, input="").stdout


def test_a_due_card_comes_first_and_one_whose_answer_was_rewritten_before_it(copied: Path) -> None:
    grade("cards", "5", "--new", 2, checkout_copy=copied, input="\n4\n\n4\n")
    make_due(copied)
    assert "ex05, due" in grade("cards", checkout_copy=copied, input="q\n").stdout
    cards_with(copied, CARDS[1].back, "Another answer.")
    text = grade("cards", checkout_copy=copied, input="\nq\n").stdout
    assert f"ex05, its answer has changed\n  {CARDS[1].front}" in text
    assert "Another answer." in text


def test_a_rewritten_question_is_a_new_card_and_what_was_known_of_the_old_one_is_kept(copied: Path) -> None:
    grade("cards", "5", "--new", 1, checkout_copy=copied, input="\n4\n")
    cards_with(copied, CARDS[0].front, "Another question?")
    text = grade("cards", "5", "--new", 1, checkout_copy=copied, input="\n4\n").stdout
    assert "ex05, new\n  Another question?" in text
    assert len(memory(copied)) == 2
    cards_with(copied, "Another question?", CARDS[0].front)
    assert "ex05, new" not in grade("cards", "5", "--new", 0, checkout_copy=copied, input="").stdout
    assert CARDS[0].key in memory(copied)


@pytest.mark.parametrize(
    "damage",
    [
        lambda text: text[: len(text) // 2],
        lambda text: "[]",
        lambda text: text.replace('"state": 2', '"state": 7'),
        lambda text: re.sub(r'"stability": [\d.]+', '"stability": null', text),
        lambda text: text.replace("+00:00", ""),
        lambda text: re.sub(r'"due": ".*"', '"due": "tomorrow"', text),
        lambda text: text.encode().replace(b"ex05", b"ex\xff5"),
    ],
)
def test_a_damaged_memory_is_put_aside_and_named(copied: Path, damage: Any) -> None:
    grade("cards", "5", "--new", 1, checkout_copy=copied, input="\n4\n")
    path = copied / ".grade" / "cards.json"
    damaged = damage(path.read_text(encoding="utf-8"))
    path.write_bytes(damaged if isinstance(damaged, bytes) else damaged.encode())
    kept = path.read_bytes()
    done = grade("cards", "5", "--new", 1, checkout_copy=copied, input="\n4\n")
    assert done.returncode == 0, done.stderr
    assert "note: .grade/cards.json was damaged: it was renamed to cards.damaged-1.json" in done.stdout
    assert (path.with_name("cards.damaged-1.json")).read_bytes() == kept
    assert len(memory(copied)) == 1


def test_a_place_that_cannot_be_written_is_said_once_and_the_cards_are_asked(copied: Path) -> None:
    (copied / ".grade").write_text("a file where the folder should be")
    done = grade("cards", "5", "--new", 2, checkout_copy=copied, input="\n4\n\n4\n")
    assert done.returncode == 0, done.stderr
    assert done.stdout.count("note: .grade cannot be written: your progress with the cards is not saved") == 1


@pytest.mark.parametrize("arguments", [["cards"], ["cards", "--export", "deck.apkg"]])
def test_it_needs_neither_numpy_nor_torch(copied: Path, arguments: list[str]) -> None:
    done = grade_process(*arguments, checkout_copy=copied, env={"PYTHONPROFILEIMPORTTIME": "1"}, input="q\n")
    imported = {line.rpartition("|")[2].strip() for line in done.stderr.splitlines()}
    assert done.returncode == 0
    assert not imported & {"torch", "numpy", "pytest", "hypothesis"}


@pytest.fixture
def anki(tmp_path: Path) -> Iterator[Collection]:
    """An empty collection of Anki's own."""
    collection = Collection(str(tmp_path / "collection.anki2"))
    yield collection
    collection.close()


def expected() -> set[tuple[str, str, str, str]]:
    """Deck, question, answer and tag of each card, as Anki should hold them."""
    return {
        (f"wavenet-kata::{c.exercise.short} {c.exercise.title}", c.front, c.back.strip(), c.exercise.short)
        for c in deck(curriculum.exercises())
    }


def held(anki: Collection) -> set[tuple[str, str, str, str]]:
    found = set()
    for card in map(anki.get_card, anki.find_cards("")):
        note = card.note()
        plain = (html.unescape(re.sub(r"</?code>", "`", text)) for text in note.fields[:2])
        found.add((anki.decks.name(card.did), *plain, *note.tags))
    return found


def import_package(anki: Collection, path: Path) -> Any:
    options = ImportAnkiPackageOptions(update_notes=0)
    return anki.import_anki_package(ImportAnkiPackageRequest(package_path=str(path), options=options))


def test_anki_reads_the_package_and_a_second_one_updates_it(copied: Path, tmp_path: Path, anki: Collection) -> None:
    path = tmp_path / "deck.apkg"
    assert grade("cards", "--export", path, checkout_copy=copied).returncode == 0
    import_package(anki, path)
    assert held(anki) == expected()
    cards_with(copied, CARDS[0].back, "Another answer.")
    time.sleep(1.1)  # Anki takes the newer one, by the second
    grade("cards", "--export", path, checkout_copy=copied)
    log = import_package(anki, path).log
    assert (len(log.new), len(log.updated)) == (0, len(expected()))
    assert held(anki) == {(d, q, a.replace(CARDS[0].back, "Another answer."), t) for d, q, a, t in expected()}


def test_anki_reads_the_text(copied: Path, tmp_path: Path, anki: Collection) -> None:
    path = tmp_path / "deck.txt"
    assert grade("cards", "--export", path, checkout_copy=copied).returncode == 0
    metadata = anki.get_csv_metadata(str(path), None)
    anki.import_csv(ImportCsvRequest(path=str(path), metadata=metadata))
    assert held(anki) == expected()
    rows = list(csv.reader(path.read_text(encoding="utf-8").splitlines()[5:], delimiter="\t"))
    assert len({row[0] for row in rows}) == len(rows) == len(expected()), "each has an identity of its own"


def test_an_export_to_nowhere_is_refused(copied: Path, tmp_path: Path) -> None:
    for file, said in {
        "deck.csv": "--export writes .apkg (a deck) or .txt (for Anki's import), not 'deck.csv'",
        tmp_path / "no" / "deck.apkg": f"there is no folder {tmp_path / 'no'}",
    }.items():
        done = grade("cards", "--export", file, checkout_copy=copied)
        assert done.returncode == 2
        assert said in done.stderr
        assert len(done.stderr.splitlines()) == 1
