# Sportello. Needs: Python 3.11 or newer, make. Everything else comes with `make setup`.
#   make run     start it (first time: environment, database, demo), Ctrl-C stops it
#   make test    everything that must hold before a change lands
SHELL := /bin/sh
.DEFAULT_GOAL := run
.PHONY: run setup setup-dev test lint soak bench fuzz pages cluster

run: setup
	@exec bin/sportello run

setup:
	@scripts/setup run

setup-dev:
	@scripts/setup dev

lint: setup-dev
	@scripts/lint

test: setup-dev
	@scripts/test

soak: setup-dev
	@scripts/soak

pages: setup-dev
	@bin/sportello catalogues && .venv/bin/python -m pytest -q -m pages

bench: setup-dev
	@.venv/bin/python -m bench

cluster: setup-dev
	@scripts/cluster

fuzz: setup-dev
	@scripts/fuzz
