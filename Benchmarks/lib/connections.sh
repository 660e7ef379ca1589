# shellcheck shell=bash
# Sourced after workload.sh by what opens very many connections.

# allow_connections COUNT: lets the server and the tools have so many. All come from one address, which a server may limit.
allow_connections() {
    local needed=$(($1 + 200)) option=--max-connections-per-address help
    ulimit -S -n "$(ulimit -H -n)"
    [ "$(ulimit -n)" = unlimited ] || [ "$(ulimit -n)" -ge "$needed" ] ||
        die "$EX_UNAVAILABLE" "$needed open files are needed, and only $(ulimit -n) allowed: raise the limit (ulimit -n)"
    server_options=(--max-connections $(($1 + 100)))
    help=$("$binaries/auto-upload-server" --help)
    ! grep -q -e "$option" <<<"$help" || server_options+=("$option" $(($1 + 100)))
}

# start_server_for COUNT: with the cheapest hash that there is, since logging in isn't what is measured.
start_server_for() {
    # shellcheck disable=SC2034  # for make_credentials
    hash_options=(--memory 19456 --iterations 2 --parallelism 1)
    make_credentials
    allow_connections "$1"
    start_server
}

# hold_connections COUNT [TOOL]: so many that are logged in, until `release_connections`.
hold_connections() {
    coproc holder {
        exec "$tools/${2:-hold_connections}" "$port" "$user" "$1" "$scratch/certificates/ca.pem" 3<"$scratch/password"
    }
    holding=$holder_PID
    processes+=("$holding")
    read -r _ <&"${holder[0]}" || die "$EX_SOFTWARE" "not every connection could log in: see above"
}

# Each sends a ping, as a client without work does every minute; so none that was closed is counted.
ping_connections() {
    echo >&"${holder[1]}"
    read -r _ <&"${holder[0]}" || die "$EX_SOFTWARE" "not every connection stayed open: see above"
}

release_connections() {
    echo >&"${holder[1]}"
    wait "$holding" || true
}
