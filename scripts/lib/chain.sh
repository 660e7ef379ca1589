# shellcheck shell=bash
# Sourced by scripts/demo and the benchmarks after common.sh: the programs, and a server on loopback with one user.
# Uses `scratch` (a folder), `login_as` (for another user than the first one), `hash_options` and `server_options` (more for
# adduser and the server), and sets `binaries`, `server` (a process) and `port`.

readonly user=camera
: "${scratch=}"

# Builds in release mode, unless `binaries` names programs that are built already.
provide_binaries() {
    local options=(-c release --static-swift-stdlib --package-path "$repository")
    [ -z "$binaries" ] || return 0
    check_swift
    note "building in release mode"
    swift build "${options[@]}" >&2 || die "$EX_SOFTWARE" "the build failed"
    binaries=$(swift build "${options[@]}" --show-bin-path)
}

# The password goes through files and standard input only: arguments can be read by every user of the machine.
make_credentials() {
    "$repository/certs-example/make-certificates" -o "$scratch/certificates" 127.0.0.1 localhost >/dev/null
    (umask 077 && head -c 18 /dev/urandom | base64 >"$scratch/password")
    "$binaries/adduser" -u "$user" -f "$scratch/users" \
        ${hash_options[@]+"${hash_options[@]}"} <"$scratch/password" >"$scratch/adduser.log" 2>&1 ||
        die "$EX_SOFTWARE" "adduser failed: $(tail -n 1 "$scratch/adduser.log")"
}

start_server() {
    local chosen=${port:-$(free_port)}
    mkdir -- "$scratch/storage"
    "$binaries/auto-upload-server" -p "$scratch/users" -f "$scratch/storage" \
        -c "$scratch/certificates/server.pem" -k "$scratch/certificates/server-key.pem" \
        --address 127.0.0.1 --port "$chosen" ${server_options[@]+"${server_options[@]}"} >"$scratch/server.log" 2>&1 &
    server=$!
    wait_until_listening "$chosen" "$server" "$scratch/server.log" || exit $?
    port=$chosen
}

# Sets `client` to the command that uploads once from a folder: use_client FOLDER OPTION…
use_client() {
    # shellcheck disable=SC2034  # for the script that sources this
    client=("$binaries/auto-upload-client" -s "127.0.0.1:$port" -u "${login_as:-$user}" --password-file "$scratch/password"
        --ca-file "$scratch/certificates/ca.pem" -f "$1" --once "${@:2}")
}
