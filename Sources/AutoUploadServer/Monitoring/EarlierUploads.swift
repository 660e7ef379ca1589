import Catalogue
package import Connections
import Domain
package import Platform
import SQLite

/// Finds out, once the catalogue can tell, when each user has sent something before the server began.
package enum EarlierUploads {
    /// Seconds between two attempts.
    private static let pause = 2.0

    package static func find(_ services: @escaping @Sendable () -> Services) throws(SystemError) {
        try Thread.detach {
            Thread.lowerPriority()
            while !services().registry.isStopping {
                if learn(services()) { return }
                Thread.sleep(seconds: pause)
            }
        }
    }

    /// - Returns: whether that was all.
    private static func learn(_ services: Services) -> Bool {
        let catalogue = services.catalogue
        guard catalogue.isWanted else { return true }
        // What it lacks yet would make a user seem silent.
        if catalogue.isRebuilding { return false }
        do throws(CatalogueError) {
            let totals = try catalogue.read { connection throws(SQLiteError) in try connection.totals() }
            services.counts.learn(totals.compactMap { total in total.lastUpload.map { (total.user, $0) } })
            return true
        } catch {
            return false
        }
    }
}
