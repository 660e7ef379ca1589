#!/usr/bin/env bash
# Connections: so many that are logged in and idle, and so many that upload at once. Whether each gets its share.
set -euo pipefail
# shellcheck source=Benchmarks/lib/growth.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/growth.sh"
# shellcheck source=Benchmarks/lib/connections.sh
. "$repository/Benchmarks/lib/connections.sh"

read -ra idle < <(by_scale '1 10 100' '1 10 100 1000 10000')
read -ra busy < <(by_scale '1 10' '1 10 100 1000')
seconds=$(by_scale 2 15)
# One file for each; and smaller ones, one after the other, that everybody gets through several in the time.
readonly single_bytes=$((1 << 20)) repeated_bytes=$((256 << 10))

upload_small() {
    run_client "$scratch/one"
    record_at "$1" 'ms for one small file' beside_idle "$(divide "$microseconds" 1000)"
    settle "$scratch/one" "$scratch/storage/$user"
}

measure_idle() {
    local before
    renew_server
    prepare_login
    before=$(process_status VmRSS "$server")
    hold_connections "$1"
    ping_connections
    sleep 1 # to come to rest
    # One alone is less than what the process itself takes and gives back meanwhile.
    [ "$1" -lt 10 ] || record_at "$1" 'KiB each' idle "$(divide $(($(process_status VmRSS "$server") - before)) "$1")"
    record_at "$1" 'MiB resident' with_idle "$(divide "$(process_status VmRSS "$server")" 1024)"
    prepare_login
    for ((round = 1; round <= rounds; round++)); do upload_small "$1"; done
    release_connections
}

# upload_at_once COUNT SERIES BYTES SECONDS
upload_at_once() {
    local what value stored
    prepare_login
    timed "$tools/upload_at_once" "$port" "$user" "$1" "$scratch/certificates/ca.pem" many "$3" "$4" 3<"$scratch/password"
    while read -r what value; do
        case $what in
            uploads) uploads=$value ;;
            MB/s) record_at "$1" MB/s "$2" "$value" ;;
            *_ms) record_at "$1" "ms until confirmed, $2" "${what%_ms}" "$value" ;;
            *) record_at "$1" "share of the mean rate, $2" "$what" "$value" ;;
        esac
    done <"$scratch/run.log"
    record_at "$1" 'MiB at most' "server_$2" "$(divide "$(server_peak)" 1024)"
    stored=$(find "$scratch/storage/$user/many" -type f -size "${3}c" -printf . | wc -c)
    [ "$stored" = "$uploads" ] || die "$EX_SOFTWARE" "of $uploads files that were confirmed $stored are stored"
    mv -- "$scratch/storage/$user" "$(mktemp -d -- "$scratch/settled.XXXXXX")"
    mkdir -- "$scratch/storage/$user"
}

measure_busy() {
    renew_server
    for ((round = 1; round <= rounds; round++)); do upload_at_once "$1" single "$single_bytes" 0; done
    upload_at_once "$1" repeated "$repeated_bytes" "$seconds"
}

begin_workload "$(by_scale $((2 << 30)) $((24 << 30)))"
make_credentials
allow_connections "$(by_scale 200 10000)"
for count in "${idle[@]}"; do measure_idle "$count"; done
for count in "${busy[@]}"; do measure_busy "$count"; done
