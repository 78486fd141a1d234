#!/usr/bin/env bash
# python.sh LOCK: makes .venv with the packages pinned in LOCK and the `nivaa` command. Running it again is harmless.
set -euo pipefail
cd "$(dirname "$0")/.."
. setup/privilege.sh

lock=$1

find_python() {
    local candidate
    for candidate in python3.11 python3 python3.14 python3.13 python3.12; do
        if "$candidate" -c 'import sys; sys.exit(sys.version_info < (3, 11))' 2>/dev/null; then
            command -v "$candidate"
            return
        fi
    done
    return 1
}

require_python() {
    find_python >/dev/null && return
    if ! can_install || ! install python3 python3-venv || ! find_python >/dev/null; then
        echo "NIVAA needs Python 3.11 or newer. On Debian 12 and later: apt-get install python3 python3-venv" >&2
        exit 1
    fi
}

# Debian ships the interpreter without what venv needs; the package is named after the interpreter's version.
require_venv() {
    local python=$1 package
    "$python" -c 'import ensurepip, venv' 2>/dev/null && return
    package=$("$python" -c 'import sys; print("python%d.%d-venv" % sys.version_info[:2])')
    if ! can_install || ! install "$package"; then
        echo "$python cannot make virtual environments. On Debian: apt-get install $package" >&2
        exit 1
    fi
}

install_packages() {
    local count pip=(.venv/bin/python -m pip --disable-pip-version-check --no-input install --require-hashes -r "$lock")
    count=$(grep -c '^[^ #]' "$lock")
    echo "Installing the $count packages pinned in $lock ..."
    if [ -t 1 ]; then
        "${pip[@]}" --progress-bar off | awk -v count="$count" -f setup/progress.awk
    else
        "${pip[@]}" --progress-bar off
    fi
}

# The project runs from where it stands: its folder is put on the path, so nothing is built and edits count at once.
install_command() {
    local site
    site=$(.venv/bin/python -c 'import sysconfig; print(sysconfig.get_path("purelib"))')
    pwd >"$site/nivaa.pth"
    printf '#!%s\nfrom nivaa.__main__ import main\n\nmain()\n' "$PWD/.venv/bin/python" >.venv/bin/nivaa
    chmod +x .venv/bin/nivaa
}

require_python
python=$(find_python)
if ! .venv/bin/python -m pip --version >/dev/null 2>&1; then
    require_venv "$python"
    echo "Making .venv with $("$python" --version) ..."
    "$python" -m venv --clear .venv
fi
install_packages
install_command
