# Everything that a developer or a pipeline runs. `make help` lists it.
PYTHON ?= python3
VENV := .venv
BIN := $(VENV)/bin
READY := $(VENV)/.ready

.DEFAULT_GOAL := help
.PHONY: help demo test lint check fix golden browser weigh bench planted

help: ## List what can be made
	@grep -hE '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:[^#]*## /\t/' | expand -t 10

$(READY): requirements.lock pyproject.toml
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11) and "Python 3.11 or newer is needed; set PYTHON=python3.11")'
	$(PYTHON) -m venv $(VENV)
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --require-hashes -r requirements.lock
	$(BIN)/python -m pip install --quiet --disable-pip-version-check --no-deps --no-build-isolation -e .
	@touch $@

demo: $(READY) ## Train, audit, document and judge a model on the real Fashion-MNIST
	$(BIN)/fmnist-audit run --recipe quick --output reports/demo --force

test: $(READY) ## Run the tests
	$(BIN)/python -m pytest

lint: $(READY) ## Check format, style, types and import contracts
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports

check: lint test ## Lint and test

fix: $(READY) ## Mend format and style where a tool can
	$(BIN)/ruff format .
	$(BIN)/ruff check --fix .

golden: $(READY) ## Write the golden files again, to be reviewed like code
	$(BIN)/python -m pytest tests/test_golden.py --update-golden

weigh: $(READY) ## Say what each part of the demo's report and card costs
	$(BIN)/python tests/support/weighed.py reports/demo/report.html reports/demo/model_card.html

bench: $(READY) ## Time the last audited model beside its floors and beside other packages (on a machine that does nothing else)
	$(BIN)/python -m pip install --quiet --no-deps --upgrade --target build/peers torchattacks==3.5.1 foolbox==3.3.4 eagerpy==0.30.0
	GOMP_SPINCOUNT=3000 $(BIN)/python bench/speed.py

planted: $(READY) ## Plant every known defect in a standard model, and write what finds it to docs/ (an hour)
	GOMP_SPINCOUNT=3000 $(BIN)/python bench/planted.py

browser: $(READY) ## Look at every page in Chromium, as people and their devices do
	$(BIN)/python -m pytest -m browser tests/browser
