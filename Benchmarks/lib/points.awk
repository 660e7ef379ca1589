# Reads Benchmarks/plots and what Benchmarks/growth has measured, for plot.awk and growth.awk, after values.awk.
# A panel is panel[n, FIELD]; values[DIMENSION, MEASURE, SERIES, X] is a list, and xs[DIMENSION, MEASURE, SERIES] its places.

BEGIN {
    # In the order of the table's fields.
    split("dimension measure title x x_kind y y_scale series", fields, " ")
}

FNR == NR {
    if ($0 ~ /^ *(#|$)/) next
    count = split($0, cell, ";")
    panels++
    for (i = 1; i <= count; i++) panel[panels, fields[i]] = trim(cell[i])
    next
}

# A file that has a dimension replaces what an earlier one said of it.
FNR == 1 { file++ }
/^# / {
    machine[substr($0, 3, index($0, "\t") - 3)] = substr($0, index($0, "\t") + 1)
    next
}
{
    split($0, cell, "\t")
    if (latest[cell[1]] != file) {
        for (name in values) if (name ~ "^" cell[1] SUBSEP) delete values[name]
        for (name in xs) if (name ~ "^" cell[1] SUBSEP) delete xs[name]
        latest[cell[1]] = file
    }
    name = cell[1] SUBSEP cell[2] SUBSEP cell[3]
    if (!((name SUBSEP cell[4]) in values)) xs[name] = xs[name] " " cell[4]
    values[name, cell[4]] = values[name, cell[4]] " " cell[5]
}

# Sets series_name[1…] and series_label[1…] of a panel, those that were measured only; returns how many.
function series_of(number,    parts, count, i, part, found) {
    count = split(panel[number, "series"], parts, ",")
    for (i = 1; i <= count; i++) {
        split(parts[i], part, "=")
        if (xs[panel[number, "dimension"], panel[number, "measure"], trim(part[1])] == "") continue
        found++
        series_name[found] = panel[number, "dimension"] SUBSEP panel[number, "measure"] SUBSEP trim(part[1])
        series_label[found] = trim(part[2])
    }
    return found
}

# A place as it was written: awk itself rounds a large number that becomes text.
function key(x) { return sprintf("%.0f", x) }

# Sets place[1…] and value[1…] of a series, from the lowest place up; returns how many.
function points_of(name, scale,    count, i) {
    count = sort_values(xs[name], place)
    for (i = 1; i <= count; i++) {
        place[i] += 0
        value[i] = median(values[name, key(place[i])]) * scale
    }
    return count
}

# Values are recorded in their measure's unit, and drawn in the label's.
function scale_of(number) { return panel[number, "measure"] ~ /^KiB at|^KiB resident/ ? 1 / 1024 : 1 }

function place_text(x, kind,    unit) {
    if (kind == "bytes") {
        for (unit = 1; x >= 1024 && unit < 5; unit++) x /= 1024
        return sprintf("%g %s", x, substr("B  KiBMiBGiBTiB", 3 * unit - 2, 3))
    }
    if (x >= 1000000) return sprintf("%gM", x / 1000000)
    if (x >= 1000) return sprintf("%gk", x / 1000)
    return sprintf("%g", x)
}
