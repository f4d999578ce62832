# `make grade` is for learners, `make test` for those who change the kata. Both set up what they need.

PYTHON ?= python3
BIN := .venv/bin
# .venv is rebuilt if its Python is gone, or older than the kata needs or PYTHON= asks for.
WANTED := $(if $(filter file,$(origin PYTHON)),3.11,$(shell $(PYTHON) -c 'import sys; print("%d.%d" % sys.version_info[:2])'))
AS_OLD := import sys; sys.exit(sys.version_info[:2] < tuple(map(int, "$(WANTED)".split("."))))
STALE := $(shell test -e .venv && { $(BIN)/python -c '$(AS_OLD)' 2>/dev/null || echo stale; })

.PHONY: stale grade test prove proofs benchmark footprints goldens cause-tables pictures stubs solutions-branch clean

grade: .venv/installed
	@$(BIN)/grade $(ARGS) || test $$? -eq 1

# Static checks, the fast tests, and the proofs whose inputs changed.
test: .venv/installed-dev
	@$(BIN)/python tests/parts.py test

# All proofs, whatever the cache says, and the slow tests.
prove: .venv/installed-dev
	@$(BIN)/python tests/parts.py prove

# The proofs whose inputs changed; updates tests/proofs.json.
proofs: .venv/installed-dev
	@$(BIN)/python tests/parts.py proofs

benchmark: .venv/installed-dev
	$(BIN)/python tests/benchmarks/speed.py
	$(BIN)/python tests/benchmarks/watch.py
	$(BIN)/python tests/benchmarks/graders.py
	$(BIN)/python tests/benchmarks/graders.py growth
	$(BIN)/python tests/benchmarks/class_of_300.py

footprints: .venv/installed-dev
	$(BIN)/python -m grader.course.footprints $(ARGS)

goldens: .venv/installed-dev
	$(BIN)/python tests/grader/goldens.py

cause-tables: .venv/installed-dev
	$(BIN)/python tests/grader/cause_table.py --write $(ARGS)

pictures: .venv/installed-dev
	$(BIN)/python exercises/pictures/figures.py
	$(BIN)/python exercises/pictures/tree_and_attention.py
	$(BIN)/python tests/pictures/draw.py

stubs: .venv/installed
	$(BIN)/python -m grader.kata.stubs

solutions-branch: .venv/installed
	@$(BIN)/python -m grader.course.solutions_branch

clean:
	rm -rf .venv

# Rebuilt when the versions change: the stamp is then older than the files that it depends on.
.venv/installed: pyproject.toml constraints.txt $(STALE)
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or later is needed, this is " \
		+ sys.version.split()[0] + "; choose another one: make $(MAKECMDGOALS) PYTHON=python3.12")'
	@$(if $(STALE),echo "the Python of .venv is gone or older than $(WANTED): rebuilding .venv" && rm -rf .venv)
	@echo "setting up .venv (once; torch is large) ..."
	@$(PYTHON) -m venv .venv
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e .
	@touch $@

.venv/installed-dev: .venv/installed
	@$(BIN)/python -m pip install --quiet --disable-pip-version-check -c constraints.txt -e '.[dev]'
	@touch $@
