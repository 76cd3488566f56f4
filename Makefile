# make run     the site at http://127.0.0.1:8000 with everything it needs (PORT=8001 chooses another port)
# make test    every check and every test, on SQLite and PostgreSQL, in a browser too
# make lint    the checks alone: linter, formatter, types, migrations, production settings
# make format  the formatter and the linter's safe repairs
# make bench   what the diary, the booking, messages and reports cost, measured
# make chaos   messages while workers are killed, servers end and the clock jumps
# make css     static/css/site.css from static/scss (needs node; the result is committed)
# make clean   away with .venv; what the demo keeps lies in var/ and stays

.DEFAULT_GOAL := help
.PHONY: run test lint format bench chaos css clean help

PORT ?= 8000
export PORT
PY := .venv/bin/python

.venv/bin/python:
	@for python in $(PYTHON) python3 python3.13 python3.12 python3.11; do \
	  if $$python -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then \
	    exec $$python -m venv .venv; fi; \
	done; echo "This needs Python 3.11 or newer; PYTHON=/path/to/python3 names one." >&2; exit 1

# A stamp for each list of packages, so that a later start installs nothing.
.venv/.run: requirements.txt | .venv/bin/python
	@echo "Installing the packages (a minute the first time) …"
	@$(call install,requirements.txt)
	@touch $@

.venv/.test: requirements-dev.txt requirements.txt | .venv/bin/python
	@echo "Installing the packages for the tests (two minutes the first time) …"
	@$(call install,requirements-dev.txt)
	@touch $@ .venv/.run

install = { command -v uv >/dev/null && uv pip install --quiet --python $(PY) -r $(1) 2>/dev/null; } \
  || $(PY) -m pip install -qq --disable-pip-version-check --root-user-action=ignore -r $(1)

run: .venv/.run
	@exec $(PY) -m practice.demo

test: .venv/.test
	@exec $(PY) -m tests

lint: .venv/.test
	@exec $(PY) -m tests lint

format: .venv/.test
	@$(PY) -m ruff check --fix --quiet .
	@$(PY) -m ruff format .

bench: .venv/.test
	@exec $(PY) -m bench

chaos: .venv/.test
	@exec $(PY) -m chaos

# Bootstrap's sources and the compiler, pinned; they stay out of the repository and out of static/.
css:
	@npm install --silent --no-audit --no-fund --no-save --prefix var/css bootstrap@5.3.8 sass@1.108.2
	@var/css/node_modules/.bin/sass --load-path=var/css/node_modules --no-source-map --style=compressed --quiet-deps \
	  --silence-deprecation=import,global-builtin,color-functions,if-function static/scss/site.scss static/css/site.css

clean:
	rm -rf .venv

help:
	@sed -n 's/^# make /make /p' Makefile
