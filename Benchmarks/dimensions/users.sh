#!/usr/bin/env bash
# Users: a password file of so many lines. What the server takes to start with it and to let somebody in, also right after a
# change; what it holds in memory; and what `adduser` takes for one more.
set -euo pipefail
# shellcheck source=Benchmarks/lib/growth.sh
. "$(dirname -- "${BASH_SOURCE[0]}")/../lib/growth.sh"

read -ra counts < <(by_scale '1 10 100 1000' '1 10 100 1000 10000 100000')

# write_users LINES: all with the hash of the last, who is the one that logs in. The file seems old: one that was changed
# within the last two seconds is read at each login.
write_users() {
    awk -v lines="$1" '{ line = $0; sub(/^[^:]*/, "") } END {
        for (i = 1; i < lines; i++) printf "user%06d%s\n", i, $0
        print line
    }' "$scratch/one_user" >"$scratch/users"
    touch --date='1 minute ago' -- "$scratch/users"
}

start_up() {
    local milliseconds kib port
    port=$(free_port)
    rm -rf -- "$scratch/started"
    mkdir -- "$scratch/started"
    read -r milliseconds kib < <("$tools/start_up" "$port" "$binaries/auto-upload-server" -p "$scratch/users" \
        -f "$scratch/started" -c "$scratch/certificates/server.pem" -k "$scratch/certificates/server-key.pem" \
        --address 127.0.0.1 --port "$port" 2>"$scratch/run.log") ||
        die "$EX_SOFTWARE" "the server did not start: $(tail -n 1 "$scratch/run.log")"
    record_at "$1" ms until_it_accepts "$milliseconds"
    record_at "$1" 'KiB resident' at_start "$kib"
}

# log_in_as USER LINES SERIES: and upload one small file.
log_in_as() {
    login_as=$1 run_client "$scratch/one"
    record_at "$2" 'ms for one small file' "$3" "$(divide "$microseconds" 1000)"
    settle "$scratch/one" "$scratch/storage/$1"
}

add_late() { "$binaries/adduser" -u late -f "$scratch/users" "${hash_options[@]}" <"$scratch/password"; }

add_user() {
    timed add_late
    record_at "$1" ms adduser "$(divide "$microseconds" 1000)"
}

measure() {
    write_users "$1"
    start_up "$1"
    renew_server
    log_in_as "$user" "$1" first_login
    log_in_as "$user" "$1" remembered_login
    add_user "$1"
    log_in_as late "$1" new_user
    record_at "$1" 'KiB resident' after_a_change "$(process_status VmRSS "$server")"
}

begin_workload $((512 << 20))
make_files "$scratch/one" 1 10240
make_credentials
cp -- "$scratch/users" "$scratch/one_user"
chmod 600 "$scratch/one_user"
for count in "${counts[@]}"; do
    for ((round = 1; round <= rounds; round++)); do measure "$count"; done
done
