#!/usr/bin/env bash
# What a server's processes use of the CPU for each GiB that they receive, user and system: ours, by its own client and over the
# web by curl, less what SHA-256 of so much takes on this machine, and nginx, which doesn't hash.
set -euo pipefail
# shellcheck source=Benchmarks/lib/workload.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/workload.sh"
# shellcheck source=Benchmarks/lib/web.sh
. "$repository/Benchmarks/lib/web.sh"
# shellcheck source=Benchmarks/peers/nginx.sh
. "$repository/Benchmarks/peers/nginx.sh"

bytes=$(by_scale $((64 << 20)) $((2 << 30)))
gibibytes=$(divide "$bytes" $((1 << 30)))
readonly measure='CPU ms/GiB'

# run_by CONTENDER COMMAND…
run_by() {
    local begin used hashing
    hashing=$("$tools/hash_cost" "$bytes")
    log_in
    begin=$(cpu_of "$server")
    "${@:2}"
    used=$(($(cpu_of "$server") - begin))
    settle_and_delete "$scratch/card" "$scratch/storage/$user"
    record "$measure" "$1_with_hash" "$(divide "$used" "$gibibytes")"
    record "$measure" hash "$(divide "$hashing" "$gibibytes")"
    record "$measure" "$1" "$(divide "$((used - hashing))" "$gibibytes")"
}

run_ours() { run_by ours run_client "$scratch/card"; }
run_web() { run_by web time_curl "$scratch/web-list"; }

run_nginx() {
    local begin
    # shellcheck disable=SC2046  # numbers
    begin=$(cpu_of $(nginx_processes))
    time_curl "$scratch/list"
    # shellcheck disable=SC2046  # numbers
    record "$measure" nginx "$(divide "$(($(cpu_of $(nginx_processes)) - begin))" "$gibibytes")"
    settle_and_delete "$scratch/card" "$nginx_stored"
}

begin_workload $((3 * bytes))
make_files "$scratch/card" 1 "$bytes"
make_credentials
start_server
start_nginx
write_curl_list "$scratch/card" "$nginx_port" "$scratch/list"
write_put_list "$scratch/card" "$scratch/web-list"
in_turn ours web nginx
