#!/usr/bin/env bash
# What the disk can do with small files that have to be durable, by the way in which they are flushed. No network, no hash:
# it bounds the rows about small files.
set -euo pipefail
# shellcheck source=Benchmarks/lib/workload.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/workload.sh"

count=$(by_scale 300 5000)
readonly file_bytes=10240

run_strategies() {
    local name rate
    mkdir -- "$scratch/round$round"
    timed "$tools/flush_strategies" "$scratch/round$round" "$count" "$file_bytes"
    while read -r name rate; do record files/s "$name" "$rate"; done <"$scratch/run.log"
}

begin_workload $((9 * rounds * count * 3 * file_bytes / 2))
in_turn strategies
