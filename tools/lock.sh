#!/bin/sh
# Writes requirements.lock and requirements-dev.lock from pyproject.toml: one version of each package for Python 3.11 to 3.13 on
# Linux and macOS, wheels only, with the hashes of all its files and no download address. `--upgrade` takes the newest that fit.
set -eu
cd "$(dirname "$0")/.."
compile() {
    .venv/bin/python -m uv pip compile pyproject.toml --universal --python-version 3.11 --fork-strategy fewest --only-binary :all: \
        --generate-hashes --no-emit-index-url --no-header --no-annotate --all-extras --quiet "$@"
}
compile --group build --output-file requirements.lock "$@"
compile --group build --group dev --constraint requirements.lock --output-file requirements-dev.lock "$@"
echo "requirements.lock and requirements-dev.lock are up to date with pyproject.toml."
