# make run: from nothing to a published site.  make test: everything tested.  make check: what a change must pass first.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
PIP := $(BIN)/python -m pip --disable-pip-version-check
HOME_FOLDER ?= .
export DO_NOT_TRACK := 1

.PHONY: run test check bench bench-pages browser lock clean
run: $(VENV)/installed
	$(BIN)/measure sample --home $(HOME_FOLDER)
	$(BIN)/measure run --home $(HOME_FOLDER)

# Whole runs take half of the time: their tests run beside the others.
test: $(VENV)/installed-dev browser
	@told=$$(mktemp); $(BIN)/pytest tests/end_to_end > $$told 2>&1 & whole=$$!; \
	$(BIN)/pytest --ignore=tests/end_to_end; others=$$?; \
	wait $$whole; whole=$$?; cat $$told; rm $$told; \
	[ $$others -eq 0 ] && [ $$whole -eq 0 ]

check: $(VENV)/installed-dev
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/sqlfluff lint --disable-progress-bar dbt_project/models
	$(BIN)/pytest tests/declarations tests/intake tests/assessment tests/protection

# Measurements that no test asserts: how long protection takes, and what it hides.
bench: $(VENV)/installed-dev
	PYTHONPATH=.:tests $(BIN)/python tests/benchmark/protection.py

# The weight of the published pages, and how soon a slow machine shows their charts.
bench-pages: $(VENV)/installed-dev
	PYTHONPATH=. $(BIN)/python tests/benchmark/pages.py

# The lock holds versions and hashes only; whichever registry the machine is set up with is asked.
$(VENV)/installed: requirements.lock pyproject.toml
	$(PYTHON) -m venv $(VENV)
	$(PIP) install -qq --require-hashes -r requirements.lock
	$(PIP) install -qq --no-deps --no-build-isolation -e .
	@$(CHARTS_PART) || echo "npm could not bring the small chart script: pages carry the whole one and draw later."
	touch $@

# Pages need a quarter of Plotly's script. Plotly packs that part for npm only; its version is that of the whole.
CHARTS_VERSION := 4.1.1
CHARTS_SHA256 := 99784e3abfb07b142a15e521a439e6d9addceadb3f79553fd24c72774f0649ba
CHARTS_PART = folder=$$(mktemp -d) && trap 'rm -rf $$folder' EXIT && \
	command -v npm >/dev/null && npm pack --silent --pack-destination $$folder plotly.js-basic-dist-min@$(CHARTS_VERSION) \
	>/dev/null 2>&1 && tar -xzf $$folder/*.tgz -C $$folder && \
	$(BIN)/python -c "import hashlib, pathlib, sys; data = pathlib.Path(sys.argv[1]).read_bytes(); \
	sys.exit(hashlib.sha256(data).hexdigest() != '$(CHARTS_SHA256)')" $$folder/package/plotly-basic.min.js && \
	cp $$folder/package/plotly-basic.min.js "$$($(BIN)/python -c 'from importlib.resources import files; \
	print(files("plotly") / "package_data")')"

$(VENV)/installed-dev: requirements-dev.lock $(VENV)/installed
	$(PIP) install -qq --require-hashes -r requirements-dev.lock
	touch $@

# A browser, and what reads the paper that it prints.
browser: $(VENV)/installed-dev
	@command -v pdftotext >/dev/null || { [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null && apt-get update -qq && \
		DEBIAN_FRONTEND=noninteractive apt-get install -y -qq poppler-utils >/dev/null; } || \
		echo "No poppler-utils could be installed: tests that read paper will say so."
	@for name in chromium chromium-browser google-chrome; do command -v $$name >/dev/null && exit 0; done; \
	if [ "$$(id -u)" = 0 ] && command -v apt-get >/dev/null; then \
		apt-get update -qq && DEBIAN_FRONTEND=noninteractive apt-get install -y -qq chromium >/dev/null && exit 0; \
	fi; \
	$(BIN)/playwright install chromium || echo "No browser could be installed: tests that need one will say so."

COMPILE := $(BIN)/uv pip compile --quiet --universal --python-version 3.11 --generate-hashes --no-emit-index-url \
	--no-header --no-annotate --no-strip-extras
lock: $(VENV)/installed-dev
	echo 'setuptools>=77' | $(COMPILE) pyproject.toml - -o requirements.lock
	echo 'setuptools>=77' | $(COMPILE) --extra dev -c requirements.lock pyproject.toml - -o requirements-dev.lock

clean:
	rm -rf build raw_data/receipts dashboards/site
