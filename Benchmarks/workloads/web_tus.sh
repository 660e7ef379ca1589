#!/usr/bin/env bash
# One large file by tus, hashed and durable chunk by chunk: ours and aiohttp-tus, by the same client; and copyparty, whose own
# protocol and client hash it as well, in chunks.
set -euo pipefail
# shellcheck source=Benchmarks/lib/workload.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/workload.sh"
# shellcheck source=Benchmarks/peers/python.sh
. "$repository/Benchmarks/peers/python.sh"

bytes=$(by_scale $((64 << 20)) $((2 << 30)))
megabytes=$(divide "$bytes" 1000000)
# As copyparty's client takes by itself.
readonly chunk=$((64 << 20))

run_ours() {
    log_in
    TUS_LOGIN="$user:$(cat -- "$scratch/password")" time_tus "https://127.0.0.1:$port/tus/" "$scratch/card/clip000000.MP4" "$chunk"
    record_rate MB/s ours "$megabytes"
    settle_and_delete "$scratch/card" "$scratch/storage/$user"
}

run_aiohttp_tus() {
    time_tus "$tus_peer_url" "$scratch/card/clip000000.MP4" "$chunk"
    record_rate MB/s aiohttp_tus "$megabytes"
    rm -rf -- "$tus_peer_stored/.metadata" "$tus_peer_stored/.resources"
    settle_and_delete "$scratch/card" "$tus_peer_stored"
}

run_copyparty() {
    time_u2c "$scratch/card/clip000000.MP4"
    record_rate MB/s copyparty "$megabytes"
    rm -rf -- "$copyparty_stored/.hist"
    settle_and_delete "$scratch/card" "$copyparty_stored"
}

install_python_peers
begin_workload $((3 * bytes))
make_files "$scratch/card" 1 "$bytes"
make_credentials
start_server
start_tus_peer $((chunk + 1))
start_copyparty
in_turn ours aiohttp_tus copyparty
