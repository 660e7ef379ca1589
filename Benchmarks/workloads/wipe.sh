#!/usr/bin/env bash
# Wiping one file: ours, from its renaming until the client has left, and shred with a single pass of random bytes.
set -euo pipefail
# shellcheck source=Benchmarks/lib/workload.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/workload.sh"

bytes=$(by_scale $((64 << 20)) $((1 << 30)))
megabytes=$(divide "$bytes" 1000000)

new_file() { mkdir -p -- "$scratch/card" && head -c "$bytes" /dev/urandom >"$scratch/card/clip.MP4"; }

# The file is confirmed beforehand. In the run that is timed the client asks the server to confirm it again, which has both
# read and hash it; the wipe begins when the file is renamed, which a watcher tells.
run_ours() {
    local watcher begin end state=$scratch/state
    new_file
    use_client "$scratch/card" --state "$state" --settle 0 --settle-unknown 0
    timed "${client[@]}"
    "$tools/first_rename" "$scratch/card" >"$scratch/renamed" &
    watcher=$!
    processes+=("$watcher")
    until [ -s "$scratch/renamed" ]; do sleep 0.01; done # it says that it watches
    timed "${client[@]}" -d y
    end=$EPOCHREALTIME
    wait "$watcher"
    begin=$(tail -n 1 "$scratch/renamed")
    [ -z "$(ls -A "$scratch/card")" ] || die "$EX_SOFTWARE" "the client wiped nothing"
    record_rate 'MB/s with re-reading on both sides' ours "$megabytes"
    microseconds=$((${end/./} - ${begin/./}))
    record_rate MB/s ours "$megabytes"
    rm -rf -- "$state"
    find "$scratch/storage/$user" -name '*.MP4' -delete
}

run_shred() {
    new_file
    timed shred --iterations=1 --remove -- "$scratch/card/clip.MP4"
    record_rate MB/s shred "$megabytes"
}

begin_workload $((3 * bytes))
make_credentials
start_server
in_turn ours shred
