# The newcomer's two commands are `make demo` and `make test`; both set up what they need first.
PYTHON ?= python3
# Extra words for pip, for example an index with CPU-only builds (README, "Install").
PIP_FLAGS ?=
VENV := .venv
BIN := $(VENV)/bin
STAMP := $(VENV)/.installed

.PHONY: setup demo test test-full wheel lowest lint types bench client words check clean

setup: $(STAMP)

# A second run costs nothing: the stamp is renewed only when the dependencies change.
$(STAMP): pyproject.toml setup.py constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "Trellis needs Python 3.11 or newer; set PYTHON=/path/to/python3.11" >&2; exit 2; }
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check $(PIP_FLAGS) --constraint constraints.txt \
		--editable '.[dev,eval,oracles]'
	@touch $@

demo: setup
	$(BIN)/trellis demo
	@echo
	@echo 'See it in a browser: $(BIN)/trellis serve --demo, then open http://127.0.0.1:8000'

# The newcomer's proof, in minutes: every layer, every route, every page. tests/README.md says what is in which tier.
test: setup
	$(BIN)/python -m pytest -n auto --dist worksteal -m 'not full'

# The rest: the same on PostgreSQL, at another width, under kill, with random requests and many more generated cases.
test-full: setup
	$(BIN)/python -m pytest -n auto --dist worksteal -m 'full or hypothesis'

# What others install: dist/trellis_recommender-VERSION-py3-none-any.whl.
wheel: setup
	$(BIN)/python -m pip wheel --quiet --disable-pip-version-check --no-deps --no-build-isolation --wheel-dir dist .

# The tests on the oldest packages that a wheel accepts.
lowest: setup
	$(PYTHON) -m venv build/lowest
	$(BIN)/python tests/packaging/lowest.py > build/lowest/constraints.txt
	build/lowest/bin/python -m pip install --quiet --disable-pip-version-check $(PIP_FLAGS) \
		--constraint build/lowest/constraints.txt --editable '.[dev,eval]'
	build/lowest/bin/python -m pytest -n auto --dist worksteal -m 'not full'

lint: setup
	$(BIN)/ruff check .
	$(BIN)/ruff format --check .

types: setup
	$(BIN)/mypy

bench: setup
	$(BIN)/python -m pytest tests/benchmarks --override-ini=addopts= --benchmark-only

# A typed client, generated from the API's own description in an environment of its own, because the generator needs
# other versions of our packages. tests/client uses it.
client: setup
	$(PYTHON) -m venv $(VENV)/client-generator
	$(VENV)/client-generator/bin/python -m pip install --quiet --disable-pip-version-check $(PIP_FLAGS) \
		openapi-python-client==0.29.1
	@mkdir -p build/client
	TRELLIS_DATA_DIR=build/client/data $(BIN)/python -c \
		'import json; from api.app import create_app; print(json.dumps(create_app().openapi()))' > build/client/openapi.json
	cd build/client && PATH="$(CURDIR)/$(VENV)/client-generator/bin:$$PATH" openapi-python-client generate \
		--path openapi.json --meta none --output-path trellis_client --overwrite --fail-on-warning \
		--config ../../tests/client/generator.yaml

# Everything that a change must pass.
check: lint types test test-full

clean:
	rm -rf $(VENV) build dist .pytest_cache .mypy_cache .ruff_cache .hypothesis .benchmarks *.egg-info

# The sentences of pages, for translators: a further language is `pybabel init --input-file build/words.pot --locale es`
# together with the keys of `recommender/data/words/en.po`, kept beside it (docs/architecture.md, "A language").
words: setup
	@mkdir -p build
	$(BIN)/pybabel --quiet extract --mapping-file babel.cfg --no-location --omit-header --output-file build/words.pot .
