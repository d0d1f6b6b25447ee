#!/bin/sh
# Fuzzes the language for some seconds (600 unless told) with the stable compiler: libFuzzer with the coverage of LLVM,
# as `cargo fuzz run --sanitizer none` has it, without the nightly that cargo-fuzz asks for. What it finds lands in
# formulas/fuzz/artifacts; the corpus grows in formulas/fuzz/corpus (neither is kept).
set -eu
cd "$(dirname "$0")"
mkdir -p corpus artifacts
# It begins with the golden cases, a text each.
[ -n "$(ls corpus)" ] || grep -v '^#' ../cases/functions.txt | grep . | split -l 1 -a 4 - corpus/case-
coverage="-Cpasses=sancov-module -Cllvm-args=-sanitizer-coverage-level=4 -Cllvm-args=-sanitizer-coverage-inline-8bit-counters -Cllvm-args=-sanitizer-coverage-pc-table -Cllvm-args=-sanitizer-coverage-trace-compares -Ccodegen-units=1"
RUSTC_BOOTSTRAP=1 RUSTFLAGS="$coverage --cfg fuzzing" cargo run --quiet --release --target "$(rustc -vV | sed -n 's/^host: //p')" -- \
    corpus -artifact_prefix=artifacts/ -max_len=4000 -timeout=5 -rss_limit_mb=2048 -max_total_time="${1:-600}" -print_final_stats=1
