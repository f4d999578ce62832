"""A proof runs again if anything it depends on has changed, and only then."""

from collections.abc import Callable
from pathlib import Path

import proofs
import pytest
import tiers
from conftest import by_number, copy_of_the_checkout

from grader.base import paths

FIVE = by_number(5).name


@pytest.fixture(scope="module")
def changed(tmp_path_factory: pytest.TempPathFactory) -> Callable[[str], set[str]]:
    """Which proofs are run again after one more line in a file of a copy of the checkout."""
    place = copy_of_the_checkout(tmp_path_factory.mktemp("kata"))
    (place / "constraints.txt").write_text((paths.checkout().root / "constraints.txt").read_text())
    before = digests(place)

    def after(file: str) -> set[str]:
        path = place / file
        old = path.read_bytes()
        path.write_bytes(old + b"\n")
        try:
            now = digests(place)
        finally:
            path.write_bytes(old)
        return {name for name, digest in now.items() if digest != before[name]}

    return after


def digests(place: Path) -> dict[str, str]:
    with paths.use(paths.Checkout(place)):
        return proofs.digests()


@pytest.mark.sampled("tests/checks", "exercises/")
@pytest.mark.parametrize(
    ("file", "kinds"),
    [
        (f"tests/checks/test_{FIVE}.py", set(proofs.READ)),
        (f"grader/mistakes/{FIVE}/newest-first.yaml", set(proofs.READ)),
        (f"tests/grader/wrong_answers/{FIVE}.py", {"both ways", "causes"}),
        (f"exercises/{FIVE}.py", {"verify"}),
    ],
)
def test_what_belongs_to_one_exercise_has_its_proofs_run_again(
    changed: Callable[[str], set[str]], file: str, kinds: set[str]
) -> None:
    assert changed(file) == {f"{kind} ex05" for kind in kinds}


@pytest.mark.sampled("grader/engine", "constraints", "exercises/")
@pytest.mark.parametrize(
    ("file", "kinds"),
    [
        ("grader/engine/run.py", set(proofs.READ)),
        ("tests/checks/strategies.py", set(proofs.READ)),
        ("tests/grader/conftest.py", set(proofs.READ)),
        ("constraints.txt", set(proofs.READ)),
        ("grader/course/mutants.py", {"verify"}),
        ("tests/grader/test_diagnosis.py", {"causes"}),
        ("grader/reports/terminal.py", {"goldens"}),
        ("grader/commands/list_exercises.py", set()),
        ("tests/grader/test_watch.py", set()),
        (f"exercises/{FIVE}.md", set()),
    ],
)
def test_what_all_rest_on_has_all_proofs_of_a_kind_run_again(
    changed: Callable[[str], set[str]], file: str, kinds: set[str]
) -> None:
    assert {name.rpartition(" ")[0] for name in changed(file)} == kinds


def test_a_solution_has_what_builds_on_it_proved_again(changed: Callable[[str], set[str]]) -> None:
    found = changed(f"solutions/{FIVE}.py")
    assert {"verify ex05", "both ways ex08", "goldens ex07"} <= found
    assert "verify ex01" not in found


def test_what_was_proved_is_kept_and_what_changed_since_is_dropped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(proofs, "FILE", tmp_path / "proofs.json")
    assert proofs.unchanged() == set()
    proofs.write({"verify ex05", "verify ex06", "goldens ex01"})
    assert proofs.unchanged() == {"verify ex05", "verify ex06", "goldens ex01"}
    assert proofs.out_of_date({"verify ex05"}) == []
    kept = proofs.FILE.read_text()
    proofs.FILE.write_text(kept.replace(proofs.current()["verify ex05"], "of other checks"))
    assert proofs.unchanged() == {"verify ex06", "goldens ex01"}
    proofs.write({"both ways ex01"})
    assert set(proofs.kept()) == {"verify ex06", "goldens ex01", "both ways ex01"}


def test_a_file_that_is_out_of_date_is_noticed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(proofs, "FILE", tmp_path / "proofs.json")
    assert proofs.out_of_date({"verify ex05"}) == ["verify ex05"]
    proofs.FILE.write_text('{"verify ex05": "of other checks", "verify ex77": "of a deleted exercise"}')
    assert proofs.out_of_date({"verify ex05", "verify ex06"}) == ["verify ex05", "verify ex06", "verify ex77"]
    proofs.write({"verify ex05", "verify ex06"})
    assert proofs.out_of_date({"verify ex05", "verify ex06"}) == []


def test_files_with_a_marker_exist() -> None:
    marked = {*tiers.PURE, *(name for names in tiers.MARKS.values() for name in names)}
    assert marked <= {path.stem.removeprefix("test_") for path in Path(__file__).parent.glob("test_*.py")}
