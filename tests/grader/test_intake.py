"""What is taken out of a submission, and what is not: from folders, zips and notebooks, well meant or hostile."""

import os
import random
import stat
import struct
import zipfile
from pathlib import Path

import nbformat
import pytest
from classes import ONE, WRONG_ONE, folder, notebook, solution, zipped
from conftest import by_number

from grader.kata import containers, intake
from grader.kata.submission import MOST_BYTES

FIVE = by_number(5).file
TEXT = solution(1)


def left(taken: intake.Taken) -> str:
    return "\n".join(taken.ignored)


def test_a_folder_a_zip_and_a_notebook_give_the_same_answers(tmp_path: Path) -> None:
    files = {ONE: TEXT, FIVE: solution(5)}
    deep = {f"homework/week 1/{name}": text for name, text in files.items()}
    expected = {name: text.encode() for name, text in files.items()}
    assert intake.take(folder(tmp_path / "a", deep)).answers == expected
    assert intake.take(zipped(tmp_path / "a.zip", dict(deep))).answers == expected
    assert intake.take(notebook(tmp_path / "a.ipynb", files)).answers == expected


def test_only_answers_are_taken_and_the_rest_is_named(tmp_path: Path) -> None:
    files = {
        ONE: TEXT,
        "conftest.py": "x",
        "sitecustomize.py": "x",
        "one.py": "x",
        "ex77_more.py": "x",
        "notes.md": "x",
    }
    for taken in (intake.take(folder(tmp_path / "a", files)), intake.take(zipped(tmp_path / "a.zip", dict(files)))):
        assert list(taken.answers) == [ONE]
        for name in files.keys() - {ONE}:
            assert f"{name}: " in left(taken)
        assert "ex77_more.py: it belongs to no exercise" in left(taken)


def test_a_copy_in_a_folder_called_backup_does_not_count(tmp_path: Path) -> None:
    older = solution(1, WRONG_ONE)
    taken = intake.take(folder(tmp_path / "a", {f"a_backup/{ONE}": older, f"{ONE}": TEXT}))
    assert taken.answers == {ONE: TEXT.encode()}
    assert taken.notes == (f"ex01: {ONE} is taken, not a_backup/{ONE} (in a folder called old, backup or draft)",)


def test_links_pipes_and_hidden_folders_of_a_folder_are_left(tmp_path: Path) -> None:
    secret = folder(tmp_path / "outside", {ONE: "secret = 1\n", FIVE: "secret = 1\n"})
    place = folder(tmp_path / "a", {f".git/{ONE}": "x", f"__pycache__/{FIVE}": "x"})
    (place / ONE).symlink_to(secret / ONE)
    (place / "all").symlink_to(secret)
    os.mkfifo(place / FIVE)
    (place / "circle").symlink_to(place)
    taken = intake.take(place)
    assert taken.answers == {}
    assert f"{ONE}: a symbolic link is not followed" in left(taken)
    assert "all: a symbolic link is not followed" in left(taken)
    assert f"{FIVE}: it is not a regular file" in left(taken)
    assert ".git/…, __pycache__/…: not looked into" in left(taken)
    (tmp_path / "linked").symlink_to(secret)
    assert intake.take(tmp_path / "linked").problem == "it is a symbolic link, and links are not followed"


@pytest.mark.parametrize("name", ["lab.zip", "lab.ipynb"])
def test_a_notebook_or_zip_in_a_folder_that_is_damaged_is_told(tmp_path: Path, name: str) -> None:
    taken = intake.take(folder(tmp_path / "ada", {name: "no such thing"}))
    assert taken.answers == {}
    assert left(taken).startswith(f"{name}: ")
    assert "only exNN_name.py" not in left(taken)


@pytest.mark.parametrize("name", [f"../{ONE}", f"a/../../{ONE}", f"/etc/{ONE}", f"..\\{ONE}", f"C:{ONE}"])
def test_a_zip_that_reaches_out_gives_nothing_and_writes_nothing(tmp_path: Path, name: str) -> None:
    inside = tmp_path / "in"
    inside.mkdir()
    taken = intake.take(zipped(inside / "a.zip", {name: "x = 1\n"}))
    assert taken.answers == {}
    assert len(taken.ignored) == 1
    assert sorted(path.name for path in tmp_path.rglob("*")) == ["a.zip", "in"]


