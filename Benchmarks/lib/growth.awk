# Called by Benchmarks/plot after values.awk and points.awk: a table with the ends of each line that is drawn.

function print_rows(row,    count, i, points, kind) {
    count = series_of(row)
    kind = panel[row, "x_kind"]
    for (i = 1; i <= count; i++) {
        points = points_of(series_name[i], scale_of(row))
        printf "| %s | %s | %s | %s at %s | %s at %s |\n", panel[row, "title"], series_label[i], panel[row, "y"], \
            short(value[1]), place_text(place[1], kind), short(value[points]), place_text(place[points], kind)
    }
}

END {
    printf "Measured %s at commit %s: %s, %d cores, %s, %s, kernel %s, %s, OpenSSL %s. Medians of %d rounds; the largest once.\n\n", \
        machine["date"], machine["commit"], machine["cpu"], machine["cores"], machine["memory"], machine["system"], \
        machine["kernel"], machine["file system"], machine["openssl"], machine["rounds"]
    print "| what | of | unit | at the beginning | at the end |"
    print "|---|---|---|---|---|"
    for (row = 1; row <= panels; row++) print_rows(row)
}
