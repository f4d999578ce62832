#!/usr/bin/env bash
# Runs once, as root, when Gradescope builds the image: Python, and what the grader needs.
set -euo pipefail

new_enough() { "$1" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2> /dev/null; }

export DEBIAN_FRONTEND=noninteractive
apt-get update --quiet
apt-get install -y --no-install-recommends python3 python3-venv
python=python3
if ! new_enough "$python"; then
    # The image's own Python is too old: its packages may hold a newer one beside it.
    for version in 3.13 3.12 3.11; do
        if apt-get install -y --no-install-recommends "python$version" "python$version-venv" && new_enough "python$version"; then
            python="python$version"
            break
        fi
    done
fi
if ! new_enough "$python"; then
    echo "Python 3.11 or later is needed, and this image has $(python3 --version) and packages of no newer one:" \
        "choose a newer base image (Ubuntu 24.04) in the autograder's settings" >&2
    exit 1
fi
cd /autograder/source/kata
"$python" -m venv /autograder/venv
# torch's own index of CPU builds saves gigabytes: grade gradescope build --extra-index URL
{{ pip_environment }}/autograder/venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
