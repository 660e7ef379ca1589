import Platform
import TestSupport
import Testing

@Suite("Locks and leases")
struct LockTests {
    private let folder: Directory
    private let scratch: ScratchFolder
    private let name: FileName

    init() throws {
        scratch = try ScratchFolder("lock")
        try scratch.write("x", to: "file")
        folder = try Directory.open(path: scratch.path)
        name = try #require(FileName("file"))
    }

    @Test("an exclusive lock stands alone, shared ones beside each other")
    func locks() throws {
        let one = try folder.open(name, .reading)
        let other = try folder.open(name, .reading)
        #expect(try one.tryLock(exclusive: false) == true)
        #expect(try other.tryLock(exclusive: false) == true)
        #expect(try one.tryLock(exclusive: true) == false)
        try other.close()
        #expect(try one.tryLock(exclusive: true) == true)
        let third = try folder.open(name, .reading)
        #expect(try third.tryLock(exclusive: false) == false)
        #expect(try third.lock(exclusive: true, until: .after(seconds: 0)) == false)
        try one.close()
        #expect(try third.lock(exclusive: true, until: .after(seconds: 30)) == true)
    }

    @Test("who waits for a lock gets it when it is let go")
    func waiting() throws {
        let holder = try folder.open(name, .reading)
        try holder.lock(exclusive: true)
        let (locked, event) = (Monitor(false), Event())
        let (folder, name) = (folder, name)
        try Thread.detach {
            let waiter = try? folder.open(name, .reading)
            _ = (try? waiter?.lock(exclusive: true)) != nil
            locked.change { $0 = true }
            event.signal()
        }
        #expect(!locked.change { $0 })
        try holder.close()
        #expect(event.wait(until: .after(seconds: 30)))
        #expect(locked.change { $0 })
    }

    @Test("who writes a file is noticed, and not once it is closed")
    func writers() throws {
        let reader = try folder.open(name, .reading)
        #expect(reader.writerState() == .none)
        let writer = try folder.open(name, .readingAndWriting)
        #expect(reader.writerState() == .writing)
        try writer.close()
        #expect(isFreeSoon { reader.writerState() })
    }

    @Test("a write lease proves that nobody else has the file open")
    func writeLease() throws {
        let reader = try folder.open(name, .reading)
        do {
            let file = try folder.open(name, .readingAndWriting)
            #expect(file.takeWriteLease() == .writing)
            #expect(file.holdsWriteLease() == false)
        }
        try reader.close()
        let file = try folder.open(name, .readingAndWriting)
        #expect(isFreeSoon { file.takeWriteLease() })
        #expect(file.holdsWriteLease() == true)
    }

    /// A child that another test has forked holds a copy of every descriptor until it runs its own program.
    private func isFreeSoon(_ state: () -> WriterState) -> Bool {
        let deadline = Deadline.after(seconds: 30)
        while state() != .none {
            if deadline.hasPassed { return false }
            Thread.sleep(seconds: 0.001)
        }
        return true
    }
}
