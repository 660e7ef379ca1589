# shellcheck shell=bash
# Sourced by workloads that need it: nginx that takes files by PUT (DAV) over TLS 1.3, and curl, which sends them.
# It neither hashes nor flushes. Its folder in the URL can't be guessed: others on this machine could write there else.

# Sets `nginx` (its main process), `nginx_port` and `nginx_stored` (where files arrive).
start_nginx() {
    local home=$scratch/nginx token
    token=$(head -c 16 /dev/urandom | od -An -tx1 | tr -d ' \n')
    nginx_stored=$home/put/$token
    mkdir -p -- "$nginx_stored" "$home/body"
    nginx_port=$(free_port)
    write_nginx_configuration "$home" "$token" >"$home/nginx.conf"
    PATH=$PATH:/usr/sbin nginx -e "$home/error.log" -p "$home" -c "$home/nginx.conf" >"$home/output" 2>&1 &
    nginx=$!
    processes+=("$nginx")
    wait_until_listening "$nginx_port" "$nginx" "$home/error.log" || exit $?
}

# The body's folder lies on the same file system, so that a finished file is renamed, not copied.
write_nginx_configuration() {
    # Started by root, its workers would be www-data, which can't enter the scratch folder.
    [ "$(id -u)" != 0 ] || echo "user root root;"
    cat <<NGINX
daemon off;
worker_processes auto;
pid "$1/pid";
events { worker_connections 1024; }
http {
    access_log off;
    client_body_temp_path "$1/body";
    proxy_temp_path "$1/proxy";
    fastcgi_temp_path "$1/fastcgi";
    uwsgi_temp_path "$1/uwsgi";
    scgi_temp_path "$1/scgi";
    client_max_body_size 0;
    client_body_buffer_size 1m;
    keepalive_requests 1000000;
    keepalive_timeout 600s;
    server {
        listen 127.0.0.1:$nginx_port ssl;
        ssl_certificate "$scratch/certificates/server.pem";
        ssl_certificate_key "$scratch/certificates/server-key.pem";
        ssl_protocols TLSv1.3;
        location /$2/ {
            root "$1/put";
            dav_methods PUT;
        }
    }
}
NGINX
}

nginx_processes() { echo "$nginx" "$(cat -- "/proc/$nginx/task/$nginx/children")"; }

# write_curl_list FOLDER PORT LIST: what curl shall send, for its option --config.
write_curl_list() {
    local file
    for file in "$1"/*; do
        printf 'upload-file = "%s"\nurl = "https://127.0.0.1:%d/%s/%s"\n' "$file" "$2" "${nginx_stored##*/}" "${file##*/}"
    done >"$3"
}
