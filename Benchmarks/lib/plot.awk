# Called by Benchmarks/plot after values.awk and points.awk: draws the panels of one dimension (dimension=NAME), as SVG.
# On white, which is readable on a dark page too; the same records give the same bytes.

BEGIN {
    panel_width = 450; panel_height = 290
    left = 62; right = 24; top = 62; bottom = 50
    # Of Okabe and Ito: told apart also by who doesn't see all colours.
    split("#0072B2 #D55E00 #009E73 #CC79A7", colours, " ")
}

function escaped_text(text) { gsub(/&/, "\\&amp;", text); gsub(/</, "\\&lt;", text); return text }

function log10(number) { return log(number) / log(10) }

function write_text(x, y, text, attributes) {
    printf "<text x=\"%.1f\" y=\"%.1f\"%s>%s</text>\n", x, y, attributes == "" ? "" : " " attributes, escaped_text(text)
}

function draw_line(x1, y1, x2, y2, colour) {
    printf "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\"/>\n", x1, y1, x2, y2, colour
}

# The round number (1, 2 or 5 times a power of ten) next to `number`, not below it with direction 1, not above it with -1.
function round_number(number, direction,    power, part) {
    power = 10 ^ floor(log10(number) + 1e-9)
    part = number / power
    if (direction > 0) return power * (part <= 1.0000001 ? 1 : part <= 2 ? 2 : part <= 5 ? 5 : 10)
    return power * (part >= 5 ? 5 : part >= 2 ? 2 : 1)
}

function floor(number) { return number >= 0 || number == int(number) ? int(number) : int(number) - 1 }

# Sets the bounds of the panel: x_least, x_most, has_zero, y_least, y_most, and all_places[1…place_count].
function measure_panel(number, count,    i, j, points, seen, list) {
    y_least = y_most = has_zero = 0
    for (i = 1; i <= count; i++) {
        points = points_of(series_name[i], scale_of(number))
        for (j = 1; j <= points; j++) {
            if (!(key(place[j]) in seen)) { seen[key(place[j])] = 1; list = list " " key(place[j]) }
            if (value[j] > y_most) y_most = value[j]
            if (value[j] > 0 && (y_least == 0 || value[j] < y_least)) y_least = value[j]
        }
    }
    place_count = sort_values(list, all_places)
    has_zero = all_places[1] + 0 == 0
    x_least = all_places[has_zero ? 2 : 1] + 0
    x_most = all_places[place_count] + 0
    # None at all stands a decade before the first.
    if (has_zero) x_least /= 10
    if (y_most == 0) y_least = y_most = 1
    if (panel[number, "y_scale"] == "log") {
        y_least = round_number(y_least, -1)
        y_most = round_number(y_most, 1)
        if (y_most / y_least < 9) y_most = 10 * y_least
    } else {
        y_least = 0
        y_step = round_number(y_most / 5, 1)
        y_most = y_step * (floor(y_most / y_step - 1e-9) + 1)
    }
}

function x_of(number) {
    if (number == 0) number = x_least
    if (x_most == x_least) return left_edge + plot_width / 2
    # Some room beside the first and the last.
    return left_edge + 10 + (plot_width - 20) * log(number / x_least) / log(x_most / x_least)
}

function y_of(number, kind) {
    if (kind == "log") return bottom_edge - plot_height * log(number / y_least) / log(y_most / y_least)
    return bottom_edge - plot_height * number / y_most
}

function number_text(number) {
    if (number >= 1000000) return sprintf("%gM", number / 1000000)
    if (number >= 10000) return sprintf("%gk", number / 1000)
    return sprintf("%g", number)
}

function draw_y_tick(number, kind) {
    draw_line(left_edge, y_of(number, kind), left_edge + plot_width, y_of(number, kind), "#e4e4e4")
    write_text(left_edge - 6, y_of(number, kind) + 4, number_text(number), "text-anchor=\"end\"")
}

function draw_y_axis(number,    tick, part, decades) {
    if (panel[number, "y_scale"] == "log") {
        decades = log10(y_most / y_least)
        for (tick = round_number(y_least, -1); tick <= y_most * 1.0001; tick = round_number(tick * 1.5, 1)) {
            part = tick / 10 ^ floor(log10(tick) + 1e-9)
            if (decades <= 2.4 || part < 1.5) draw_y_tick(tick, "log")
        }
    } else {
        for (tick = 0; tick <= y_most * 1.0001; tick += y_step) draw_y_tick(tick, "linear")
    }
    write_text(left_edge - 46, top_edge + plot_height / 2, panel[number, "y"], \
        sprintf("text-anchor=\"middle\" transform=\"rotate(-90 %.1f %.1f)\"", left_edge - 46, top_edge + plot_height / 2))
}

