# shellcheck shell=bash
# Sourced by workloads that need it: servers of the web in Python, in versions that are pinned, each with its own client. Neither
# flushes. As with nginx the path in their URLs can't be guessed.

readonly python_home=$repository/.build/web-peers

# Installs them where they aren't there yet.
install_python_peers() {
    local list=$repository/Benchmarks/peers/python/requirements.txt
    ! cmp --silent -- "$list" "$python_home/installed" || return 0
    note "installing aiohttp-tus, tuspy and copyparty"
    python3 -m venv --clear "$python_home"
    "$python_home/bin/pip" --quiet --disable-pip-version-check install --requirement "$list" >&2 ||
        die "$EX_UNAVAILABLE" "pip could not install what $list names"
    cp -- "$list" "$python_home/installed"
}

random_token() { head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n'; }

# start_tus_peer MOST_BYTES: sets `tus_peer_url` and `tus_peer_stored`, where files arrive; a request may have so many bytes.
start_tus_peer() {
    local peer_port path
    path=/$(random_token)
    peer_port=$(free_port)
    tus_peer_stored=$scratch/aiohttp
    mkdir -- "$tus_peer_stored"
    "$python_home/bin/python" "$repository/Benchmarks/peers/python/tus_server.py" "$peer_port" "$tus_peer_stored" "$path" \
        "$scratch/certificates/server.pem" "$scratch/certificates/server-key.pem" "$1" >"$scratch/aiohttp.log" 2>&1 &
    processes+=("$!")
    wait_until_listening "$peer_port" "$!" "$scratch/aiohttp.log" || exit $?
    tus_peer_url=https://127.0.0.1:$peer_port$path
}

# time_tus URL FILE CHUNK_BYTES
time_tus() {
    REQUESTS_CA_BUNDLE=$scratch/certificates/ca.pem NO_PROXY='*' \
        timed "$python_home/bin/python" "$repository/Benchmarks/peers/python/tus_upload.py" "$@"
}

# Sets `copyparty_url` and `copyparty_stored`. It keeps no index, as that would be more work.
start_copyparty() {
    local peer_port token
    token=$(random_token)
    peer_port=$(free_port)
    copyparty_stored=$scratch/copyparty
    mkdir -p -- "$copyparty_stored" "$scratch/copyparty-home"
    cat "$scratch/certificates/server-key.pem" "$scratch/certificates/server.pem" >"$scratch/copyparty-home/both.pem"
    HOME=$scratch/copyparty-home "$python_home/bin/copyparty" -q -i 127.0.0.1 -p "$peer_port" --https-only \
        --cert "$scratch/copyparty-home/both.pem" --no-crt --no-thumb -v "$copyparty_stored:$token:w" \
        >"$scratch/copyparty.log" 2>&1 </dev/null &
    processes+=("$!")
    wait_until_listening "$peer_port" "$!" "$scratch/copyparty.log" || exit $?
    copyparty_url=https://127.0.0.1:$peer_port/$token/
}

# time_u2c FILE: by its own client.
time_u2c() { timed "$python_home/bin/u2c" -ns -te "$scratch/certificates/ca.pem" "$copyparty_url" "$1"; }
