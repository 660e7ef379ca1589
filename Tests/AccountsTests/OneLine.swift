/// Whether adduser says one thing only.
func isOneLine(_ text: String) -> Bool {
    text.hasPrefix("adduser: ") && text.hasSuffix("\n") && text.count { $0 == "\n" } == 1
}
