#!/usr/bin/env bash
# Runs once, as root, when Gradescope builds the image: Python, and what the grader needs.
set -euo pipefail

apt-get install -y --no-install-recommends python3 python3-venv
python3 -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed: choose a newer base image")'
cd /autograder/source/kata
python3 -m venv /autograder/venv
# torch's own index of CPU builds saves gigabytes: grade gradescope build --extra-index URL
{{ pip_environment }}/autograder/venv/bin/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
