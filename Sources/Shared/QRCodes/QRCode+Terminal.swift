extension QRCode {
    /// Light modules around a code, on each side.
    private static let quietZone = 4
    /// White on black by the fixed part of the 256 colours: a terminal's own colours, be they dark or light, would make a code
    /// that no camera reads.
    private static let colours = "\u{1b}[38;5;231;48;5;16m"
    private static let end = "\u{1b}[0m"

    /// The code for a terminal, line by line: two rows in each, as its characters are twice as high as they are wide.
    package var terminalLines: [String] {
        let side = modules.count + 2 * Self.quietZone
        return stride(from: 0, to: side, by: 2).map { row in
            let characters = (0..<side).map { column in
                Self.character(isDark(row, column), isDark(row + 1, column))
            }
            return Self.colours + characters.joined() + Self.end
        }
    }

    private static func character(_ upperIsDark: Bool, _ lowerIsDark: Bool) -> String {
        switch (upperIsDark, lowerIsDark) {
        case (false, false): "█"
        case (false, true): "▀"
        case (true, false): "▄"
        case (true, true): " "
        }
    }

    private func isDark(_ row: Int, _ column: Int) -> Bool {
        let (row, column) = (row - Self.quietZone, column - Self.quietZone)
        guard modules.indices.contains(row), modules[row].indices.contains(column) else { return false }
        return modules[row][column]
    }
}
