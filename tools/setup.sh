#!/bin/sh
# Prepares .venv in this checkout: plain venv and pip, every package pinned and hashed by a lock file.
#
#   tools/setup.sh base     what Resynapse needs to run    (requirements.lock)
#   tools/setup.sh dev      the same and the test tools    (requirements-dev.lock)
#
# PYTHON=/path/to/python3 chooses the interpreter. A second call only compares files and returns at once.
# Whatever goes wrong is said in one sentence with its remedy, and the exit code is 1.
set -u
cd "$(dirname "$0")/.." || exit 1

GROUP="${1:-base}"
case "$GROUP" in
    base) LOCK=requirements.lock ;;
    dev) LOCK=requirements-dev.lock ;;
    *) echo "tools/setup.sh: unknown group '$GROUP': use base or dev." >&2; exit 1 ;;
esac
WANTED="3.11, 3.12 or 3.13"
VENV=.venv
LOG="$VENV/install.log"

fail() { echo "Setup stopped: $1" >&2; exit 1; }

version_of() { "$1" -c 'import sys; print("%d.%d" % sys.version_info[:2])' 2>/dev/null; }

is_supported() { case "$1" in 3.11 | 3.12 | 3.13) return 0 ;; *) return 1 ;; esac; }

# ---- the interpreter: the one asked for, else the first on the PATH that fits
choose_python() {
    if [ -n "${PYTHON:-}" ]; then
        VERSION="$(version_of "$PYTHON")"
        [ -n "$VERSION" ] || fail "PYTHON=$PYTHON does not run: give the path of a Python $WANTED, for example make demo PYTHON=/usr/bin/python3.12."
        is_supported "$VERSION" || fail "PYTHON=$PYTHON is Python $VERSION, and Resynapse needs $WANTED: name another one, for example make demo PYTHON=python3.12."
        return
    fi
    SEEN=""
    for PYTHON in python3 python3.13 python3.12 python3.11 python; do
        VERSION="$(version_of "$PYTHON")"
        if is_supported "$VERSION"; then return; fi
        [ -z "$VERSION" ] || SEEN="${SEEN:-$VERSION ($(command -v "$PYTHON"))}"
    done
    [ -n "$SEEN" ] && fail "this machine's Python is $SEEN, and Resynapse needs $WANTED: install one of these, or name it with make demo PYTHON=/path/to/python3."
    fail "no Python was found on the PATH: install Python $WANTED, or name it with make demo PYTHON=/path/to/python3."
}

# ---- an environment that is ready: same folder, same lock, same project file as when it was made
stamp_text() { echo "$PWD"; cat "$1" pyproject.toml; }

is_ready() {
    [ -x "$VENV/bin/python" ] && [ -f "$VENV/ready-$1" ] || return 1
    stamp_text "$2" | cmp -s - "$VENV/ready-$1" || return 1
    VERSION="$(version_of "$VENV/bin/python")"
    is_supported "$VERSION" || return 1
    [ -z "${PYTHON:-}" ] || [ "$(version_of "$PYTHON")" = "$VERSION" ]
}

make_venv() {
    if [ -e "$VENV" ]; then
        HAVE="$(version_of "$VENV/bin/python")"
        [ "$HAVE" = "$VERSION" ] && return
        if is_supported "$HAVE" && [ "$ASKED" = no ]; then return; fi
        echo "The environment in $VENV is of Python ${HAVE:-unknown}: making it anew with Python $VERSION."
        rm -rf "$VENV" || fail "$VENV cannot be removed: remove it by hand and call make again."
    fi
    SAID="$("$PYTHON" -m venv "$VENV" 2>&1)" && return
    rm -rf "$VENV"
    case "$SAID" in
        *ensurepip* | *"No module named venv"*)
            fail "$PYTHON cannot make virtual environments: install its venv package (Debian, Ubuntu: apt install python3-venv), or name another with make demo PYTHON=/path/to/python3." ;;
        *"ermission denied"* | *"ead-only"*) fail "$PWD is not writable, so $VENV cannot be made: put the checkout in a folder of your own." ;;
    esac
    fail "$PYTHON -m venv $VENV failed: $(echo "$SAID" | tail -n 1)"
}

# ---- pip, quiet; its words go to a log from which the likely cause is read
explain() {
    says() { grep -qE "$1" "$LOG"; }
    missing() { sed -n 's/.*No matching distribution found for \([^ ;]*\).*/\1/p' "$LOG" | head -n 1; }
    if says 'DO NOT MATCH THE HASHES'; then
        fail "a downloaded package is not the one pinned in $LOCK: try again, and do not go on if it stays so (details: $LOG)."
    elif says 'No space left'; then
        fail "the disk is full: free about 1.5 GB and call make again."
    elif says 'onnection(Error)? |NewConnectionError|ConnectTimeout|ReadTimeout|timed out|ProxyError|SSLError|Name or service not known|Temporary failure|unreachable|refused'; then
        fail "the package index cannot be reached: check the network connection, or pip's proxy and index settings (pip config list), then call make again (details: $LOG)."
    elif says 'No matching distribution'; then
        fail "the package index offers no $(missing) for this machine: use 64-bit Linux, or macOS on Apple silicon, and check pip's index settings (pip config list; details: $LOG)."
    fi
    fail "pip failed, saying: $(grep -E '^ERROR' "$LOG" | tail -n 1) (details: $LOG)"
}

pip_install() { "$VENV/bin/python" -m pip install --quiet --no-input --disable-pip-version-check "$@" >>"$LOG" 2>&1 || explain; }

is_ready "$GROUP" "$LOCK" && exit 0
[ "$GROUP" = base ] && is_ready dev requirements-dev.lock && exit 0
ASKED=no
[ -z "${PYTHON:-}" ] || ASKED=yes
choose_python
make_venv
rm -f "$VENV/ready-$GROUP"
: >"$LOG"
echo "Installing $(grep -c '^[A-Za-z]' "$LOCK") pinned packages into $VENV (Python $(version_of "$VENV/bin/python"); once, a minute or two) ..."
pip_install --require-hashes --only-binary :all: -r "$LOCK"
pip_install --no-deps --no-build-isolation --no-index -e .
stamp_text "$LOCK" >"$VENV/ready-$GROUP"
