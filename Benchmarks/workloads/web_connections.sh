#!/usr/bin/env bash
# What the server's process holds in memory for each connection of the web that has stored a file and is kept open, beyond what
# it holds without any.
set -euo pipefail
# shellcheck source=Benchmarks/lib/workload.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/workload.sh"
# shellcheck source=Benchmarks/lib/connections.sh
. "$repository/Benchmarks/lib/connections.sh"

count=$(by_scale 100 1000)

# Once: it is the size of something, which the next round would find the same.
measure() {
    local before after
    before=$(process_status VmRSS "$server")
    hold_connections "$count" hold_web_connections
    sleep 3 # until they count as idle
    after=$(process_status VmRSS "$server")
    release_connections
    note "$count connections, $before KiB before, $after KiB with them"
    record 'KiB each' ours "$(divide "$((after - before))" "$count")"
    record 'KiB in all' before "$before"
    record 'KiB in all' kept_open "$after"
}

begin_workload $((256 << 20))
start_server_for "$count"
measure
