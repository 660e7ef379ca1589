import Connections
import Domain
import Events
import Logins
import Platform
import Storage
import Transport
import Wire

/// Does what the state machine says.
extension Connection {
    mutating func perform(_ actions: [SessionAction]) {
        for action in actions { perform(action) }
    }

    private mutating func perform(_ action: SessionAction) {
        switch action {
        case .send(let message): link.queue(message)
        case .refuse(let upload, let path, let refusal): refuse(upload, path, Declined(refusal))
        case .verify(let login): verify(login)
        case .verifyToken(let token): verify(token)
        case .begin(let upload, let offer, let path): begin(upload, offer, path)
        case .commit(let upload, let digest):
            guard let partial = uploads.partial(upload) else { return }
            commits.add(FinishedUpload(upload: upload, commit: PendingCommit(partial: partial, digest: digest)))
        case .discard(let upload): uploads.discard(upload)
        case .look(let upload, let query, let path): look(upload, query, path)
        case .close(let refusal): close(refusal)
        }
    }

    private mutating func verify(_ login: Authenticate) {
        peer.user = login.user
        let gate = services.gate
        let decision = LoginDesk(gate: gate, membership: membership).decide(
            LoginAttempt(login), from: link.peer.group)
        conclude(decision, protection: link.protection) { login in gate.grantToken(to: login) }
    }

    /// No other token comes of it: else a stolen one would serve for ever.
    private mutating func verify(_ token: Reauthenticate) {
        let desk = LoginDesk(gate: services.gate, membership: membership)
        conclude(desk.decide(token: token.token), protection: "\(link.protection) by token") { _ in nil }
    }

    private mutating func conclude(
        _ decision: LoginDesk.Decision, protection: String, _ grantToken: (Login) -> LoginTokens.Token?
    ) {
        switch decision {
        case .over: endOfInput()
        case .granted(let home, let login):
            (self.home, peer.user, peer.account) = (home, "\(login.user)", home.user)
            patience.loggedIn()
            services.report(.loggedIn(peer, protection: protection))
            guard let granted = try? services.granted(to: home.user, grantToken(login)) else { return close(nil) }
            perform(state.loginDecided(.success(granted)))
        case .denied(let denial):
            services.report(.loginDenied(peer, denial.refusal, reason: denial.reason))
            perform(state.loginDecided(.failure(denial.refusal)))
        }
    }

    private mutating func begin(_ upload: UInt32, _ offer: Offer, _ path: RemotePath) {
        guard let home else { return }
        let services = services
        do throws(Declined) {
            let path = try Self.place(of: path, in: home)
            let offset = try uploads.begin(
                upload, OfferedFile(user: home.user, path: path, offer), isFresh: offer.isFresh,
                tellsCommitted: state.speaksSecondVersion
            ) { file, offset in services.report(.reclaimed(file, offset: offset)) }
            guard let proceed = try? Proceed(durableOffset: offset) else { return }
            if offset > 0 { services.report(.resumed(peer, path: path, offset: offset)) }
            patience.allowReading(offset)
            state.resumed(upload: upload, at: offset)
            link.queue(.proceed(upload: upload, proceed))
        } catch {
            refuse(upload, path.bytes, error)
        }
    }

    private mutating func look(_ upload: UInt32, _ query: Query, _ asked: RemotePath) {
        guard let home else { return }
        commitFinished()
        // It waits for the server, not for its client.
        membership.standing.rests(true)
        let path: RemotePath
        do throws(Declined) {
            path = try Self.place(of: asked, in: home)
        } catch {
            return refuse(upload, asked.bytes, error)
        }
        switch diskReading.find(query, path, of: home.user) {
        case .over: endOfInput()
        case .declined(let declined): refuse(upload, path.bytes, declined)
        case .found(let stored):
            guard let confirmation = signed([stored]).first else {
                return refuse(upload, path.bytes, Declined(.unsigned))
            }
            services.report(.found(peer, stored))
            state.uploadEnded(upload)
            link.queue(.present(upload: upload, confirmation))
        }
    }

    private static func place(of path: RemotePath, in home: Home) throws(Declined) -> RemotePath {
        do throws(RemotePath.Flaw) {
            return try home.place(of: path)
        } catch {
            throw Declined(Refusal(status: .pathInvalid, text: "with the user's prefix before it, \(error)"))
        }
    }

    /// - Parameter path: for the log, as far as it is known.
    mutating func refuse(_ upload: UInt32, _ path: [UInt8], _ declined: Declined) {
        services.report(.refused(peer, path: path, declined.refusal, reason: declined.reason))
        state.uploadEnded(upload)
        if let kept = uploads.leave(upload) { services.report(.parked(peer, path: kept.path, offset: kept.offset)) }
        link.queue(.refused(upload: upload, declined.refusal))
    }
}
