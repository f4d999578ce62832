"""Files of the learner that shadow a library, such as a scratch file torch.py or a folder numpy."""

import sys
from collections.abc import Iterable
from pathlib import Path

LIBRARIES = {"click", "hypothesis", "numpy", "pytest", "rich", "torch", "yaml"}


def in_the_way(folders: Iterable[Path]) -> list[Path]:
    """List files and folders named like a library, including Python's own, and pytest's conftest.py."""
    names = LIBRARIES | sys.stdlib_module_names
    found = []
    for folder in folders:
        if folder.is_dir() and folder.name not in ("site-packages", "dist-packages"):
            found += [path for path in sorted(folder.iterdir()) if _module(path) in names or path.name == "conftest.py"]
    return found


def instead(paths: Iterable[str]) -> str:
    """Name files that Python imports instead of a library, and say what to do."""
    return f"{', '.join(paths)} instead of a library with that name: rename it, then try again"


def _module(path: Path) -> str | None:
    """The name by which Python would import this."""
    if path.suffix == ".py":
        return path.stem
    return path.name if (path / "__init__.py").is_file() else None
