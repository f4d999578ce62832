"""Where things lie in the checkout. Nothing here reads them."""

from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
EXERCISES = ROOT / "exercises"
SOLUTIONS = ROOT / "solutions"
CHECKS = ROOT / "tests" / "checks"
DATA = ROOT / "data"
STATE = ROOT / ".grade"


def shown(path: Path) -> str:
    """Write a path as a person would: relative to the current folder where it is inside it."""
    try:
        return str(path.absolute().relative_to(Path.cwd()))
    except (ValueError, OSError):
        return str(path)
