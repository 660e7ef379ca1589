#!/usr/bin/env bash
# Files per folder: uploads into a folder of the server that holds so many already; and a client's passes over a folder of
# so many, the first one and one in which all of them are confirmed.
set -euo pipefail
# shellcheck source=Benchmarks/lib/growth.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/growth.sh"

read -ra held < <(by_scale '0 1000 10000' '0 1000 10000 100000 1000000')
read -ra watched < <(by_scale '1000 10000' '1000 10000 100000 1000000')
more=$(by_scale 200 2000)
# A first pass that would take longer is left out.
readonly longest_seconds=900

# upload_into HELD: what is measured is put aside by renaming, since ext4 passes over inodes that were deleted just before,
# and the folder holds as many as before again.
upload_into() {
    local folder=$scratch/storage/$user/held$1 aside
    prepare_login
    # It was put aside with what the login has sent.
    mv -- "$scratch/held$1" "$folder"
    run_client "$scratch/card" --prefix "held$1"
    record_at "$1" files/s into_a_folder "$(per_second "$more")"
    aside=$(mktemp -d -- "$scratch/settled.XXXXXX")
    find "$folder" -type f -size +0 -exec mv --target-directory="$aside" -- {} +
    diff --recursive --brief -- "$scratch/card" "$aside" >"$scratch/differences" 2>&1 ||
        die "$EX_SOFTWARE" "what was stored differs: $(head -n 1 "$scratch/differences")"
    mv -- "$folder" "$scratch/held$1"
}

fill() {
    mkdir -p -- "$1"
    [ "$2" = 0 ] || "$tools/make_empty_files" "$1" "$2"
}

measure_server() {
    local count
    for count in "${held[@]}"; do
        fill "$scratch/held$count" "$count"
        for ((round = 1; round <= rounds; round++)); do upload_into "$count"; done
    done
}

# weigh_daemon COUNT: what the client holds that stays, after several passes that find all confirmed, each faster than the last.
weigh_daemon() {
    local word daemon=()
    for word in "${client[@]}"; do [ "$word" = --once ] || daemon+=("$word"); done
    "${daemon[@]}" --interval 1 >"$scratch/run.log" 2>&1 &
    command=$!
    sleep $((4 * microseconds / 1000000 + 5))
    record_at "$1" 'KiB at most' client_daemon "$(process_status VmHWM "$command")"
    end_process "$command"
    command=''
}

# watch COUNT: empty files, which cost a name, a row in the client's state and a receipt each, as any other.
watch() {
    local state_bytes
    rm -rf -- "$scratch/state"
    fill "$scratch/watched$1" "$1"
    prepare_login
    run_and_weigh "$scratch/watched$1" --prefix "watched$1"
    record_at "$1" files/s first_pass "$(per_second "$1")"
    record_at "$1" 'KiB at most' client_first_pass "$client_peak"
    record_at "$1" 'KiB at most' server "$(server_peak)"
    [ "$(find "$scratch/storage/$user/watched$1" -type f -printf . | wc -c)" = "$1" ] ||
        die "$EX_SOFTWARE" "not every one of the $1 files is stored"
    first_rate=$(per_second "$1")
    for ((round = 1; round <= rounds; round++)); do
        run_and_weigh "$scratch/watched$1" --prefix "watched$1"
        record_at "$1" 'µs for each file' confirmed_pass "$(divide "$microseconds" "$1")"
    done
    record_at "$1" 'KiB at most' client_confirmed_pass "$client_peak"
    weigh_daemon "$1"
    state_bytes=$(find "$scratch/state" -name state.sqlite -printf %s)
    record_at "$1" 'bytes of state each' client "$(divide "${state_bytes:?no state}" "$1")"
    # Into the place of the next one.
    mv -- "$scratch/storage/$user" "$(mktemp -d -- "$scratch/settled.XXXXXX")"
    mkdir -- "$scratch/storage/$user"
}

measure_client() {
    local count
    for count in "${watched[@]}"; do
        if [ -n "${first_rate:-}" ] && awk "BEGIN { exit !($count / $first_rate > $longest_seconds) }"; then
            note "left out, as it would take more than $longest_seconds s: a first pass over $count files"
            continue
        fi
        watch "$count"
    done
}

begin_workload $((4 << 30))
make_files "$scratch/card" "$more" 10240
make_credentials
start_server
measure_server
renew_server
# Of `run_and_weigh`: the second pass is to find what the first has left.
# shellcheck disable=SC2034
keep_state=yes
measure_client
