import Platform
import SQLite

/// Something that the writing thread does for somebody who waits for it, unless they have given up first.
final class Job: Sendable {
    private enum Progress {
        case waiting
        case begun
        case over(CatalogueError?)
        /// Nobody waits any more.
        case withdrawn
    }

    private let work: @Sendable (inout CatalogueStore) throws(SQLiteError) -> Void
    private let progress = Monitor(Progress.waiting)

    init(_ work: @escaping @Sendable (inout CatalogueStore) throws(SQLiteError) -> Void) {
        self.work = work
    }

    /// - Throws: what the store can't do, to the thread as well as to who waits.
    func run(on store: inout CatalogueStore) throws(SQLiteError) {
        guard begin() else { return }
        do throws(SQLiteError) {
            try work(&store)
            progress.change { $0 = .over(nil) }
        } catch {
            progress.change { $0 = .over(.failed(error)) }
            throw error
        }
    }

    private func begin() -> Bool {
        progress.change { progress in
            guard case .waiting = progress else { return false }
            progress = .begun
            return true
        }
    }

    /// It can't be done.
    func refuse(_ error: CatalogueError) {
        if begin() { progress.change { $0 = .over(error) } }
    }

    /// - Throws: `.busy` when it hadn't begun by then.
    func wait(within seconds: Double) throws(CatalogueError) {
        let ended: CatalogueError?? = progress.wait(before: .after(seconds: seconds)) { progress in
            if case .over(let error) = progress { .some(error) } else { nil }
        }
        guard let outcome = ended ?? withdraw() else { return }
        throw outcome
    }

    /// What has begun is waited for: it would be done though nobody was told.
    private func withdraw() -> CatalogueError? {
        let isWithdrawn = progress.change { progress in
            guard case .waiting = progress else { return false }
            progress = .withdrawn
            return true
        }
        if isWithdrawn { return .busy }
        return progress.wait { progress -> CatalogueError?? in
            if case .over(let error) = progress { .some(error) } else { nil }
        }
    }
}
