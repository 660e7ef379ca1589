# shellcheck shell=bash
# Sourced by Benchmarks/run and Benchmarks/growth after chain.sh: compiles the tools, writes down on what machine it runs, and
# runs one script after the other. Uses `binaries`, `rounds` and `scale`; sets `tools`,
# `leftovers` (where workloads leave what they have stored), `records` and `failed`.

end_run() {
    local code=$?
    trap - EXIT
    # It ends what it has started itself.
    [ -z "${running:-}" ] || end_process "$running"
    rm -rf -- ${tools:+"$tools"} ${leftovers:+"$leftovers"}
    exit "$code"
}

begin_run() {
    trap end_run EXIT
    trap 'exit 130' INT
    trap 'exit 143' TERM
}

build_tools() {
    local source name flags
    tools=$(mktemp -d)
    read -ra flags < <(pkg-config --cflags --libs openssl)
    for source in "$repository"/Benchmarks/tools/*.c; do
        name=${source##*/}
        cc -std=gnu11 -O2 -Wall -Wextra -Werror -pthread -o "$tools/${name%.c}" "$source" "${flags[@]}"
    done
}

# begin_records NAME: the machine and the run come first, as lines `# key<TAB>value`.
begin_records() {
    mkdir -p -- "$repository/Benchmarks/results"
    records=$repository/Benchmarks/results/$1.tsv
    {
        printf '# cpu\t%s\n' "$(sed -n '/^model name/ { s/[^:]*: //p; q }' /proc/cpuinfo)"
        printf '# cores\t%d\n' "$(nproc)"
        awk '$1 == "MemTotal:" { printf "# memory\t%.0f GiB\n", $2 / 1048576 }' /proc/meminfo
        printf '# kernel\t%s\n' "$(uname -r)"
        printf '# system\t%s\n' "$(sed -n 's/^PRETTY_NAME="\(.*\)"/\1/p' /etc/os-release)"
        printf '# file system\t%s\n' "$(findmnt --noheadings --output FSTYPE --target "$(scratch_place)")"
        printf '# openssl\t%s\n' "$(openssl version | cut -d ' ' -f 2)"
        printf '# commit\t%s\n' "$(git -C "$repository" describe --always --dirty 2>/dev/null || echo unknown)"
        printf '# date\t%s\n' "$(date -u +%Y-%m-%d)"
        printf '# scale\t%s\n' "$scale"
        printf '# rounds\t%s\n' "$rounds"
    } >"$records"
}

# Where scratch folders will lie.
scratch_place() {
    local folder
    folder=$(scratch_folder bench 0)
    rmdir -- "$folder"
    echo "${folder%/*}"
}

# run_each FOLDER NAME…: the scripts of that folder. One that fails is told of, and doesn't take the others with it.
run_each() {
    local folder=$1 name begin
    shift
    failed=()
    leftovers=$(scratch_folder bench-leftovers 0)
    export binaries tools leftovers rounds scale records
    for name in "$@"; do
        note "$name"
        begin=$SECONDS
        "$repository/Benchmarks/$folder/$name.sh" &
        running=$!
        wait "$running" || failed+=("$name")
        running=''
        note "$name took $((SECONDS - begin)) s"
    done
}