@pytest.mark.parametrize("kind", [stat.S_IFLNK, stat.S_IFIFO, stat.S_IFCHR, stat.S_IFBLK, stat.S_IFSOCK])
def test_links_and_devices_in_a_zip_are_left(tmp_path: Path, kind: int) -> None:
    member = zipfile.ZipInfo(ONE)
    member.external_attr = (kind | 0o777) << 16
    with zipfile.ZipFile(tmp_path / "a.zip", "w") as archive:
        archive.writestr(member, "/etc/passwd")
    taken = intake.take(tmp_path / "a.zip")
    assert taken.answers == {}
    assert taken.ignored == (f"{ONE}: it is not a regular file",)


@pytest.mark.prove
def test_a_bomb_is_read_as_far_as_an_answer_may_be_long(tmp_path: Path) -> None:
    zipped(tmp_path / "a.zip", {ONE: b"#" * (1 << 30), f"b/{FIVE}": b"x = 1\n"})
    assert (tmp_path / "a.zip").stat().st_size < 2 << 20
    taken = intake.take(tmp_path / "a.zip")
    assert len(taken.answers[ONE]) == MOST_BYTES + 1  # enough to say that it is too large
    assert taken.answers[FIVE] == b"x = 1\n"


def test_a_member_that_lies_about_its_size_is_named(tmp_path: Path) -> None:
    place = zipped(tmp_path / "a.zip", {ONE: "x = 1\n", FIVE: "y = 1\n"})
    data = bytearray(place.read_bytes())
    at = data.index(b"PK\x01\x02")
    struct.pack_into("<I", data, at + 16, 0xDEADBEEF)  # its checksum
    place.write_bytes(data)
    taken = intake.take(place)
    assert taken.answers == {FIVE: b"y = 1\n"}
    assert taken.notes[0].startswith(f"{ONE}: cannot be read (Bad CRC-32")


