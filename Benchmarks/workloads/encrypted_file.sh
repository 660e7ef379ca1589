#!/usr/bin/env bash
# One large file, encrypted before it is sent: ours with -e y, ours as it is, and what a user would pick: age into curl.
set -euo pipefail
# shellcheck source=Benchmarks/lib/workload.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/workload.sh"
# shellcheck source=Benchmarks/peers/nginx.sh
. "$repository/Benchmarks/peers/nginx.sh"

bytes=$(by_scale $((64 << 20)) $((2 << 30)))
megabytes=$(divide "$bytes" 1000000)

# decrypt_and_compare STORED: by age, so that it isn't our own word alone.
decrypt_and_compare() {
    mkdir -p -- "$scratch/decrypted"
    age --decrypt --identity "$scratch/identity" --output "$scratch/decrypted/clip000000.MP4" "$1/clip000000.MP4.age"
    rm -- "$1/clip000000.MP4.age"
    settle_and_delete "$scratch/card" "$scratch/decrypted"
}

run_encrypted() {
    log_in
    run_client "$scratch/card" -e y --recipient "$recipient"
    record_rate MB/s encrypted "$megabytes"
    decrypt_and_compare "$scratch/storage/$user"
}

run_plain() {
    log_in
    run_client "$scratch/card"
    record_rate MB/s plain "$megabytes"
    settle_and_delete "$scratch/card" "$scratch/storage/$user"
}

age_into_curl() {
    age --encrypt --recipient "$recipient" "$scratch/card/clip000000.MP4" |
        curl --disable --silent --show-error --fail --http1.1 --tlsv1.3 --noproxy '*' --header Expect: \
            --cacert "$scratch/certificates/ca.pem" --upload-file - \
            "https://127.0.0.1:$nginx_port/${nginx_stored##*/}/clip000000.MP4.age"
}

run_age_curl() {
    timed age_into_curl
    record_rate MB/s age_curl "$megabytes"
    decrypt_and_compare "$nginx_stored"
}

begin_workload $((3 * bytes))
make_files "$scratch/card" 1 "$bytes"
make_credentials
start_server
start_nginx
age-keygen --output "$scratch/identity" 2>"$scratch/age.log"
recipient=$(age-keygen -y "$scratch/identity")
readonly recipient
in_turn encrypted plain age_curl
