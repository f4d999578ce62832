"""What the corpus loader promises: the files it reads, those it refuses and in which words, the names that ship."""

import hashlib
import re
import runpy
from pathlib import Path
from typing import Any

import pytest
from conftest import grade

from grader.base import paths
from grader.kata.corpus import NAMES_SHA256, CorpusError, find_corpus, load_names, read_words

DATA = paths.checkout().data


def corpus(folder: Path, content: str | bytes) -> Path:
    """A file of the user's own, byte for byte."""
    path = folder / "own.txt"
    path.write_bytes(content.encode() if isinstance(content, str) else content)
    return path


def refusal(path: Path) -> str:
    """The one line with which the file is refused."""
    with pytest.raises(CorpusError) as caught:
        read_words(path)
    message = str(caught.value)
    assert len(message.splitlines()) == 1
    assert str(path) in message
    return message


class TestReads:
    def test_one_word_a_line_in_the_order_of_the_file(self, tmp_path: Path) -> None:
        assert read_words(corpus(tmp_path, "mia\nada\n")) == ["mia", "ada"]

    @pytest.mark.parametrize(
        "content",
        [
            pytest.param("mia\r\nada\r\n", id="CRLF"),
            pytest.param("mia\nada", id="last line without an end"),
            pytest.param("\ufeffmia\nada\n", id="byte order mark"),
            pytest.param("mia\nada\n\n \r\n\n", id="blank lines at the end"),
        ],
    )
    def test_what_editors_leave_behind_is_no_part_of_a_word(self, tmp_path: Path, content: str) -> None:
        assert read_words(corpus(tmp_path, content)) == ["mia", "ada"]

    @pytest.mark.parametrize("word", ["zoë", "Łukasz", "мария", "さくら", "امیر\u200cعلی", "o'neil", "anne-marie"])
    def test_letters_of_any_script_and_marks_inside_a_name_are_fine(self, tmp_path: Path, word: str) -> None:
        assert read_words(corpus(tmp_path, f"{word}\n")) == [word]

    def test_duplicates_stay(self, tmp_path: Path) -> None:
        assert read_words(corpus(tmp_path, "mia\nada\nmia\n")) == ["mia", "ada", "mia"]

    def test_capitals_stay(self, tmp_path: Path) -> None:
        assert read_words(corpus(tmp_path, "Mia\nADA\n")) == ["Mia", "ADA"]

    def test_a_word_of_100_characters_is_fine(self, tmp_path: Path) -> None:
        assert read_words(corpus(tmp_path, "a" * 100)) == ["a" * 100]


class TestRefusesALine:
    @pytest.mark.parametrize("line", ["", "  ", "\r"])
    def test_blank_in_the_middle(self, tmp_path: Path, line: str) -> None:
        message = refusal(corpus(tmp_path, f"mia\n{line}\nada\n"))
        assert "line 2" in message
        assert "a blank line: remove it" in message

    def test_blank_at_the_start(self, tmp_path: Path) -> None:
        assert "line 1, '': a blank line" in refusal(corpus(tmp_path, "\nmia\n"))

    @pytest.mark.parametrize("line", [".mia", "mi.a", "mia."])
    def test_with_the_end_token(self, tmp_path: Path, line: str) -> None:
        message = refusal(corpus(tmp_path, f"ada\n{line}\n"))
        assert message.endswith(f"line 2, {line!r}: a `.` is the token that ends a word: remove it")

    @pytest.mark.parametrize("line", ["mia ada", " mia", "mia ", "mia\tada", "mia\u00a0ada", "mia\u2028ada"])
    def test_with_white_space(self, tmp_path: Path, line: str) -> None:
        message = refusal(corpus(tmp_path, f"ada\nada\n{line}\n"))
        assert f"line 3, {line!r}: white space or a control character: write only one word per line" in message

    @pytest.mark.parametrize("line", ["mia\x00", "mia\rada", "mi\x1ba", "mi\x7fa", "mi\x85a"])
    def test_with_a_control_character(self, tmp_path: Path, line: str) -> None:
        message = refusal(corpus(tmp_path, f"ada\n{line}\n"))
        assert f"line 2, {line!r}: white space or a control character: write only one word per line" in message

    def test_longer_than_100_characters(self, tmp_path: Path) -> None:
        assert "line 1" in (message := refusal(corpus(tmp_path, "a" * 101)))
        assert "101 characters: shorten it to 100 or fewer" in message

    def test_showing_40_characters_of_it_at_the_most(self, tmp_path: Path) -> None:
        shown = re.search(r"'(.*)'", refusal(corpus(tmp_path, "a" * 5000)))
        assert shown is not None
        assert shown[1] == "a" * 39 + "…"

    def test_by_its_number_counted_from_the_first_line_of_the_file(self, tmp_path: Path) -> None:
        assert "line 5," in refusal(corpus(tmp_path, "\ufeffmia\r\nada\r\nzoe\r\neva\r\nm.\r\n"))


