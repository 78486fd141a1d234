# Sourced by the other scripts: how this user may install Debian packages, if at all.

as_root() {
    if [ "$(id -u)" = 0 ]; then
        "$@"
    else
        sudo -n "$@"
    fi
}

can_install() {
    command -v apt-get >/dev/null || return 1
    [ "$(id -u)" = 0 ] || { command -v sudo >/dev/null && sudo -n true 2>/dev/null; }
}

# install PACKAGE...: quiet unless it fails; refreshes the lists of packages only when they do not know one.
install() {
    local log
    log=$(mktemp)
    echo "Installing $* ..."
    if apt_get install "$@" >"$log" 2>&1 || { apt_get update && apt_get install "$@"; } >"$log" 2>&1; then
        rm -f "$log"
    else
        tail -n 5 "$log" >&2
        rm -f "$log"
        return 1
    fi
}

apt_get() {
    local verb=$1
    shift
    as_root env DEBIAN_FRONTEND=noninteractive apt-get "$verb" -y --no-install-recommends "$@" </dev/null
}
