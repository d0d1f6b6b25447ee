#!/usr/bin/env bash
# Checks the document of the API with the tools that people use, against the real binary with a throw-away tenant:
# check.sh [lint fuzz]. Not part of `make test`: it installs several hundred packages and takes long.
# TRELLIS_BIN names the binary; FUZZ_ARGS are more arguments for schemathesis.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

MADE=$PWD/made
mkdir -p "$MADE"

install_linters() {
    [ linters/node_modules/.package-lock.json -nt linters/package-lock.json ] || (cd linters && npm ci --no-audit --no-fund)
}

install_fuzz() {
    [ -x "$MADE/venv/bin/schemathesis" ] && return
    python3 -m venv "$MADE/venv"
    "$MADE/venv/bin/pip" install --quiet --requirement fuzz.txt
}

# Spectral and Redocly, without errors.
check_lint() {
    install_linters
    linters/node_modules/.bin/spectral lint --ruleset linters/spectral.yaml --fail-severity error --quiet "$MADE/openapi.json"
    REDOCLY_TELEMETRY=off linters/node_modules/.bin/redocly lint --config linters/redocly.yaml --format summary "$MADE/openapi.json"
}

# Schemathesis with all its checks, phase after phase. Within its time each operation has the same share, and what is
# left of one goes to the others, so that none is left out; FUZZ_TIME is 1 for the 45 minutes that it takes, 4 for four times
# as many.
check_fuzz() {
    local phase seconds status=0
    install_fuzz
    node bounded.mjs
    for phase in examples:300 fuzzing:500 coverage:1500 stateful:300; do
        seconds=$((${phase#*:} * ${FUZZ_TIME:-1}))
        # shellcheck disable=SC2086
        "$MADE/venv/bin/schemathesis" --config-file schemathesis.toml run "$MADE/bounded.json" --url "$URL" --checks all \
            --phases "${phase%:*}" --max-time $seconds ${FUZZ_ARGS:-} || status=1
    done
    # A limit that is reached would refuse everything and find nothing.
    curl --silent --fail --output /dev/null --header "Authorization: Bearer $TOKEN" "$URL/api/v1/deals?limit=1"
    return $status
}

[ $# -gt 0 ] || set -- lint fuzz
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund
if [ -z "${URL:-}" ]; then
    exec node serve.mjs "$PWD/check.sh" "$@"
fi
for check in "$@"; do
    printf '\n── %s ──\n' "$check"
    "check_$check"
done
