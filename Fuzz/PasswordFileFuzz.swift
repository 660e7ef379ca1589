import Accounts

/// Takes the input as a password file. It must stay as it is, byte for byte; users that it lists must be found; and
/// adding, changing and removing a user must leave every other line alone. Nothing may trap.
@c(LLVMFuzzerTestOneInput)
public func fuzzPasswordFile(_ start: UnsafePointer<UInt8>?, _ count: Int) -> CInt {
    let input = [UInt8](UnsafeBufferPointer(start: start, count: count))
    let file = PasswordFile(input)
    require(file.content == input, "reading altered the file")
    for name in file.names {
        guard let entry = file.entry(for: name) else { fatalError("a user that is listed isn't found") }
        require((try? PasswordHash(entry.hash.text.utf8)) != nil, "a hash isn't read again")
        require(file.line(claiming: name) != nil, "a user's line claims no name")
        checkRemoving(name, from: file)
    }
    checkAdding(to: file)
    checkHash(input)
    return 0
}

private func checkAdding(to file: PasswordFile) {
    guard let name = try? UserName("fuzz"), let hash = try? PasswordHash(sample.utf8) else { return }
    var changed = file
    guard (try? changed.add(name, hash)) != nil else {
        require(file.line(claiming: name) != nil, "a free name was refused")
        return
    }
    require(changed.content.starts(with: file.content), "adding altered what was there")
    require(changed.names == file.names + [name], "adding altered the users")
    require(changed.problems == file.problems, "adding altered the problems")
    require((try? changed.replace(name, hash)) != nil, "a user that was added can't be changed")
    require((try? changed.remove(name)) != nil, "a user that was added can't be removed")
    require(changed.content.starts(with: file.content), "removing altered what was there")
    require(changed.names == file.names, "removing altered the users")
}

private func checkRemoving(_ name: UserName, from file: PasswordFile) {
    var changed = file
    require((try? changed.remove(name)) != nil, "a user that is listed can't be removed")
    require(
        changed.entry(for: name)?.hash.text != file.entry(for: name)?.hash.text || isDoubled(name, in: file),
        "a user that was removed is still there")
    require(changed.content.count < file.content.count, "removing took nothing away")
}

/// Whether a later line claims the name too, and comes into force when the first goes.
private func isDoubled(_ name: UserName, in file: PasswordFile) -> Bool {
    file.problems.contains { if case .duplicate = $0.reason { true } else { false } }
}

private func checkHash(_ input: [UInt8]) {
    guard let hash = try? PasswordHash(input) else { return }
    require(Array(hash.text.utf8) == input, "a hash is written as other bytes than it was read")
}

private let sample = "$argon2id$v=19$m=8,t=1,p=1$c2FsdHNhbHQ$v9K+AuFBZgmnm1Cg/Ibevg"

private func require(_ condition: Bool, _ message: String) {
    if !condition { fatalError(message) }
}