# The places that were measured, but for those whose texts would touch.
function draw_x_axis(number,    i, x, last, end) {
    last = -1000
    end = x_of(all_places[place_count])
    for (i = 1; i <= place_count; i++) {
        x = x_of(all_places[i] + 0)
        draw_line(x, bottom_edge, x, bottom_edge + 4, "#808080")
        if (x - last < 42 || i < place_count && end - x < 42) continue
        write_text(x, bottom_edge + 17, place_text(all_places[i] + 0, panel[number, "x_kind"]), "text-anchor=\"middle\"")
        last = x
    }
    # The axis is broken between none and the first.
    if (has_zero) {
        x = (x_of(0) + x_of(all_places[2] + 0)) / 2
        draw_line(x - 5, bottom_edge + 4, x - 1, bottom_edge - 4, "#808080")
        draw_line(x + 1, bottom_edge + 4, x + 5, bottom_edge - 4, "#808080")
    }
    write_text(left_edge + plot_width / 2, bottom_edge + 36, panel[number, "x"], "text-anchor=\"middle\"")
}

# The lowest and the highest single round stand as a thin line behind the median.
function draw_series(number, series,    points, i, kind, path, x, count, rounds) {
    kind = panel[number, "y_scale"]
    points = points_of(series_name[series], scale_of(number))
    for (i = 1; i <= points; i++) {
        x = x_of(place[i])
        path = path sprintf("%s%.1f,%.1f", i > 1 ? " " : "", x, y_of(value[i], kind))
        count = sort_values(values[series_name[series], key(place[i])], rounds)
        if (count > 1)
            printf "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"5\" stroke-opacity=\"0.25\"/>\n", \
                x, clipped(rounds[1], number), x, clipped(rounds[count], number), colours[series]
    }
    printf "<polyline points=\"%s\" fill=\"none\" stroke=\"%s\" stroke-width=\"2\" stroke-linejoin=\"round\"/>\n", path, colours[series]
    for (i = 1; i <= points; i++)
        printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.2\" fill=\"%s\"/>\n", x_of(place[i]), y_of(value[i], kind), colours[series]
}

function clipped(number, panel_number,    y) {
    y = y_of(number * scale_of(panel_number), panel[panel_number, "y_scale"])
    return y < top_edge ? top_edge : y > bottom_edge ? bottom_edge : y
}

function draw_legend(count,    i, x) {
    x = left_edge
    for (i = 1; i <= count; i++) {
        printf "<line x1=\"%.1f\" y1=\"%.1f\" x2=\"%.1f\" y2=\"%.1f\" stroke=\"%s\" stroke-width=\"2\"/>\n", \
            x, top_edge - 16, x + 18, top_edge - 16, colours[i]
        printf "<circle cx=\"%.1f\" cy=\"%.1f\" r=\"3.2\" fill=\"%s\"/>\n", x + 9, top_edge - 16, colours[i]
        write_text(x + 23, top_edge - 12, series_label[i])
        # No font tells its widths here; that of an average letter will do.
        x += 23 + 5.6 * length(series_label[i]) + 14
    }
}

function draw_panel(number, position,    count, i) {
    count = series_of(number)
    left_edge = (position % 2) * panel_width + left
    top_edge = int(position / 2) * panel_height + top
    plot_width = panel_width - left - right
    plot_height = panel_height - top - bottom
    bottom_edge = top_edge + plot_height
    measure_panel(number, count)
    write_text(left_edge, top_edge - 34, panel[number, "title"], "font-size=\"14\" font-weight=\"bold\"")
    draw_legend(count)
    draw_y_axis(number)
    draw_x_axis(number)
    draw_line(left_edge, bottom_edge, left_edge + plot_width, bottom_edge, "#808080")
    for (i = count; i >= 1; i--) draw_series(number, i)
}

END {
    for (i = 1; i <= panels; i++) if (panel[i, "dimension"] == dimension && series_of(i) > 0) drawn[shown++] = i
    width = 2 * panel_width
    height = int((shown + 1) / 2) * panel_height
    printf "<svg xmlns=\"http://www.w3.org/2000/svg\" viewBox=\"0 0 %d %d\" width=\"%d\" height=\"%d\" ", width, height, width, height
    print "font-family=\"Helvetica, Arial, sans-serif\" font-size=\"12\" fill=\"#303030\">"
    printf "<rect width=\"%d\" height=\"%d\" fill=\"#ffffff\"/>\n", width, height
    for (i = 0; i < shown; i++) draw_panel(drawn[i], i)
    print "</svg>"
}
