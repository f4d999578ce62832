"""Files that are written whole or not at all: Ctrl-C in the middle leaves the old one, and nothing beside it."""

import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from grader.base import paths
from grader.base.atomic_files import write_whole

WRITING_FOR_EVER = """
import sys
from pathlib import Path
from grader.base.atomic_files import write_whole

while True:
    for letter in "ab":
        write_whole(Path(sys.argv[1]), letter * 8_000_000)
"""


@pytest.mark.parametrize("moment", range(8))
def test_ctrl_c_while_it_is_written_leaves_a_whole_file_and_nothing_else(tmp_path: Path, moment: int) -> None:
    target = tmp_path / "results.json"
    command = [sys.executable, "-P", "-c", WRITING_FOR_EVER, str(target)]
    writer = subprocess.Popen(command, cwd=paths.checkout().root, stderr=subprocess.PIPE, start_new_session=True)
    while not target.exists() or not waiting(tmp_path):
        assert writer.poll() is None, writer.communicate()
    time.sleep(moment / 1000)
    writer.send_signal(signal.SIGINT)
    assert b"KeyboardInterrupt" in writer.communicate(timeout=30)[1]
    assert list(tmp_path.iterdir()) == [target]
    text = target.read_text()
    assert len(text) == 8_000_000 and len(set(text)) == 1


def waiting(folder: Path) -> list[Path]:
    """The files that are not in their place yet."""
    return list(folder.glob(".results.json.*"))


def test_a_file_has_the_rights_of_any_new_one_and_a_link_stays_a_link(tmp_path: Path) -> None:
    plain, link = tmp_path / "plain", tmp_path / "link"
    plain.write_text("before")
    link.symlink_to(plain)
    write_whole(link, "after")
    (tmp_path / "any").touch()
    assert link.is_symlink()
    assert plain.read_text() == "after"
    assert plain.stat().st_mode == (tmp_path / "any").stat().st_mode
