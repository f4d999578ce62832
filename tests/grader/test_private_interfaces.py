"""What the grader uses of hypothesis and pytest without a promise still does what it is used for."""

from pathlib import Path

import pytest
from hypothesis import Phase, given, settings
from hypothesis.database import InMemoryExampleDatabase
from hypothesis.internal.conjecture import providers
from hypothesis.strategies import integers

from grader.engine import private_interfaces

TESTS = """
import pytest

@pytest.fixture
def opened(request):
    done = request.config.done
    done.append("opened")
    yield
    done.append("closed")

def test_passes(opened): pass
def test_fails(opened): assert False
def test_stops_pytest(opened): pytest.exit("no more")
"""


def test_hypothesis_takes_no_constants_from_source(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(providers, "_get_local_constants", lambda: pytest.fail("it reads the source of modules"))
    private_interfaces.leave_source_constants_out()

    @settings(max_examples=30, database=None)
    @given(integers())
    def draws(_: int) -> None:
        pass

    draws()


def test_hypothesis_makes_no_database_key_of_its_own() -> None:
    database = InMemoryExampleDatabase()

    @settings(database=database, phases=(Phase.generate,))
    @given(integers())
    def fails(_: int) -> None:
        raise ValueError

    private_interfaces.leave_database_key_out(fails)
    with pytest.raises(ValueError):
        fails()
    assert b"" in database.data


def test_every_example_is_watched() -> None:
    seen: list[int] = []

    @settings(max_examples=7, database=None, phases=(Phase.generate,))
    @given(number=integers())
    def draws(number: int) -> None:
        assert seen[-1] == number

    private_interfaces.watch_examples(draws, lambda inner: lambda number: inner(seen.append(number) or number))
    draws()
    assert len(seen) == 7


def test_a_test_runs_with_its_fixtures_which_end_with_it(tmp_path: Path) -> None:
    (tmp_path / "test_three.py").write_text(TESTS)
    (tmp_path / "pytest.ini").write_text("[pytest]\n")
    done: list[str] = []

    class Loop:
        def pytest_configure(self, config: pytest.Config) -> None:
            config.done = done

        def pytest_runtestloop(self, session: pytest.Session) -> bool:
            for item in session.items:
                try:
                    reports = private_interfaces.run_with_fixtures(item)
                    done.append(", ".join(report.outcome for report in reports))
                except pytest.exit.Exception as stop:
                    done.append(str(stop.msg))
            return True

    pytest.main(["-q", "-p", "no:cacheprovider", "--rootdir", str(tmp_path), str(tmp_path)], plugins=[Loop()])
    assert done == [
        *("opened", "closed", "passed, passed, passed"),
        *("opened", "closed", "passed, failed, passed"),
        *("opened", "closed", "no more"),
    ]