class TestRefusesAFile:
    def test_that_is_not_there(self, tmp_path: Path) -> None:
        assert "does not exist: check the path, or choose one of names, makemore" in refusal(tmp_path / "own.txt")

    def test_that_is_not_there_naming_what_else_there_is(self, tmp_path: Path) -> None:
        for command, others in (("train", ", language"), ("race", ", language"), ("challenge", "")):
            file = [tmp_path / "mine.py"] if command == "challenge" else []
            done = grade(command, *file, "--data", tmp_path / "own.txt")
            assert done.returncode == 2
            assert done.stderr.endswith(f"check the path, or choose one of names, makemore{others}\n"), done.stderr

    def test_that_is_a_folder(self, tmp_path: Path) -> None:
        assert "is a folder: choose a file in it" in refusal(tmp_path)

    def test_that_cannot_be_read(self, tmp_path: Path) -> None:
        circle = tmp_path / "circle.txt"  # unlike a file without permissions, it stops root too
        circle.symlink_to(circle)
        assert re.search(r"cannot be read \(.+\): choose a text file", refusal(circle))

    @pytest.mark.parametrize("content", ["", "\n", "\r\n \n", "\ufeff"])
    def test_without_a_word(self, tmp_path: Path, content: str) -> None:
        assert "is empty: write one word per line" in refusal(corpus(tmp_path, content))

    def test_that_is_not_utf8_naming_line_and_byte(self, tmp_path: Path) -> None:
        message = refusal(corpus(tmp_path, "mia\nzoë\n".encode("latin-1")))
        assert "line 2, is not UTF-8 (byte 0xeb at offset 6): save the file as UTF-8" in message

    def test_that_is_utf16(self, tmp_path: Path) -> None:
        assert "line 1, is not UTF-8 (byte 0xff at offset 0)" in refusal(corpus(tmp_path, "mia\n".encode("utf-16")))

    def test_counting_the_bytes_of_a_byte_order_mark(self, tmp_path: Path) -> None:
        assert "(byte 0xeb at offset 3)" in refusal(corpus(tmp_path, b"\xef\xbb\xbf\xeb\n"))


class TestFindsACorpus:
    @pytest.mark.parametrize(("name", "file"), [("names", "names.txt"), ("makemore", "makemore_names.txt")])
    def test_by_name_in_the_data_folder(self, tmp_path: Path, name: str, file: str) -> None:
        (tmp_path / file).write_text("mia\n")
        assert find_corpus(name, tmp_path) == tmp_path / file

    def test_by_path_anywhere_else(self, tmp_path: Path) -> None:
        assert find_corpus("words/own.txt", tmp_path) == Path("words/own.txt")

    def test_or_says_where_the_makemore_names_come_from_and_go(self, tmp_path: Path) -> None:
        with pytest.raises(CorpusError) as caught:
            find_corpus("makemore", tmp_path)
        assert str(caught.value) == (
            f"{tmp_path / 'makemore_names.txt'} is not there: "
            "save names.txt of the public repository karpathy/makemore as that file"
        )

    def test_or_says_how_to_restore_the_shipped_names(self, tmp_path: Path) -> None:
        with pytest.raises(CorpusError) as caught:
            find_corpus("names", tmp_path)
        path = tmp_path / "names.txt"
        assert str(caught.value) == f"{path} is not there: restore it with `git checkout data/names.txt`"


class TestShippedNames:
    def test_are_5000_or_more_distinct_words_of_a_to_z(self) -> None:
        names = load_names()
        assert len(set(names)) == len(names) >= 5000
        assert all(re.fullmatch("[a-z]+", name) for name in names)

    def test_are_sorted(self) -> None:
        assert load_names() == sorted(load_names())

    def test_have_lf_line_ends(self) -> None:
        content = (DATA / "names.txt").read_bytes()
        assert b"\r" not in content
        assert content.endswith(b"\n")

    def test_have_the_digest_that_the_loader_and_the_data_card_give(self) -> None:
        digest = hashlib.sha256((DATA / "names.txt").read_bytes()).hexdigest()
        assert digest == NAMES_SHA256
        assert f"| SHA-256 | `{digest}` |" in (DATA / "README.md").read_text(encoding="utf-8")

    def test_have_the_sizes_that_the_data_card_gives(self) -> None:
        lengths = [len(name) for name in load_names()]
        mean = sum(lengths) / len(lengths)
        card = (DATA / "README.md").read_text(encoding="utf-8")
        assert f"| names | {len(lengths):,}, all distinct |" in card
        assert f"| length | {min(lengths)} to {max(lengths)} letters, mean {mean:.2f} |" in card
        assert f"| characters | {len(set(''.join(load_names())))} (a–z) |" in card

    def test_are_the_same_words_with_crlf(self, tmp_path: Path) -> None:
        (tmp_path / "names.txt").write_bytes((DATA / "names.txt").read_bytes().replace(b"\n", b"\r\n"))
        assert load_names(tmp_path) == load_names()

    def test_are_refused_when_altered(self, tmp_path: Path) -> None:
        path = tmp_path / "names.txt"
        path.write_bytes((DATA / "names.txt").read_bytes().replace(b"mary\n", b"marie\n"))
        with pytest.raises(CorpusError) as caught:
            load_names(tmp_path)
        assert str(caught.value) == f"{path} was altered: restore it with `git checkout data/names.txt`"


class TestCleaning:
    """`data/make_names.py`, on lists in the layout of the census."""

    @staticmethod
    def cleaned(folder: Path, female: str, male: str) -> Any:
        (folder / "dist.female.first").write_text(female)
        (folder / "dist.male.first").write_text(male)
        return runpy.run_path(str(DATA / "make_names.py"))["clean_names"](folder)

    def test_joins_both_lists_lower_case_distinct_and_sorted(self, tmp_path: Path) -> None:
        female = "MARY           2.629  2.629      1\nLEE            0.111  2.740      2\n"
        male = "LEE            0.162  0.162      1\nADAM           0.100  0.262      2\n"
        assert self.cleaned(tmp_path, female, male) == ["adam", "lee", "mary"]

    def test_stops_at_a_name_that_is_not_plain_a_to_z(self, tmp_path: Path) -> None:
        with pytest.raises(ValueError, match="not plain a-z"):
            self.cleaned(tmp_path, "O'NEIL 0.001 0.001 1\n", "ADAM 0.100 0.100 1\n")
