# Two commands matter: `make run` and `make test`. Both set up .venv from the lock first.
PYTHON ?= $(shell command -v python3.11 || command -v python3)
VENV := .venv
BIN := $(VENV)/bin
DATA ?= data
INBOX ?= $(DATA)/inbox
SAMPLE_DISPUTES ?= 5000
# What the report is tested in; without it the tests fail, they are not skipped.
export RULINGS_BROWSER ?= chromium

.PHONY: docs faults fuzz browser run test setup format lint types sql-lint tests lock bench clean
.DEFAULT_GOAL := run

run: setup
	@mkdir -p $(INBOX)
	@[ -n "$$(ls -A $(INBOX))" ] || $(BIN)/rulings sample --disputes $(SAMPLE_DISPUTES) --out $(INBOX)/sample
	@$(BIN)/rulings run --inbox $(INBOX) --data $(DATA)

test: lint types sql-lint tests

setup: $(VENV)/.ready

# Compiled once here: where Python may not keep what it compiles (PYTHONDONTWRITEBYTECODE, as in many containers), each
# run would compile some three thousand modules anew, seven seconds of a processor.
# The stamp depends on the lock, so a changed lock is installed on the next call.
$(VENV)/.ready: requirements.lock bootstrap.lock pyproject.toml
	@command -v $(PYTHON) >/dev/null || { echo "This project needs Python 3.11 ($(PYTHON) was not found; set PYTHON=...)."; exit 1; }
	$(PYTHON) -m venv --clear $(VENV)
	$(BIN)/python -m pip install --quiet --require-hashes -r bootstrap.lock
	$(BIN)/uv pip install --quiet --compile-bytecode --python $(BIN)/python --require-hashes -r requirements.lock
	$(BIN)/uv pip install --quiet --python $(BIN)/python --no-deps --no-build-isolation --editable .
	@touch $@

format: setup
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .
	$(BIN)/sqruff fix sql

lint: setup
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .

types: setup
	$(BIN)/mypy

sql-lint: setup
	$(BIN)/sqruff lint sql

# The report is tested in Chromium. `make run` does not need it.
browser:
	@command -v "$(RULINGS_BROWSER)" >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null \
	  && apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -qq -y --no-install-recommends chromium >/dev/null; } \
	  || { echo "The tests of the report need Chromium: install it (Debian: apt-get install chromium), or name a"; \
	       echo "browser of its kind: make test RULINGS_BROWSER=google-chrome"; exit 1; }

# Two at a time: files of tests are dealt to as many processes, each with releases of its own.
tests: setup browser
	$(BIN)/pytest -n 2 --dist loadfile

# Kills runs at 200 moments, fills and fails the disk at 200 sizes, lets calls fail (by strace), and polls through fifty
# publishes; about an hour on two cores. FAULTS=20 tries fewer.
FAULTS ?= 200
faults: setup
	@command -v strace >/dev/null || { [ "$$(id -u)" = 0 ] && apt-get update -qq && apt-get install -qq -y strace >/dev/null; } \
	  || { echo "make faults needs strace: apt-get install strace"; exit 1; }
	RULINGS_FAULTS=$(FAULTS) $(BIN)/pytest -n 2 --dist load tests/faults tests/cluster/test_stopped.py \
	  tests/flows/test_readers.py tests/flows/test_publish.py

# Malformed files for two minutes: no traceback, nothing lost, nothing written outside the data directory.
fuzz: setup
	RULINGS_FUZZ=120 $(BIN)/pytest -n 0 tests/fuzz

bench: setup
	$(BIN)/python -m benchmarks.pipeline

# What docs/ shows of the code: the data dictionary and the guide with its answers.
docs: setup
	$(BIN)/python -m flows.docs

# Writes both locks anew: hashes for every file, no index addresses.
lock: setup
	$(BIN)/uv pip compile --quiet pyproject.toml --group test --group check --group build --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-emit-find-links --output-file requirements.lock
	echo "uv==$$($(BIN)/uv --version | cut -d' ' -f2)" | $(BIN)/uv pip compile --quiet - --python-version 3.11 \
	  --generate-hashes --no-emit-index-url --no-emit-find-links --output-file bootstrap.lock

clean:
	rm -rf $(VENV) $(DATA) build dist
