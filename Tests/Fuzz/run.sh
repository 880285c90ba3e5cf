#!/usr/bin/env bash
# Fuzzes one kind of input, or all: Tests/Fuzz/run.sh KIND|all [SECONDS] [libFuzzer's options …]
#
# Builds with libFuzzer and AddressSanitizer into .build/fuzz, makes sound inputs with the project's own writers, and
# feeds what libFuzzer makes of them; with `all` as many kinds at once as there are processors. The corpus lies in
# .build/fuzz-corpus/KIND, findings in .build/fuzz-found/KIND. AANET_FUZZ_BUILD=debug builds faster and feeds slower.
set -euo pipefail
cd "$(dirname "$0")/../.."
kinds=(yaml safetensors pth mat jpeg notebook records names parity keypoints parsing boxes)
kind=${1:?"a kind of input: ${kinds[*]}, or all"}
seconds=${2:-60}
shift $(($# < 2 ? $# : 2))
[ "$kind" = all ] || kinds=("$kind")

scratch=.build/fuzz
# Of several --sanitize the Swift compiler heeds the last alone; it is told of both by itself, for coverage too.
configuration=${AANET_FUZZ_BUILD:-release}
AANET_FUZZ=1 swift build --configuration "$configuration" --product fuzz --scratch-path $scratch \
  --sanitize fuzzer --sanitize address -Xswiftc -sanitize=fuzzer,address -Xswiftc -enable-testing

# A trap ends the process at once: the runtime's own backtrace would wait on its terminal. Leaks are not looked for, since
# Swift's runtime keeps memory for good; memory and time of each input are bounded.
export SWIFT_BACKTRACE=enable=no
export ASAN_OPTIONS=${ASAN_OPTIONS:-detect_leaks=0:allocator_may_return_null=1}
fuzz=$scratch/$configuration/fuzz
feed() {
  local kind=$1
  shift
  local corpus=.build/fuzz-corpus/$kind found=.build/fuzz-found/$kind
  mkdir -p "$corpus" "$found"
  "$fuzz" "$kind" --seeds "$corpus"
  nice -n 19 "$fuzz" "$kind" -max_total_time="$seconds" -timeout=10 -rss_limit_mb=2048 -malloc_limit_mb=1024 \
    -max_len=16384 -print_final_stats=1 -artifact_prefix="$found/" "$@" "$corpus"
}
if [ ${#kinds[@]} = 1 ]; then
  feed "$kind" "$@"
  exit
fi
# What a kind says is shown whole if it found something, else its last line.
export -f feed
export fuzz seconds
printf '%s\n' "${kinds[@]}" | xargs -P "$(nproc)" -I '{}' bash -c '
  set -eu
  log=$(mktemp)
  trap "rm -f \"$log\"" EXIT
  code=0
  feed "$@" > "$log" 2>&1 || code=$?
  if [ $code = 0 ]; then echo "== $1: $(grep -a "^Done" "$log" || echo done)"; else echo "== $1"; cat "$log"; fi
  exit $code' feed '{}' "$@"
