# shellcheck shell=bash
# Sourced after workload.sh: uploads to our own server by curl.

# time_curl LIST OPTION…: without "Expect: 100-continue", which would cost a round trip for each file.
time_curl() {
    timed curl --disable --silent --show-error --fail --http1.1 --tlsv1.3 --noproxy '*' --header Expect: \
        --cacert "$scratch/certificates/ca.pem" "${@:2}" --config "$1"
}

# The login, in curl's own manner: in a file, as arguments can be read by every user of the machine.
print_login() { printf 'user = "%s:%s"\n' "$user" "$(cat -- "$scratch/password")"; }

# write_put_list FOLDER LIST: what curl shall put.
write_put_list() {
    local file
    (
        umask 077
        {
            print_login
            for file in "$1"/*; do
                printf 'upload-file = "%s"\nurl = "https://127.0.0.1:%d/files/%s"\n' "$file" "$port" "${file##*/}"
            done
        } >"$2"
    )
}

# write_form_list FOLDER LIST: all in one form.
write_form_list() {
    local file
    (
        umask 077
        {
            print_login
            printf 'url = "https://127.0.0.1:%d/upload"\n' "$port"
            for file in "$1"/*; do printf 'form = "file=@%s"\n' "$file"; done
        } >"$2"
    )
}
