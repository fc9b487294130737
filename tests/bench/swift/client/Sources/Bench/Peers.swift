import Foundation
import WhatsAppTwoStep

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

typealias Call = @Sendable () async throws -> Void

/// Someone who is measured: `connect` makes a client, and gives the function that calls once.
struct Peer: Sendable {
    let version: String
    let isOurs: Bool
    let connect: @Sendable (Arguments) throws -> Call
}

let peers: KeyValuePairs = [
    "whatsapp-two-step": Peer(version: versions.own, isOurs: true, connect: ours),
    "urlsession": Peer(version: versions.swift, isOurs: false, connect: urlSession),
]

private let token = "EAABENCHpKq7ZBZC3xWvMt0aYdRs5LuJf9ZAhG2nEo8iVb4wQcTzX1rUy6mZD"
private let phoneNumberID = "106540352242922"
private let pin = "012345"

@Sendable private func ours(_ arguments: Arguments) throws -> Call {
    let client = try TwoStepClient(accessToken: token, baseURL: arguments.url)
    return { _ = try await client.setTwoStepPin(phoneNumberID: phoneNumberID, pin: pin) }
}

/// URLSession, told of as many calls at once as there are: six to a host is its own limit.
@Sendable private func urlSession(_ arguments: Arguments) throws -> Call {
    let configuration = URLSessionConfiguration.ephemeral
    configuration.httpMaximumConnectionsPerHost = arguments.concurrency
    configuration.timeoutIntervalForRequest = 30
    let session = URLSession(configuration: configuration)
    // Never let go: Linux's Foundation ends the process where a session goes while its last task still winds up.
    _ = Unmanaged.passRetained(session)
    let url = URL(string: "\(arguments.url)/v24.0/\(phoneNumberID)")!
    return {
        var request = URLRequest(url: url)
        request.httpMethod = "POST"
        request.setValue("Bearer \(token)", forHTTPHeaderField: "Authorization")
        request.setValue("application/json", forHTTPHeaderField: "Content-Type")
        request.httpBody = try JSONEncoder().encode(["pin": pin])
        let (body, response) = try await session.data(for: request)
        let answer = try JSONDecoder().decode(Answer.self, from: body)
        guard (response as? HTTPURLResponse)?.statusCode == 200, answer.success else { throw NotSet() }
    }
}

private struct Answer: Decodable { let success: Bool }

private struct NotSet: Error {}
