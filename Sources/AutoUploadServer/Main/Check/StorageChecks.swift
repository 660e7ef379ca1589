import CommandLine
import Platform
import Receipts
import Storage

/// The storage folder and its disk, and the clock.
struct StorageChecks {
    private let configuration: Configuration
    private let list: Checklist

    init(_ configuration: Configuration, _ list: Checklist) {
        (self.configuration, self.list) = (configuration, list)
    }

    /// - Returns: whether a server runs on the storage folder.
    func run() -> Bool {
        var isServed = false
        do throws(StorageError) {
            let found = try StorageInspection(folder: configuration.folder)
            isServed = found.isServed
            storage(found)
            receipts(found)
            space(found)
        } catch {
            list.failed("storage", "--folder: \(error)", "", .configuration)
            for point in ["receipts", "space"] { list.untried(point) }
        }
        clock()
        return isServed
    }

    private func storage(_ found: StorageInspection) {
        let folder = escaped(configuration.folder)
        var text = "\(folder), file system \(found.kind), "
        text += found.isServed ? "a server runs on it" : found.own == nil ? "new" : "used before"
        if configuration.requiresMarker, !found.isMarked {
            return list.failed(
                "storage", "\(folder) has no marker, so it isn't the one that was used before",
                "mount its disk; if it is to become one, start the server once without --require-marker", .configuration
            )
        }
        switch found.strength {
        case .known: list.passed("storage", text)
        case .conditional(let what): list.warning("storage", "\(text); it \(what)")
        case .weak(let why):
            let reason = "\(text); it \(why)"
            if configuration.allowWeakStorage {
                list.warning("storage", reason, "what is confirmed may be lost with the power")
            } else {
                list.failed("storage", reason, "choose one on a disk's own file system", .configuration)
            }
        }
    }

    private func receipts(_ found: StorageInspection) {
        guard let own = found.own else {
            return list.passed("receipts", "a key will be made")
        }
        do throws(ReceiptKeyError) {
            let choice = try ReceiptKeyChoice(
                chosen: configuration.receiptKey, in: own, isUsed: found.isUsed, at: configuration.folder)
            list.passed("receipts", try choice.look().map { "key \($0)" } ?? "a key will be made")
        } catch {
            list.failed("receipts", "\(error)", "", .configuration)
        }
    }

    private func space(_ found: StorageInspection) {
        guard let room = found.room else {
            return list.warning("space", "the file system doesn't tell how much is free")
        }
        let floor = configuration.space.floor(of: room)
        let text =
            "\(byteText(room.available)) of \(byteText(room.total)) free, of which \(byteText(floor)) stay free (--keep-free)"
        if room.available > floor { return list.passed("space", text) }
        list.failed("space", text + ": uploads are refused", "make room", .temporaryFailure)
    }

    private func clock() {
        let now = currentUnixTime()
        let text = utcText(now)
        if now < BuildDay.unixTime {
            return list.failed(
                "clock", "\(text), which is before this program was built",
                "set it: certificates and one-time codes go by it", .configuration)
        }
        guard ClockState.isSet == false else { return list.passed("clock", text) }
        list.warning(
            "clock", "\(text), and nothing is known to have set it",
            "let a time service run: certificates and one-time codes go by it")
    }
}
