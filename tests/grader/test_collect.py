"""`grade collect`: what would count of each submission, and why, without grading anything."""

from pathlib import Path

from classes import ONE, folder, solution, zipped
from conftest import by_number, grade

FIVE = by_number(5).file


def collect(place: Path, *more: object) -> list[str]:
    """The lines of `grade collect` for exercises 1 and 5."""
    done = grade("collect", place, "--exercises", "1,5", *more)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout.splitlines()


def test_a_learner_tries_it_on_a_single_submission(tmp_path: Path) -> None:
    files = {ONE: solution(1), FIVE: by_number(5).stub.read_text()}
    place = folder(tmp_path / "ada", files)
    archive = zipped(tmp_path / "ada.zip", dict(files))
    for single in (place, archive):
        assert collect(single) == [
            f"{single.name}: taken: ex01; untouched stub: ex05",
            f"1 submission in {single}; nothing was graded",
        ]


def test_every_state_of_a_submission_has_its_words(tmp_path: Path) -> None:
    place = folder(tmp_path / "in", {f"bob/{ONE}": solution(1), f"cyd/{ONE}": "x = 1\n", "dan/essay.txt": "I was ill."})
    (place / "eve.zip").write_text("no zip")
    (place / f"lovelaceada_LATE_12345_1_{ONE}").write_text(solution(1))
    (place / "lovelaceada_12345_2_ex05_flatten_consecutive-1.py").write_text(solution(5))
    (tmp_path / "roster.csv").write_text("name,LMS id\nAda Lovelace,12345\nFay Wray,7\n")
    assert collect(place, "--roster", tmp_path / "roster.csv") == [
        "note: not in the roster: bob, cyd, dan, eve",
        "Ada Lovelace (late, attempt 2): taken: ex01, ex05",
        "bob: taken: ex01; missing: ex05",
        "cyd: taken, but no work found in it: ex01; missing: ex05",
        "dan: missing: ex01, ex05",
        "  note: nothing that was handed in counts (essay.txt: only exNN_name.py files count)",
        "  not taken: essay.txt: only exNN_name.py files count",
        "eve: nothing can be read: it is not a readable zip (File is not a zip file)",
        "Fay Wray: handed in nothing",
        f"5 submissions in {place}; nothing was graded",
    ]


def test_notes_tell_what_would_be_lost_and_why_a_file_was_chosen(tmp_path: Path) -> None:
    place = folder(tmp_path / "in", {f"ada/new/{ONE}": solution(1), f"ada/old/{ONE}": solution(1) + "# old\n"})
    (place / "ada" / FIVE).write_bytes(solution(5).encode() + "# Größe\n".encode("latin-1"))
    said = collect(place)
    assert f"  note: ex01: new/{ONE} is taken, not old/{ONE} (in a folder called old, backup or draft)" in said
    line = len(solution(5).splitlines()) + 1
    lost = f"{FIVE}, line {line} is not UTF-8 (byte 0xf6); save the file as UTF-8"
    assert f"  note: ex05 would have 0 points: {lost}" in said


def test_verbose_shows_every_place_and_everything_that_is_not_taken(tmp_path: Path) -> None:
    essays = {f"ada/mine/ex{number}_essay.py": "x = 1\n" for number in range(20, 28)}
    place = folder(tmp_path / "in", {f"ada/mine/{ONE}": solution(1), **essays})
    said = collect(place)
    assert [line for line in said if line.startswith("  not taken: ")] == [
        f"  not taken: mine/ex{number}_essay.py: it belongs to no exercise" for number in range(20, 25)
    ]
    assert "  and 3 more not taken (--verbose)" in said
    all_of_it = collect(place, "--verbose")
    assert f"  {ONE} from mine/{ONE}" in all_of_it
    assert sum(line.startswith("  not taken: ") for line in all_of_it) == 8
    assert not any("more not taken" in line for line in all_of_it)
