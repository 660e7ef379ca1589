# Numbers, for Benchmarks/lib/report.awk, growth.awk and plot.awk.

function trim(text) { gsub(/^ +| +$/, "", text); return text }

# The numbers of a list that is parted by spaces, sorted into `sorted`; returns how many.
function sort_values(list, sorted,    count, i, j, value) {
    count = split(list, sorted, " ")
    for (i = 2; i <= count; i++) {
        value = sorted[i] + 0
        for (j = i - 1; j >= 1 && sorted[j] + 0 > value; j--) sorted[j + 1] = sorted[j]
        sorted[j + 1] = value
    }
    return count
}

function median(list,    sorted, count) {
    count = sort_values(list, sorted)
    return (sorted[int((count + 1) / 2)] + sorted[int(count / 2) + 1]) / 2
}

# A number as people read it: three digits that count, none of them lost before the point.
function short(value) {
    if (value >= 100) return sprintf("%.0f", value)
    if (value >= 10) return sprintf("%.1f", value)
    return sprintf("%.2f", value)
}
