#!/usr/bin/env bash
# What the server's process holds in memory for each connection that is logged in and idle.
set -euo pipefail
# shellcheck source=Benchmarks/lib/workload.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/workload.sh"
# shellcheck source=Benchmarks/lib/connections.sh
. "$repository/Benchmarks/lib/connections.sh"

count=$(by_scale 200 10000)

# Once: it is the size of something, which the next round would find the same.
measure() {
    local before silent after
    before=$(process_status VmRSS "$server")
    hold_connections "$count"
    sleep 2 # to come to rest
    silent=$(process_status VmRSS "$server")
    ping_connections
    sleep 2
    after=$(process_status VmRSS "$server")
    note "$count connections, $before KiB before, $after KiB with them"
    record 'KiB each' ours "$(divide "$after" "$count")"
    record 'KiB in all' before "$before"
    record 'KiB in all' logged_in "$silent"
    record 'KiB in all' after_a_ping "$after"
}

begin_workload $((256 << 20))
start_server_for "$count"
measure
