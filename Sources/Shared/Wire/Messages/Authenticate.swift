package import Domain

/// A login by user name and password.
package struct Authenticate: Payload {
    package let user: String
    package let password: Credential
    /// Empty when none is given.
    package let oneTimeCode: Credential

    /// - Throws: `WireError` unless the user is 1–64 bytes, the password 1–1024 bytes, the code 0–16 bytes of printable
    ///   ASCII. Whether a user can have that name is for the server's accounts to say.
    package init(
        user: String, password: Credential, oneTimeCode: Credential = Credential([])
    ) throws(WireError) {
        try require(user.utf8.count, in: ProtocolLimits.userLengths, .user)
        try require(password.bytes.count, in: ProtocolLimits.passwordLengths, .password)
        try require(oneTimeCode.bytes.count, in: ProtocolLimits.oneTimeCodeLengths, .oneTimeCode)
        try requirePrintable(oneTimeCode.bytes, .oneTimeCode)
        self.user = user
        self.password = password
        self.oneTimeCode = oneTimeCode
    }

    package init(reading reader: inout WireReader) throws(WireError) {
        let user = try String(wire: reader.readBytes8(.user, ProtocolLimits.userLengths), .user)
        let password = try reader.readBytes16(.password, ProtocolLimits.passwordLengths)
        let code = try reader.readBytes8(.oneTimeCode, ProtocolLimits.oneTimeCodeLengths)
        try self.init(user: user, password: Credential(password), oneTimeCode: Credential(code))
    }

    package func write(to writer: inout WireWriter) {
        writer.writeBytes8(user.utf8)
        writer.writeBytes16(password.bytes)
        writer.writeBytes8(oneTimeCode.bytes)
    }
}
