import Foundation
import TestSupport

/// A tree of files as one crash may leave it. Nobody but its owner may read them.
struct CrashImage {
    /// What becomes of the changes that no flush covers.
    enum Survival: CaseIterable {
        case none, some, all
    }

    private let model: FileSystemModel
    private let survival: Survival
    private var generator: SeededGenerator
    private var paths: [FileSystemModel.Object: String] = [:]
    /// Whether files that have just got their first names are there at all.
    private var hasName: [FileSystemModel.Object: Bool] = [:]
    /// Which changes of names survive, by their time.
    private var renamings: [Int: Bool] = [:]

    init(_ model: FileSystemModel, _ survival: Survival, seed: UInt64) {
        self.model = model
        self.survival = survival
        generator = SeededGenerator(seed: seed)
    }

    /// Writes what a folder holds to a folder that is there.
    mutating func write(_ folder: FileSystemModel.Object, to path: String) throws {
        for (name, object) in entries(of: folder).sorted(by: { $0.key < $1.key }) {
            let place = "\(path)/\(name)"
            if model.folders[object] != nil {
                try Self.files.createDirectory(
                    atPath: place, withIntermediateDirectories: true, attributes: [.posixPermissions: 0o700])
                try write(object, to: place)
            } else if let first = paths[object] {
                try Self.files.linkItem(atPath: first, toPath: place)
            } else {
                let content = Data(content(of: object))
                let made = Self.files.createFile(
                    atPath: place, contents: content, attributes: [.posixPermissions: 0o600])
                guard made else { throw Failure("can't write \(place)") }
                paths[object] = place
            }
        }
    }

    private mutating func entries(of folder: FileSystemModel.Object) -> [String: FileSystemModel.Object] {
        guard let folder = model.folders[folder] else { return [:] }
        var entries = folder.durable
        for change in folder.pending where survives(change.time) { entries.apply(change.change) }
        return entries.filter { isThere($0.value) }
    }

    /// A name that leads to a file which doesn't know that it has one may be taken for a remainder, and removed.
    private mutating func isThere(_ object: FileSystemModel.Object) -> Bool {
        guard model.files[object]?.isBeingNamed == true else { return true }
        if let known = hasName[object] { return known }
        let survives = survives()
        hasName[object] = survives
        return survives
    }

    private mutating func content(of file: FileSystemModel.Object) -> [UInt8] {
        guard let file = model.files[file] else { return [] }
        var content = file.durable
        for change in file.pending where survives() { content.apply(torn(change.change)) }
        return content
    }

    /// Renaming is one step: both folders have it, or neither.
    ///
    /// - Parameter time: of a change of names.
    private mutating func survives(_ time: Int) -> Bool {
        if let known = renamings[time] { return known }
        let survives = survives()
        renamings[time] = survives
        return survives
    }

    private mutating func survives() -> Bool {
        switch survival {
        case .none: false
        case .some: Bool.random(using: &generator)
        case .all: true
        }
    }

    /// A write reaches the medium sector by sector; where it doesn't, the file may have grown all the same.
    private mutating func torn(_ change: FileSystemModel.ContentChange) -> FileSystemModel.ContentChange {
        guard survival == .some, case .write(let offset, var bytes) = change, Bool.random(using: &generator) else {
            return change
        }
        for start in stride(from: 0, to: bytes.count, by: Self.sector) where Bool.random(using: &generator) {
            let end = min(start + Self.sector, bytes.count)
            bytes.replaceSubrange(start..<end, with: repeatElement(0, count: end - start))
        }
        return .write(offset: offset, bytes)
    }

    private static let sector = 512
    private static let files = FileManager.default
}
