#!/usr/bin/env bash
# browser.sh STAMP: makes sure that the pages can be tested in a real browser: Debian's Chromium. Development only.
# Without the right to install it, it says so and succeeds: the tests that need it are skipped.
set -euo pipefail
cd "$(dirname "$0")/.."
. setup/privilege.sh

stamp=$1

if command -v chromium >/dev/null || { can_install && install chromium; }; then
    touch "$stamp"
else
    echo "The pages will not be tested in a browser: chromium could not be installed." >&2
    echo "As root: apt-get install chromium" >&2
fi
