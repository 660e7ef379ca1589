#!/usr/bin/env bash
# Files of one size after another, on one connection: their rate, and the most that client and server hold in memory for it.
set -euo pipefail
# shellcheck source=Benchmarks/lib/growth.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/growth.sh"

# BYTES:FILES:ROUNDS, of small ones so many that the start of the programs doesn't hide them. The largest run once.
full=(
    1024:2000:"$rounds" 16384:2000:"$rounds" 262144:500:"$rounds" $((4 << 20)):64:"$rounds" $((64 << 20)):8:"$rounds"
    $((1 << 30)):1:"$rounds" $((5 << 30)):1:1 $((20 << 30)):1:1
)
small=(1024:100:1 16384:100:1 262144:20:1 $((4 << 20)):4:1 $((64 << 20)):1:1)
# Sources of this size and more are holes, so that the disk holds only what the server stores.
readonly sparse_bytes=$((1 << 30))

# make_source BYTES FILES
make_source() {
    local index
    [ "$1" -ge "$sparse_bytes" ] || { make_files "$scratch/card$1" "$2" "$1" && return; }
    mkdir -- "$scratch/card$1"
    for ((index = 0; index < $2; index++)); do truncate --size="$1" -- "$scratch/card$1/clip$index.MP4"; done
}

# measure BYTES FILES
measure() {
    renew_server
    prepare_login
    run_and_weigh "$scratch/card$1"
    record_at "$1" MB/s ours "$(per_second "$(divide $(($1 * $2)) 1000000)")"
    record_at "$1" files/s ours "$(per_second "$2")"
    record_at "$1" 'KiB at most' client "$client_peak"
    record_at "$1" 'KiB at most' server "$(server_peak)"
    # As the other workloads: small files stay until the end, large ones have no room.
    if [ "$1" -ge $((64 << 20)) ]; then
        settle_and_delete "$scratch/card$1" "$scratch/storage/$user"
    else
        settle "$scratch/card$1" "$scratch/storage/$user"
    fi
}

measure_size() {
    local bytes files times
    IFS=: read -r bytes files times <<<"$1"
    # Twice of what has a source, and what the server keeps free.
    if [ "$(free_bytes "$scratch")" -lt $((bytes * files * (bytes < sparse_bytes ? 2 : 1) + (2 << 30))) ]; then
        note "left out, as the disk has no room for it: $files × $((bytes >> 20)) MiB"
        return
    fi
    make_source "$bytes" "$files"
    for ((round = 1; round <= times; round++)); do measure "$bytes" "$files"; done
}

begin_workload $((4 << 30))
make_credentials
[ "$scale" = full ] && sizes=("${full[@]}") || sizes=("${small[@]}")
for size in "${sizes[@]}"; do measure_size "$size"; done
