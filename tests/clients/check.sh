#!/usr/bin/env bash
# Checks the document of the API with the tools that people use, against the real binary with a throw-away tenant:
# check.sh [lint python fuzz]. Not part of `make test`: it installs several hundred packages and takes minutes.
# TRELLIS_BIN names the binary; FUZZ_ARGS are more arguments for schemathesis.
set -euo pipefail
cd "$(dirname "${BASH_SOURCE[0]}")"

MADE=$PWD/made
mkdir -p "$MADE"

install_linters() {
    [ linters/node_modules/.package-lock.json -nt linters/package-lock.json ] || (cd linters && npm ci --no-audit --no-fund)
}

install_python() {
    [ -x "$MADE/venv/bin/schemathesis" ] && return
    python3 -m venv "$MADE/venv"
    "$MADE/venv/bin/pip" install --quiet --requirement requirements.txt
}

# Spectral and Redocly, without errors.
check_lint() {
    install_linters
    linters/node_modules/.bin/spectral lint --ruleset linters/spectral.yaml --fail-severity error --quiet "$MADE/openapi.json"
    REDOCLY_TELEMETRY=off linters/node_modules/.bin/redocly lint --config linters/redocly.yaml --format summary "$MADE/openapi.json"
}

# A Python client is made, can be imported, and makes a round trip.
check_python() {
    install_python
    rm -rf "$MADE/python"
    "$MADE/venv/bin/openapi-python-client" generate --path "$MADE/openapi.json" --output-path "$MADE/python" --overwrite --meta none
    PYTHONPATH=$MADE "$MADE/venv/bin/python" trip.py "$URL" "$TOKEN"
}

# Schemathesis with all its checks.
check_fuzz() {
    install_python
    # shellcheck disable=SC2086
    TRELLIS_TOKEN=$TOKEN "$MADE/venv/bin/schemathesis" --config-file schemathesis.toml run "$MADE/openapi.json" --url "$URL" \
        --checks all --continue-on-failure ${FUZZ_ARGS:-}
    # A limit that is reached would refuse everything and find nothing.
    curl --silent --fail --output /dev/null --header "Authorization: Bearer $TOKEN" "$URL/api/v1/deals?limit=1"
}

[ $# -gt 0 ] || set -- lint python fuzz
[ node_modules/.package-lock.json -nt package-lock.json ] || npm ci --no-audit --no-fund
if [ -z "${URL:-}" ]; then
    exec node serve.mjs "$PWD/check.sh" "$@"
fi
for check in "$@"; do
    printf '\n── %s ──\n' "$check"
    "check_$check"
done
