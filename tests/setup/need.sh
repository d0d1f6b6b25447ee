#!/usr/bin/env bash
# Makes sure that tools are here: need.sh cargo cc node postgres chromium python
# Installs what is missing with apt (as root, or by sudo), and says plainly what it could not do.
# It starts no service and changes nothing that is there already.
set -euo pipefail

NODE_AT_LEAST=20.19
POSTGRES_AT_LEAST=15

# at_least 20.19 20.2.1 → false
at_least() { [ "$(printf '%s\n%s\n' "$1" "$2" | sort -V | head -n 1)" = "$1" ]; }

have_cargo() { command -v cargo >/dev/null && at_least "$(rust_wanted)" "$(cargo --version | cut -d' ' -f2)"; }
have_cc() { command -v cc >/dev/null; }
have_node() { command -v npm >/dev/null && at_least "$NODE_AT_LEAST" "$(node --version 2>/dev/null | tr -d v)"; }
have_postgres() { [ -n "$(postgres_bin)" ]; }
have_chromium() { [ -n "$(chromium_bin)" ]; }
# Debian has what makes environments apart from the rest of Python.
have_python() { python3 -c 'import ensurepip, venv' 2>/dev/null; }

rust_wanted() { sed -n 's/^rust-version = "\(.*\)"/\1/p' "$(dirname "$0")/../../Cargo.toml"; }

# The first folder with the server programs of a PostgreSQL that is new enough, looked for where Trellis looks.
postgres_bin() {
    local bin
    for bin in "${TRELLIS_POSTGRES_BIN:-/none}" /usr/lib/postgresql/*/bin /usr/pgsql-*/bin /usr/libexec/postgresql* \
        /opt/homebrew/opt/postgresql*/bin /usr/local/opt/postgresql*/bin /usr/local/pgsql/bin \
        /home/linuxbrew/.linuxbrew/opt/postgresql*/bin /Applications/Postgres.app/Contents/Versions/*/bin \
        "$(dirname "$(command -v initdb || echo /none/initdb)")"; do
        if [ -x "$bin/postgres" ] && [ -x "$bin/initdb" ] &&
            at_least "$POSTGRES_AT_LEAST" "$("$bin/postgres" --version | grep -oE '[0-9.]+' | head -n 1)"; then
            echo "$bin"
            return
        fi
    done
}

chromium_bin() {
    local name
    for name in ${CHROMIUM:-} chromium chromium-browser google-chrome google-chrome-stable; do
        command -v "$name" && return
    done
    true
}

# What apt calls it; nothing when apt has no version that is new enough (known after an update of its lists).
apt_packages() {
    case $1 in
        cc) echo build-essential ;;
        postgres) apt_has postgresql $POSTGRES_AT_LEAST && echo postgresql ;;
        node) apt_has nodejs $NODE_AT_LEAST && echo nodejs npm ;;
        chromium) apt_has chromium 1 && echo chromium ;;
        python) apt_has python3-venv 3 && echo python3 python3-venv ;;
        *) ;;
    esac || true
}

apt_has() {
    local version
    version=$(apt-cache policy "$1" 2>/dev/null | sed -n 's/^ *Candidate: \(.*\)/\1/p' | sed 's/^[0-9]*://')
    [ -n "$version" ] && [ "$version" != "(none)" ] && at_least "$2" "$version"
}

how_by_hand() {
    case $1 in
        cargo) echo "Rust $(rust_wanted) or newer with clippy and rustfmt: install it by rustup, then open a new shell" ;;
        cc) echo "a C compiler: on macOS 'xcode-select --install', on Fedora 'dnf install gcc'" ;;
        node) echo "Node.js $NODE_AT_LEAST or newer with npm: from nodejs.org or by your version manager" ;;
        postgres)
            echo "PostgreSQL $POSTGRES_AT_LEAST or newer, its server programs: on macOS 'brew install postgresql@17', on" \
                "Fedora 'dnf install postgresql-server', on Debian 12, Ubuntu 24.04 and newer 'apt-get install" \
                "postgresql', on older ones from the PGDG repository; or set TRELLIS_DATABASE_URL to a server that runs already"
            ;;
        python) echo "Python 3 with venv, for the test of a Python client ('apt-get install python3-venv')" ;;
        chromium) echo "Chromium or Chrome for the browser tests ('apt-get install chromium'); CHROMIUM=/path/to/it names one outside PATH" ;;
    esac
}

# Root by right, by a sudo that asks nothing, or by one that may ask because someone sits there.
find_root() {
    if [ "$(id -u)" = 0 ]; then
        as_root=(env)
    elif command -v sudo >/dev/null && sudo -n true 2>/dev/null; then
        as_root=(sudo -n)
    elif command -v sudo >/dev/null && [ -t 0 ] && [ -z "${CI:-}" ]; then
        as_root=(sudo)
    else
        return 1
    fi
}

apt() { "${as_root[@]}" env DEBIAN_FRONTEND=noninteractive apt-get -qq -o DPkg::Lock::Timeout=300 "$@"; }

# Debian makes and starts a cluster when a server is installed. Trellis has its own, so not this time.
apt_install() {
    local settings=/etc/postgresql-common/createcluster.d failed=0
    case " $* " in
        *" postgresql "*)
            apt install -y --no-install-recommends postgresql-common || return
            "${as_root[@]}" mkdir -p $settings
            echo 'create_main_cluster = false' | "${as_root[@]}" tee $settings/trellis.conf >/dev/null
            apt install -y --no-install-recommends "$@" || failed=1
            "${as_root[@]}" rm -f $settings/trellis.conf
            [ $failed = 0 ]
            ;;
        *) apt install -y --no-install-recommends "$@" ;;
    esac
}

# Installs what apt has of the tools named; quiet unless it fails.
apt_tools() {
    local tool names packages=() log
    log=$(mktemp)
    apt update >"$log" 2>&1 || { cat "$log" && echo "need: apt could not update its lists; going on with the old"; } >&2
    for tool in "$@"; do
        read -r -a names <<<"$(apt_packages "$tool")"
        packages+=(${names[@]+"${names[@]}"})
    done
    if [ ${#packages[@]} -gt 0 ]; then
        echo "need: apt-get install ${packages[*]}"
        apt_install "${packages[@]}" >"$log" 2>&1 || cat "$log" >&2
    fi
    rm -f "$log"
}

missing=()
for tool in "$@"; do
    "have_$tool" || missing+=("$tool")
done
[ ${#missing[@]} -gt 0 ] || exit 0

if command -v apt-get >/dev/null; then
    echo "need: installing what is missing: ${missing[*]}"
    if find_root; then
        apt_tools "${missing[@]}"
    else
        echo "need: cannot install by apt: not root, and no sudo that works here without a question" >&2
    fi
fi

failed=0
for tool in "${missing[@]}"; do
    "have_$tool" || { failed=1 && echo "need: still missing: $(how_by_hand "$tool")" >&2; }
done
exit $failed