def test_of_too_many_files_only_the_first_are_looked_at(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(containers, "MOST_FILES", 20)
    files = {f"{number}.txt": "" for number in range(15)} | {f"deep/{number}.txt": "" for number in range(30)}
    for place in (folder(tmp_path / "a", files | {ONE: TEXT}), zipped(tmp_path / "a.zip", {**files, ONE: TEXT})):
        taken = intake.take(place)
        assert taken.answers == {ONE: TEXT.encode()}
        assert "it holds more than 20 files; the rest is ignored" in left(taken)


def test_archives_in_archives_are_bounded(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    inner = zipped(tmp_path / "0.zip", {ONE: TEXT})
    for number in range(1, containers.MOST_NESTING + 2):
        inner = zipped(tmp_path / f"{number}.zip", {f"{number - 1}.zip": inner.read_bytes()})
    assert intake.take(tmp_path / f"{containers.MOST_NESTING}.zip").answers == {ONE: TEXT.encode()}
    taken = intake.take(inner)
    assert taken.answers == {}
    assert f"more than {containers.MOST_NESTING} in one another" in left(taken)
    monkeypatch.setattr(containers, "MOST_NESTED_BYTES", 100)
    assert "it is larger than 0 MiB" in left(intake.take(tmp_path / "1.zip"))


def test_a_zip_whose_list_of_files_would_fill_the_memory_is_not_opened(tmp_path: Path) -> None:
    data = bytearray(zipped(tmp_path / "a.zip", {ONE: TEXT}).read_bytes())
    struct.pack_into("<I", data, data.index(b"PK\x05\x06") + 12, containers.MOST_DIRECTORY_BYTES + 1)
    (tmp_path / "a.zip").write_bytes(data)
    assert "it holds too many files" in str(intake.take(tmp_path / "a.zip").problem)


def test_damaged_containers_are_told_and_never_raise(tmp_path: Path) -> None:
    whole = zipped(tmp_path / "whole.zip", {ONE: TEXT, FIVE: solution(5)}).read_bytes()
    book = notebook(tmp_path / "whole.ipynb", {ONE: TEXT}).read_bytes()
    chance = random.Random(0)
    for number in range(300):
        for kind, content in ((".zip", whole), (".ipynb", book)):
            data = bytearray(content)
            for _ in range(chance.randint(1, 8)):
                data[chance.randrange(len(data))] = chance.randrange(256)
            place = tmp_path / f"damaged{kind}"
            place.write_bytes(data[: chance.choice([len(data), chance.randrange(len(data))])])
            taken = intake.take(place)
            assert all(len(text) <= MOST_BYTES + 1 for text in taken.answers.values()), number
    (tmp_path / "no.zip").write_text("not a zip")
    assert intake.take(tmp_path / "no.zip").problem == "it is not a readable zip (File is not a zip file)"
    (tmp_path / "deep.ipynb").write_text("[" * 100_000)
    assert "not a readable notebook" in str(intake.take(tmp_path / "deep.ipynb").problem)


def test_an_encrypted_member_and_an_unknown_compression_are_named(tmp_path: Path) -> None:
    with zipfile.ZipFile(tmp_path / "a.zip", "w", zipfile.ZIP_LZMA) as archive:
        archive.writestr(ONE, TEXT)
    assert intake.take(tmp_path / "a.zip").ignored == (f"{ONE}: its compression method is not supported",)
    data = bytearray(zipped(tmp_path / "b.zip", {ONE: TEXT}).read_bytes())
    for at in (data.index(b"PK\x03\x04") + 6, data.index(b"PK\x01\x02") + 8):
        data[at] |= 1
    (tmp_path / "b.zip").write_bytes(data)
    assert intake.take(tmp_path / "b.zip").ignored == (f"{ONE}: it is encrypted",)


def test_cells_of_a_notebook_are_marked_by_metadata_or_by_their_first_line(tmp_path: Path) -> None:
    cells = [
        nbformat.v4.new_code_cell(f"# {ONE}\nfirst = 1"),
        nbformat.v4.new_code_cell("print('mine')"),
        nbformat.v4.new_code_cell("second = 2", metadata={"kata": {"file": ONE}}),
        nbformat.v4.new_code_cell("x = 1", metadata={"kata": {"file": "../../ex05_x.sh"}}),
        nbformat.v4.new_code_cell("x = 1", metadata={"kata": "ex"}),
        nbformat.v4.new_markdown_cell(f"# {ONE}\nwords"),
    ]
    (tmp_path / "a.ipynb").write_text(nbformat.writes(nbformat.v4.new_notebook(cells=cells)))
    taken = intake.take(tmp_path / "a.ipynb")
    assert taken.answers == {ONE: b"first = 1\n\n\nsecond = 2\n"}
    assert "2 code cells: not marked as an answer to an exercise" in left(taken)
    assert "../../ex05_x.sh: only exNN_name.py files count" in left(taken)


def test_a_hostile_name_is_shown_harmless(tmp_path: Path) -> None:
    place = folder(tmp_path / "a", {})
    place.mkdir()
    for name in (b"\x1b[2Jcleared.py", b"two\nlines.py", b"caf\xe9.py", "\u202egnp.py".encode(), b"x" * 250):
        (Path(os.fsdecode(os.fsencode(place) + b"/" + name))).write_bytes(b"x")
    taken = intake.take(place)
    assert taken.answers == {}
    assert len(taken.ignored) == 5
    assert all(text.isprintable() for text in taken.ignored)


def test_the_digest_tells_every_change_and_nothing_else(tmp_path: Path) -> None:
    first = intake.take(folder(tmp_path / "a", {ONE: TEXT}))
    assert intake.take(folder(tmp_path / "b", {ONE: TEXT})).digest == first.digest
    assert intake.take(folder(tmp_path / "c", {ONE: TEXT + "#"})).digest != first.digest
    assert intake.take(folder(tmp_path / "d", {ONE: TEXT, "x.txt": ""})).digest != first.digest
