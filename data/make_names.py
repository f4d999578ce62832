"""Make data/names.txt from the two lists of given names of the 1990 US Census (data/README.md says where from)."""

import argparse
from pathlib import Path

LISTS = ("dist.female.first", "dist.male.first")
NAMES = Path(__file__).with_name("names.txt")


def clean_names(folder: Path) -> list[str]:
    """Join both lists: distinct, lower-case, sorted. The name is the first of a line's four columns.

    Raises:
        ValueError: a name that is not plain a-z; the lists of 1990 hold none.
    """
    lines = [line for source in LISTS for line in (folder / source).read_text(encoding="ascii").splitlines()]
    names = sorted({line.split()[0].lower() for line in lines})
    for name in names:
        if not name.isalpha():
            raise ValueError(f"{name!r} is not plain a-z: not the lists of 1990?")
    return names


def main() -> None:
    """Write names.txt beside this script, one name a line."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("folder", type=Path, help=f"holds {' and '.join(LISTS)}")
    names = clean_names(parser.parse_args().folder)
    NAMES.write_text("\n".join(names) + "\n", encoding="ascii", newline="\n")
    print(f"{NAMES}: {len(names)} names")


if __name__ == "__main__":
    main()
