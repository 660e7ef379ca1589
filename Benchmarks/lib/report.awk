# Called by Benchmarks/report after values.awk: targets, then records, to tables (format=markdown) or JSON (format=json).

# The ratios of the single rounds, ours by theirs, where both ran in each.
function ratios_of(ours, theirs,    a, b, count, i, list) {
    count = split(ours, a, " ")
    if (split(theirs, b, " ") != count) return ""
    for (i = 1; i <= count; i++) list = list " " a[i] / b[i]
    return list
}

function range_of(list,    sorted, count) {
    count = sort_values(list, sorted)
    return count < 2 ? "" : short(sorted[1]) " – " short(sorted[count])
}

# Targets.
FNR == NR {
    if ($0 ~ /^ *(#|$)/) next
    split($0, field, ";")
    targets++
    for (i = 1; i <= 9; i++) target[targets, i] = trim(field[i])
    next
}

# A file that has a workload replaces what an earlier one said of it.
FNR == 1 { file++ }
/^# / {
    key = substr($0, 3, index($0, "\t") - 3)
    if (!(key in machine)) keys[++key_count] = key
    machine[key] = substr($0, index($0, "\t") + 1)
    next
}
{
    split($0, field, "\t")
    workload = field[1]
    name = field[1] SUBSEP field[2] SUBSEP field[3]
    if (latest[workload] != file) {
        for (i = 1; i <= name_count; i++) if (names[i] ~ "^" workload SUBSEP) delete values[names[i]]
        latest[workload] = file
    }
    if (!(name in seen)) { seen[name] = 1; names[++name_count] = name }
    values[name] = values[name] " " field[4]
}

# Sets the variables of a row; returns whether it was measured.
function evaluate(row,    ours_name, theirs_name) {
    ours_name = target[row, 1] SUBSEP target[row, 2] SUBSEP target[row, 3]
    theirs_name = target[row, 1] SUBSEP target[row, 2] SUBSEP target[row, 4]
    against = target[row, 4] != "-"
    if (values[ours_name] == "" || against && values[theirs_name] == "") return 0
    ours = median(values[ours_name])
    theirs = against ? median(values[theirs_name]) : 0
    result = against ? ours / theirs : ours
    spread = against ? range_of(ratios_of(values[ours_name], values[theirs_name])) : ""
    verdict = judge(target[row, 5], result, target[row, 6], target[row, 7])
    return 1
}

function judge(better, result, needed, aim) {
    if (needed == "-") return ""
    needed += 0
    aim = aim == "-" ? needed : aim + 0
    if (better == "higher") return result >= aim ? "aim" : result >= needed ? "yes" : "no"
    return result <= aim ? "aim" : result <= needed ? "yes" : "no"
}

function print_markdown(    i, part, row) {
    printf "Measured %s at commit %s: %s, %d cores, %s, %s, kernel %s, %s; OpenSSL %s, nginx %s, curl %s, OpenSSH %s, rsync %s. ", \
        machine["date"], machine["commit"], machine["cpu"], machine["cores"], machine["memory"], machine["system"], \
        machine["kernel"], machine["file system"], machine["openssl"], machine["nginx"], machine["curl"], \
        machine["openssh"], machine["rsync"]
    printf "Scale %s, medians of %d rounds.\n\n", machine["scale"], machine["rounds"]
    print "| what | against | unit | ours | theirs | ours ÷ theirs (single rounds) | to reach | aim | reached |"
    print "|---|---|---|---|---|---|---|---|---|"
    for (row = 1; row <= targets; row++) {
        if (!evaluate(row)) continue
        printf "| %s | %s | %s | %s | %s | %s%s | %s | %s | %s |\n", target[row, 8], target[row, 9], target[row, 2], short(ours), \
            against ? short(theirs) : "", against ? short(result) : "", spread == "" ? "" : " (" spread ")", \
            needed_text(row, 6), needed_text(row, 7), verdict
    }
    print "\nEverything that was measured:\n"
    print "| workload | measure | of | median | single rounds |"
    print "|---|---|---|---|---|"
    for (i = 1; i <= name_count; i++) {
        if (values[names[i]] == "") continue
        split(names[i], part, SUBSEP)
        printf "| %s | %s | %s | %s | %s |\n", part[1], part[2], part[3], short(median(values[names[i]])), rounded(values[names[i]])
    }
}

function needed_text(row, column) {
    if (target[row, column] == "-") return ""
    return (target[row, 5] == "higher" ? "≥ " : "≤ ") target[row, column]
}

function rounded(list,    part, count, i, text) {
    count = split(list, part, " ")
    for (i = 1; i <= count; i++) text = text (i > 1 ? ", " : "") short(part[i])
    return text
}

function quoted(text) { gsub(/["\\]/, "\\\\&", text); return "\"" text "\"" }

function list_of(list,    part, count, i, text) {
    count = split(list, part, " ")
    for (i = 1; i <= count; i++) text = text (i > 1 ? ", " : "") part[i]
    return "[" text "]"
}

function print_json(    i, part, row, separator) {
    print "{\n  \"run\": {"
    for (i = 1; i <= key_count; i++)
        printf "    %s: %s%s\n", quoted(keys[i]), quoted(machine[keys[i]]), i < key_count ? "," : ""
    print "  },\n  \"targets\": ["
    separator = ""
    for (row = 1; row <= targets; row++) {
        if (!evaluate(row)) continue
        printf "%s    {\"workload\": %s, \"measure\": %s, \"against\": %s, \"ours\": %s, \"theirs\": %s, \"result\": %s, ", separator, \
            quoted(target[row, 1]), quoted(target[row, 2]), against ? quoted(target[row, 4]) : "null", ours, \
            against ? theirs : "null", result
        printf "\"better\": %s, \"needed\": %s, \"aim\": %s, \"reached\": %s}", quoted(target[row, 5]), \
            target[row, 6] == "-" ? "null" : target[row, 6], target[row, 7] == "-" ? "null" : target[row, 7], \
            verdict == "" ? "null" : quoted(verdict)
        separator = ",\n"
    }
    print "\n  ],\n  \"values\": ["
    separator = ""
    for (i = 1; i <= name_count; i++) {
        if (values[names[i]] == "") continue
        split(names[i], part, SUBSEP)
        printf "%s    {\"workload\": %s, \"measure\": %s, \"of\": %s, \"median\": %s, \"rounds\": %s}", separator, quoted(part[1]), \
            quoted(part[2]), quoted(part[3]), median(values[names[i]]), list_of(values[names[i]])
        separator = ",\n"
    }
    print "\n  ]\n}"
}

END { if (format == "json") print_json(); else print_markdown() }
