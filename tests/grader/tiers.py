"""Which tests run when, and what is printed after a run: the pytest hooks that `conftest` imports.

`make test` runs the tests that are not marked `prove`, and of those marked `proof` only those whose inputs changed.
`make prove` runs all tests with either mark, and `make proofs` the proofs whose inputs changed, to update the cache.
"""

from collections import defaultdict
from collections.abc import Generator
from typing import Any

import proofs
import psutil
import pytest

# Files whose tests start no process. Files that appear nowhere here call commands in process.
PURE = (
    *("echoes", "harmless", "intake", "language", "layers", "observation", "oracles"),
    *("proof_cache", "shown_values", "similarity", "stubs", "wire"),
)
# Files whose tests need a process, a terminal or a sandbox of their own, and files that only `make prove` runs.
MARKS = {
    "process": ("cards", "commands", "lessons", "pictures", "processes", "race", "recipes", "watch", "whole_file"),
    "sandbox": ("attacks", "both_ways", "challenge", "class_run", "sandbox_walls", "work"),
    "prove": ("attacks", "cluster", "course_guide", "recipes", "verify"),
}
LONG = {"browser": "browser", "jupyter": "kernel"}  # fixtures that only `make prove` uses, with their markers
SLOWEST = 10
BEFORE = pytest.StashKey[float]()


def pytest_addoption(parser: pytest.Parser) -> None:
    """Add the options of `make prove` and `make proofs`."""
    group = parser.getgroup("kata tests")
    group.addoption("--proofs", choices=("changed", "all"), default="all", help="changed: skip unchanged ones")
    group.addoption("--write-proofs", action="store_true", help="update tests/proofs.json")
    group.addoption("--check-proofs", action="store_true", help="fail if tests/proofs.json is out of date")
    group.addoption("--slowest", type=int, default=SLOWEST, metavar="N", help="how many of the slowest tests to list")


def pytest_configure(config: pytest.Config) -> None:
    """Update the cache of proofs only after a complete run."""
    if config.getoption("write_proofs", False) and (
        config.option.keyword or any("::" in argument for argument in config.args)
    ):
        raise pytest.UsageError("only a complete run may update tests/proofs.json: make proofs")


@pytest.hookimpl(trylast=True)
def pytest_collection_modifyitems(config: pytest.Config, items: list[pytest.Item]) -> None:
    """Skip the proofs whose inputs are unchanged."""
    skipped = proofs.unchanged() if config.getoption("proofs", "all") == "changed" else set()
    left_out = [item for item in items if proof_of(item) in skipped]
    if left_out:
        config.hook.pytest_deselected(items=left_out)
        items[:] = [item for item in items if proof_of(item) not in skipped]


def pytest_itemcollected(item: pytest.Item) -> None:
    """Add the markers of the test's file, before `-m` selects."""
    name = item.path.stem.removeprefix("test_")
    if item.path.parent.name != "grader":
        return
    if name in PURE:
        item.add_marker("pure")
    for mark, files in MARKS.items():
        if name in files:
            item.add_marker(mark)
    for fixture in LONG.keys() & set(getattr(item, "fixturenames", ())):
        item.add_marker(LONG[fixture])
        item.add_marker("prove")
    sampled = item.get_closest_marker("sampled")
    if sampled and not any(f"[{name}" in item.name for name in sampled.args):
        item.add_marker("prove")
    if item.get_closest_marker("proof"):
        item.user_properties.append(("proof", proof_of(item)))


def proof_of(item: pytest.Item) -> str | None:
    """The proof that a test belongs to, if any."""
    mark = item.get_closest_marker("proof")
    if mark is None:
        return None
    of: Any = next(iter(item.callspec.params.values()))
    return proofs.name_of(mark.args[0], getattr(of, "exercise", of))


@pytest.hookimpl(wrapper=True)
def pytest_runtest_protocol(item: pytest.Item) -> Generator[None, object, object]:
    """Note the CPU time before the test."""
    item.stash[BEFORE] = cpu_seconds()
    return (yield)


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport(item: pytest.Item) -> Generator[None, pytest.TestReport, pytest.TestReport]:
    """Report the CPU time of the test, including its processes."""
    report = yield
    if report.when == "teardown":
        report.user_properties = [*report.user_properties, ("cpu", round(cpu_seconds() - item.stash[BEFORE], 2))]
    return report


def cpu_seconds() -> float:
    """CPU time of this process and all its descendants."""
    own = psutil.Process()
    total = 0.0
    for process in (own, *own.children(recursive=True)):
        try:
            total += sum(process.cpu_times()[:4])
        except psutil.Error:
            continue
    return total


def pytest_terminal_summary(terminalreporter: Any, config: pytest.Config) -> None:
    """Print the slowest tests and the proofs that were skipped."""
    cpu: dict[str, float] = {}
    wall: dict[str, float] = defaultdict(float)
    for reports in terminalreporter.stats.values():
        for report in reports:
            if isinstance(report, pytest.TestReport):
                wall[report.nodeid] += report.duration
                cpu[report.nodeid] = dict(report.user_properties).get("cpu", cpu.get(report.nodeid, 0.0))
    line = terminalreporter.write_line
    line(f"{sum(cpu.values()):.0f} CPU seconds in {len(cpu)} tests; the slowest (seconds, CPU seconds):")
    for test in sorted(wall, key=wall.__getitem__, reverse=True)[: config.getoption("slowest", SLOWEST)]:
        line(f"  {wall[test]:6.1f} {cpu[test]:6.1f}  {test}")
    if config.getoption("proofs", "all") == "changed":
        ran = set().union(*map(_proofs, terminalreporter.stats.values()))
        believed, all_of_them = proofs.unchanged() - ran, proofs.current()
        kinds = {kind: [name for name in sorted(believed) if name.startswith(kind)] for kind in proofs.READ}
        line(f"{len(believed)} of {len(all_of_them)} proofs come from the cache, because their inputs are unchanged:")
        for kind, names in kinds.items():
            line(f"  {kind}: {', '.join(name.removeprefix(kind).strip() for name in names) or 'none'}")


@pytest.hookimpl(trylast=True)
def pytest_sessionfinish(session: pytest.Session, exitstatus: int) -> None:
    """Update the cache of proofs, or compare it with what has passed."""
    config = session.config
    reporter: Any = config.pluginmanager.getplugin("terminalreporter")
    write, check = config.getoption("write_proofs", False), config.getoption("check_proofs", False)
    if hasattr(config, "workerinput") or not (write or check):
        return
    passed = _proofs(reporter.stats.get("passed", ()))
    failed = _proofs(reporter.stats.get("failed", ())) | _proofs(reporter.stats.get("error", ()))
    proved = passed - failed
    if write:
        proofs.write(proved)
    elif stale := proofs.out_of_date(proved):
        reporter.write_line(f"tests/proofs.json is out of date ({', '.join(stale)}); run: make proofs")
        session.exitstatus = pytest.ExitCode.TESTS_FAILED


def _proofs(reports: Any) -> set[str]:
    return {
        value
        for report in reports
        if isinstance(report, pytest.TestReport)
        for key, value in report.user_properties
        if key == "proof"
    }
