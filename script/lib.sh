# Shared by the scripts beside it: sourced, never run. Everything that a script says goes to standard error.
set -euo pipefail

# A relative DATA_DIR is meant from where it was typed.
if [ -n "${DATA_DIR:-}" ]; then DATA_DIR=$(realpath -m -- "$DATA_DIR"); export DATA_DIR; fi
CALLED_FROM=$PWD
cd "$(dirname "${BASH_SOURCE[0]}")/.."
REPOSITORY=$PWD
PYTHON=$REPOSITORY/.venv/bin/python

say() { printf '%s\n' "$*" >&2; }
stop() { say "$*"; exit "${STATUS:-1}"; }
wrong() { STATUS=2 stop "$*"; }

# The absolute path of an argument, meant from where it was typed.
path_of() { (cd "$CALLED_FROM" && realpath -m -- "$1"); }

# apt_install PACKAGE…: as root on Debian and its like; fails elsewhere.
apt_install() {
    [ "$(id -u)" = 0 ] && command -v apt-get >/dev/null || return 1
    say "installing $* (apt) ..."
    export DEBIAN_FRONTEND=noninteractive
    apt-get install -y --no-install-recommends "$@" >/dev/null 2>&1 && return 0
    apt-get update >/dev/null 2>&1 || true
    apt-get install -y --no-install-recommends "$@" >/dev/null
}

# A Python of at least 3.11.
find_python() {
    local name
    for name in python3 python3.14 python3.13 python3.12 python3.11; do
        if "$name" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$name"
            return
        fi
    done
    return 1
}

make_venv() {
    local python
    if ! python=$(find_python); then
        apt_install python3 python3-venv || stop "Python 3.11 or newer is missing; install it (Debian: apt install python3 python3-venv)"
        python=$(find_python) || stop "Python 3.11 or newer is missing, and this system's python3 is older"
    fi
    if ! "$python" -c 'import ensurepip, venv' 2>/dev/null; then
        apt_install python3-venv || stop "Python's venv module is missing; install it (Debian: apt install python3-venv)"
    fi
    say "making .venv ..."
    "$python" -m venv "$REPOSITORY/.venv"
}

# The virtual environment of this directory, empty where it is new.
environment() {
    # The programs of a virtual environment hold its path: a moved one is made again.
    if [ -e .venv/portal-path ] && [ "$(cat .venv/portal-path)" != "$REPOSITORY" ]; then rm -rf .venv; fi
    "$PYTHON" -c '' 2>/dev/null || { rm -rf .venv; make_venv; }
}

# packages base|dev: the virtual environment with these pinned, hashed requirements; nothing to do when they are there.
packages() {
    local file=requirements/$1.txt stamp=.venv/portal-$1 wish
    environment
    wish=$(sha256sum <"$file")
    [ "$(cat "$stamp" 2>/dev/null)" = "$wish" ] && return
    say "installing $file ..."
    rm -f .venv/portal-base .venv/portal-dev
    "$PYTHON" -m pip install -qq --disable-pip-version-check --no-input --require-hashes -r "$file" ||
        stop "$file could not be installed; the lines above say why"
    printf '%s' "$REPOSITORY" >.venv/portal-path
    printf '%s\n' "$wish" >"$stamp"
    # The development packages hold all of the others.
    if [ "$1" = dev ]; then sha256sum <requirements/base.txt >.venv/portal-base; fi
}
