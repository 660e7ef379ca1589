import Accounts
import Catalogue
import Connections
import Events
import HTML
import HTTP
import Logins
import Platform
import SQLite

/// What is asked of `/admin/users`, and of `/admin/users/NAME`, where an admin changes what is set for a user.
struct UsersRequest {
    private let site: AdminSite
    private let context: AdminSite.Context
    private let peer: ServerEvent.Peer

    static let part = "users"

    init(_ site: AdminSite, _ context: AdminSite.Context, _ peer: ServerEvent.Peer) {
        (self.site, self.context, self.peer) = (site, context, peer)
    }

    func show(_ visitor: Visitor) throws(SiteTrouble) -> SiteAnswer {
        if context.request.segments.count == 1 {
            let page = min(max(context.request.query["page"].flatMap { Int($0) } ?? 0, 0), 100_000)
            return SiteAnswer(.ok, UserList(users: context.services.gate.users, page: page).html(for: visitor))
        }
        guard visitor.mayChange else { return SiteAnswer(.forbidden, MessagePage.viewer.html(for: visitor)) }
        return SiteAnswer(.ok, UserPage(user: try user(), canEdit: site.passwordFile.mayEdit).html(for: visitor))
    }

    private func user() throws(SiteTrouble) -> PasswordEntry {
        let names = context.request.segments.dropFirst()
        guard names.count == 1, let name = names.first.flatMap({ try? UserName(bytes: $0) }),
            let entry = context.services.gate.users.first(where: { $0.name == name })
        else { throw .notFound }
        return entry
    }

    // MARK: Changes

    func change(_ form: URLEncodedForm) throws(SiteTrouble) -> SiteAnswer {
        let user = try user()
        let change = try UserForm(form).change
        if change.isEmpty { return SiteAnswer(seeOther: OwnURL("admin", Self.part)) }
        guard site.passwordFile.mayEdit else { throw .cantEdit(nil, command(change, user.name)) }
        do throws(PasswordFileError) {
            try PasswordFileEditor(path: site.passwordFile.path).edit(mustExist: true) {
                file throws(PasswordChangeError) in
                try file.setKeepingAdmin(change, of: user.name)
            }
        } catch {
            if case .refused(.lastAdmin) = error { throw .badForm("\(error).") }
            throw .cantEdit("\(error)", command(change, user.name))
        }
        let words = change.words.map { $0.isEmpty ? "''" : $0 }.joined(separator: " ")
        context.services.report(.userChanged(peer, name: user.name.text, change: words))
        return SiteAnswer(seeOther: OwnURL("admin", Self.part))
    }

    private func command(_ change: UserChange, _ name: UserName) -> String {
        let words = ["adduser", "--update", "-u", name.text, "-f", site.passwordFile.path] + change.words
        return words.map(Self.quoted).joined(separator: " ")
    }

    /// As a shell takes it for one word.
    private static func quoted(_ word: String) -> String {
        let isPlain = !word.isEmpty && word.utf8.allSatisfy { plain.contains($0) }
        return isPlain
            ? word : "'" + word.split(separator: "'", omittingEmptySubsequences: false).joined(separator: "'\\''") + "'"
    }

    private static let plain = Set("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_./@:,+".utf8)
}
