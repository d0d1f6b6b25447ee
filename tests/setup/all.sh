#!/usr/bin/env bash
# Runs the rings of tests, all of them or those named, and sums up: all.sh [fmt clippy rust tidy ui-lint ui browser clients]
# A ring that fails does not keep the next from running; the exit code is 1 when any failed.
set -uo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")/../.." || exit 1

TARGET=${CARGO_TARGET_DIR:-target}
LOGS=$(mktemp -d)
beside=
trap '[ -z "$beside" ] || kill -- "-$beside" 2>/dev/null; rm -rf "$LOGS"' EXIT
export INSTA_UPDATE=${INSTA_UPDATE:-no}
[ -z "${CI:-}" ] || export CARGO_INCREMENTAL=0

ring_fmt() { cargo fmt --all --check; }
ring_clippy() { cargo clippy --workspace --all-targets --locked -- -D warnings; }
ring_rust() { cargo test --workspace --locked --no-fail-fast; }
ring_tidy() { cargo test -p tidy --locked; }
ring_ui-lint() { make --no-print-directory ui && cd admin-ui && npm run lint; }
ring_ui() { make --no-print-directory ui && cd admin-ui && npm test; }

# The real binary, with the UI that was just built: a debug build reads admin-ui/dist from the disk.
ring_browser() {
    make --no-print-directory ui && cargo build --locked -p server || return
    (cd tests/browser && { [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund; }) || return
    TRELLIS_BIN=$(realpath "$TARGET/debug/trellis") node --test --test-concurrency=1 tests/browser/*.test.mjs
}

# Clients made of the API's document, against the same binary.
ring_clients() {
    make --no-print-directory ui && cargo build --locked -p server || return
    (cd tests/clients && { [ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund; }) || return
    TRELLIS_BIN=$(realpath "$TARGET/debug/trellis") node --test --test-concurrency=1 tests/clients/*.test.mjs
}

# The lines with which the runners close, in the order of the log.
closing_lines() {
    sed -E 's/\x1b\[[0-9;]*m//g' "$1" |
        grep -E '^test result: |^ *Tests +[0-9]|^# (tests|pass|fail|skipped) [0-9]|^ℹ (tests|pass|fail|skipped) [0-9]' |
        grep -v '0 passed; 0 failed; 0 ignored'
}

# Sums "12 passed", "3 failed" and the words that node uses for them.
count() {
    cat "$LOGS"/*.closing 2>/dev/null | grep -oE "$1" | grep -oE '[0-9]+' | awk '{ n += $1 } END { print n + 0 }'
}

run_ring() {
    local ring=$1 begin=$SECONDS
    printf '\n── %s ──\n' "$ring"
    ("ring_$ring") 2>&1 | tee "$LOGS/$ring.log"
    local status=${PIPESTATUS[0]}
    sum_up "$ring" "$status" $((SECONDS - begin))
}

# Both at once, the first of them silent until the others are through: each leaves the processors idle for much of its
# time, so that side by side they take little longer than the longer of them alone.
run_beside() {
    local silent=$1 begin=$SECONDS
    shift
    printf '\n── building what %s and %s run ──\n' "$silent" "$*"
    make --no-print-directory ui && cargo build --locked -p server && cargo test --workspace --locked --no-run
    # A group of processes of its own, which ends with this script.
    set -m
    ("ring_$silent") </dev/null >"$LOGS/$silent.log" 2>&1 &
    beside=$!
    set +m
    for ring in "$@"; do run_ring "$ring"; done
    wait "$beside"
    local status=$?
    beside=
    printf '\n── %s ──\n' "$silent"
    cat "$LOGS/$silent.log"
    sum_up "$silent" "$status" $((SECONDS - begin))
}

sum_up() {
    local ring=$1 status=$2 seconds=$3
    closing_lines "$LOGS/$ring.log" >"$LOGS/$ring.closing"
    printf '%-8s %s (%ds)\n' "$ring" "$([ "$status" = 0 ] && echo passed || echo FAILED)" "$seconds" >>"$LOGS/summary"
    sed 's/^/    /' "$LOGS/$ring.closing" >>"$LOGS/summary"
    [ "$status" = 0 ] || failed="$failed $ring"
}

failed=
if [ $# -gt 0 ]; then
    for ring in "$@"; do run_ring "$ring"; done
else
    for ring in fmt clippy ui-lint ui; do run_ring "$ring"; done
    run_beside rust browser clients
fi

printf '\n── summary ──\n'
cat "$LOGS/summary"
[ -z "$failed" ] || echo "failed:$failed"
echo "total: $(count '[0-9]+ passed|(#|ℹ) pass [0-9]+') passed, $(count '[0-9]+ failed|(#|ℹ) fail [0-9]+') failed"
[ -z "$failed" ]
