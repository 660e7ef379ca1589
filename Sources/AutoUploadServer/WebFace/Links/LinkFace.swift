import AdminSite
import Catalogue
import Connections
import HTML
import HTTP

/// `/ID` and `/by-name/NAME`: what an admin has shared.
enum LinkFace {
    static func answer(
        _ head: RequestHead, _ id: LinkID, on connection: inout WebConnection
    ) throws(WebTrouble) -> WebAnswer {
        guard let links = connection.rules.admin?.links else { throw .refused(.notFound) }
        let methods = Endpoint.link(id).methods
        guard methods.contains(head.method) else { throw .refused(.methodNotAllowed(methods)) }
        let form = head.method == .post ? try OwnForm.receive(head, on: &connection) : nil
        let desk = LoginDesk(gate: connection.services.gate, membership: connection.membership)
        let answer = links.answer(
            id, head.fields, form: form, isHead: head.method == .head, connection.services, desk, &connection.peer)
        return WebAnswer(answer, to: head)
    }

    /// Whether there is such a file isn't looked at.
    static func redirect(toFileNamed name: [UInt8]) -> WebAnswer {
        var answer = WebAnswer(.seeOther)
        guard let id = LinkID.ofName(name), let place = FieldValue(OwnURL(id.text).text) else {
            return WebAnswer(WebRefusal(.serviceUnavailable, "the server is busy: come again", retryAfter: 30))
        }
        answer.fields.set(.location, place)
        return answer
    }
}
