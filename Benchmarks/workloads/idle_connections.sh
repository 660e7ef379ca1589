#!/usr/bin/env bash
# What the server's process holds in memory for each connection that is logged in and idle.
set -euo pipefail
# shellcheck source=Benchmarks/lib/workload.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/workload.sh"

count=$(by_scale 200 10000)

server_options=(--max-connections $((count + 100)))
# All come from one address, which a server may limit.
allow_one_address() {
    local option=--max-connections-per-address help
    help=$("$binaries/auto-upload-server" --help)
    ! grep -q -e "$option" <<<"$help" || server_options+=("$option" $((count + 100)))
}

check_descriptors() {
    local needed=$((count + 200))
    ulimit -S -n "$(ulimit -H -n)"
    [ "$(ulimit -n)" = unlimited ] || [ "$(ulimit -n)" -ge "$needed" ] ||
        die "$EX_UNAVAILABLE" "$needed open files are needed, and only $(ulimit -n) allowed: raise the limit (ulimit -n)"
}

# Once: it is the size of something, which the next round would find the same.
measure() {
    local before silent after alive
    before=$(process_status VmRSS "$server")
    coproc holder {
        exec "$tools/hold_connections" "$port" "$user" "$count" "$scratch/certificates/ca.pem" 3<"$scratch/password"
    }
    processes+=("$holder_PID")
    read -r alive <&"${holder[0]}" || die "$EX_SOFTWARE" "not every connection could log in: see above"
    sleep 2 # to come to rest
    silent=$(process_status VmRSS "$server")
    # Each sends a ping, as a client without work does every minute; so none that was closed is counted.
    echo >&"${holder[1]}"
    read -r alive <&"${holder[0]}" || die "$EX_SOFTWARE" "not every connection stayed open: see above"
    sleep 2
    after=$(process_status VmRSS "$server")
    note "$alive connections, $before KiB before, $after KiB with them"
    record 'KiB each' ours "$(divide "$after" "$alive")"
    record 'KiB in all' before "$before"
    record 'KiB in all' logged_in "$silent"
    record 'KiB in all' after_a_ping "$after"
}

check_descriptors
begin_workload $((256 << 20))
# The cheapest hash that there is: logging in isn't what is measured.
hash_options=(--memory 19456 --iterations 2 --parallelism 1)
make_credentials
allow_one_address
start_server
measure
