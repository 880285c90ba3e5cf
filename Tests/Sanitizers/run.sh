#!/usr/bin/env bash
# The tests of the engine and of all that calls C, under a sanitizer: Tests/Sanitizers/run.sh address|thread|undefined [FILTER]
#
# Builds into .build/sanitize-KIND, so that the usual build stays as it is. FILTER is that of `swift test`.
set -euo pipefail
cd "$(dirname "$0")/../.."
kind=${1:-}
case $kind in
address | thread | undefined) ;;
*)
  echo "a sanitizer: address, thread, undefined" >&2
  exit 2
  ;;
esac
filter=${2:-'(Tensors|Layers|Models|Datasets|Retrieval|Configuration|Runs|Reports)Tests'}

export AANET_SANITIZE=${AANET_SANITIZE:-all}
export SWIFT_BACKTRACE=enable=no
here=$PWD/Tests/Sanitizers
# Leaks are looked for by no test: Swift's runtime, gnuplot's library and OpenBLAS keep memory for good.
export ASAN_OPTIONS=detect_leaks=0:abort_on_error=1
export TSAN_OPTIONS=suppressions=$here/thread.suppressions
export UBSAN_OPTIONS=halt_on_error=1:print_stacktrace=1
options=(--configuration release --scratch-path ".build/sanitize-$kind")
if [ "$kind" = undefined ]; then
  # Swift has no such sanitizer: its own code traps where C's is undefined. So C and C++ are built with it alone.
  runtime=$(dirname "$(dirname "$(readlink -f "$(command -v swift)")")")/lib/clang
  for flag in -fsanitize=undefined -fno-sanitize=vptr,function -fno-sanitize-recover=all; do
    options+=(-Xcc "$flag" -Xcxx "$flag")
  done
  options+=(-Xlinker "$(find "$runtime" -name 'libclang_rt.ubsan_standalone-x86_64.a' | head -1)")
else
  options+=(--sanitize "$kind")
fi
swift build "${options[@]}" --build-tests
swift test "${options[@]}" --skip-build --filter "$filter"
