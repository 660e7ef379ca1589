import Catalogue
import Domain
import HTTP
import Logins
import Platform
import Storage

/// Where a file goes that comes by a link. Its sender mustn't learn what is there: so a folder that can't be made, as there is a file of
/// its name, gets an ending, and the sender is told of the file as if it hadn't.
struct DropPlace {
    /// In the user's folder.
    let path: RemotePath
    let mark: DropMark

    /// - Parameter path: as the sender names it.
    init(of path: RemotePath, by link: LinkID, in home: Home, _ vault: Vault) throws(WebRefusal) {
        var (names, renamed) = (path.components, [Int]())
        for index in names.indices.dropLast() {
            let folder = try FileOffer.path(Array(names[...index]))
            let isFile = (try? vault.open(user: home.user, path: try home.webPlace(of: folder))) ?? nil != nil
            guard isFile else { continue }
            names[index] += Self.ending(link)
            renamed.append(index)
        }
        self.path = try home.webPlace(of: try FileOffer.path(names))
        mark = DropMark(link: link, renamed: renamed)
    }

    /// The same for all that comes by the link: what was in one folder stays together.
    private static func ending(_ link: LinkID) -> [UInt8] {
        Array("-\(link.publicName?.suffix(8) ?? "folder")".utf8)
    }

    /// As its sender names it.
    static func name(of path: RemotePath, _ mark: DropMark, in home: Home) -> RemotePath {
        let own = home.name(of: path)
        var names = own.components
        let ending = ending(mark.link)
        for index in mark.renamed
        where names.indices.contains(index) && names[index].suffix(ending.count) == ending[...] {
            names[index].removeLast(ending.count)
        }
        return (try? RemotePath(components: names)) ?? own
    }
}
