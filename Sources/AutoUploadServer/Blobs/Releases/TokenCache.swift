import Encodings
import JSON
import Platform

/// What is known of the network's token, with a line for each of the last days.
final class TokenCache: Sendable {
    private struct State {
        var info: [String: JSONValue] = [:]
        /// The newest first, one a day at most.
        var history: [[String: JSONValue]] = []
    }

    private let state = Monitor(State())

    private static let ofInfo = ["maximum_supply", "sent_per_node", "staking_reward_pool"]
    private static let ofHistory = ["current_value", "circulating_supply", "total_nodes"]
    private static let day: Int64 = 86_400
    /// Days.
    private static let longest: Int64 = 30

    /// - Parameter url: whose answer is an object with these members, all of them numbers.
    func question(_ url: String) -> UpstreamQuestion {
        UpstreamQuestion(url, keptAs: FileName(constant: "tokens")) { [self] content, time in
            take(content, time)
        } loading: { [self] kept, _ in
            load(kept)
        }
    }

    private func take(_ content: [UInt8], _ time: Int64) -> [UInt8]? {
        guard let values = JSONValue(content) else { return nil }
        let info = Self.numbers(values, Self.ofInfo)
        var line = Self.numbers(values, Self.ofHistory)
        guard info.count == Self.ofInfo.count, line.count == Self.ofHistory.count else { return nil }
        line["updated"] = .integer(time)
        let entry = line
        return state.withLock { state in
            state.info = info
            let today = time / Self.day
            state.history.removeAll { line in
                let updated = line["updated"]?.integer ?? 0
                return updated / Self.day == today || updated > time || updated < time - Self.longest * Self.day
            }
            state.history.insert(entry, at: 0)
            return Array(Self.text(of: state.info, state.history).text.utf8)
        }
    }

    private func load(_ kept: [UInt8]) -> Bool {
        guard let values = JSONValue(kept), let history = values["history"]?.array else { return false }
        let info = Self.numbers(values, Self.ofInfo)
        guard info.count == Self.ofInfo.count else { return false }
        state.withLock { $0 = State(info: info, history: history.compactMap(\.object)) }
        return true
    }

    private static func numbers(_ values: JSONValue, _ names: [String]) -> [String: JSONValue] {
        var numbers: [String: JSONValue] = [:]
        for name in names where values[name]?.number != nil { numbers[name] = values[name] }
        return numbers
    }

    /// - Parameter days: that it goes back.
    /// - Returns: nil while nothing is known.
    func json(days: Int64, now: Int64) -> JSONText? {
        let (info, history) = state.withLock { ($0.info, $0.history) }
        if info.isEmpty { return nil }
        let recent = history.filter { ($0["updated"]?.integer ?? 0) > now - days * Self.day }
        var json = JSONText()
        json.add("status_code", 200)
        json.add("info", json: Self.text(of: info, recent).text)
        return json
    }

    private static func text(of info: [String: JSONValue], _ history: [[String: JSONValue]]) -> JSONText {
        var json = JSONText()
        write(info, ofInfo, to: &json)
        let lines = history.map { line in
            var json = JSONText()
            write(line, ofHistory + ["updated"], to: &json)
            return json.text
        }
        json.add("history", json: "[" + lines.joined(separator: ",") + "]")
        return json
    }

    private static func write(_ values: [String: JSONValue], _ names: [String], to json: inout JSONText) {
        for name in names {
            switch values[name] {
            case .integer(let number)?: json.add(name, number)
            case .real(let number)?: json.add(name, json: "\(number)")
            default: break
            }
        }
    }
}
