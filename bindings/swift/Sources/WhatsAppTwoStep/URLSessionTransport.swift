import Foundation

#if canImport(FoundationNetworking)
    import FoundationNetworking
#endif

/// HTTP over `URLSession`: the default.
///
/// Its session is its own, made from a configuration of yours if you give one: proxies, protocols and headers are used as they
/// are. Redirects, cookies and caches are off whatever the configuration says, and time limits come from the settings of
/// ``TwoStepClient``. For certificate pinning, give a delegate: on Apple's platforms it is asked about authentication challenges,
/// and nothing else. On Linux it is never asked, since Foundation has no challenge for a server's certificate there.
///
/// What `URLSession` doesn't let one choose: Apple's may repeat a request by itself when a connection that it kept turns out to be
/// dead. Setting the same PIN twice does no harm.
public final class URLSessionTransport: Transport {
    private let session: URLSession
    private let courier: Courier

    /// A transport with a session of its own.
    public init(configuration: URLSessionConfiguration = .ephemeral, delegate: (any URLSessionDelegate)? = nil) {
        let configuration = configuration.copy() as! URLSessionConfiguration
        configuration.httpCookieStorage = nil
        configuration.urlCache = nil
        configuration.urlCredentialStorage = nil
        configuration.httpMaximumConnectionsPerHost = max(configuration.httpMaximumConnectionsPerHost, 256)
        courier = Courier(challenges: delegate)
        // One at a time: a flight's callbacks come in order.
        let queue = OperationQueue()
        queue.maxConcurrentOperationCount = 1
        session = URLSession(configuration: configuration, delegate: courier, delegateQueue: queue)
    }

    /// A transport with the configuration and the delegate of a session of yours.
    public convenience init(session: URLSession) {
        self.init(configuration: session.configuration, delegate: session.delegate)
    }

    deinit {
        session.finishTasksAndInvalidate()
        #if canImport(FoundationNetworking)
            // Linux's Foundation ends the process where a session goes while its last task still winds up.
            let session = session
            DispatchQueue.global().asyncAfter(deadline: .now() + 1) { withExtendedLifetime(session) {} }
        #endif
    }

    /// Sends the request and gives the answer back.
    public func send(_ request: TransportRequest) async throws -> TransportResponse {
        try Task.checkCancellation()
        let task = session.dataTask(with: try urlRequest(request))
        let flight = Flight(maxBodyBytes: request.maxBodyBytes)
        courier.add(flight, for: task)
        // Of a request without a body URLSession doesn't say when it leaves: only the call's own deadline ends that.
        let guardian = Task {
            try await Task.sleep(for: request.connectTimeout)
            if !request.body.isEmpty, flight.giveUp() { task.cancel() }
        }
        defer {
            guardian.cancel()
            courier.remove(task)
        }
        task.resume()
        guard let end = await flight.end.value else {
            task.cancel()
            throw CancellationError()
        }
        return try end.get()
    }

    private func urlRequest(_ request: TransportRequest) throws -> URLRequest {
        guard let url = URL(string: request.url) else { throw TransportError.connection(URLError(.badURL), beforeSending: true) }
        var out = URLRequest(url: url, cachePolicy: .reloadIgnoringLocalCacheData)
        out.httpMethod = request.method
        out.httpBody = request.body.isEmpty ? nil : request.body
        out.httpShouldHandleCookies = false
        // No limit of its own: the call's deadline rules, and a timer here would win over an answer after the process stood still.
        out.timeoutInterval = 24 * 60 * 60
        // Compression is asked for by nobody: an answer means the same in every language.
        out.setValue("identity", forHTTPHeaderField: "Accept-Encoding")
        for (name, value) in request.headers { out.setValue(value, forHTTPHeaderField: name) }
        return out
    }
}

// Apple's SDK and Linux's differ here, and a method of another type would be no delegate's: redirects would be followed.
#if canImport(FoundationNetworking)
    private typealias Redirects = (URLRequest?) -> Void
    private typealias Dispositions = (URLSession.ResponseDisposition) -> Void
#else
    private typealias Redirects = @Sendable (URLRequest?) -> Void
    private typealias Dispositions = @Sendable (URLSession.ResponseDisposition) -> Void
    private typealias Challenges = @Sendable (URLSession.AuthChallengeDisposition, URLCredential?) -> Void
#endif

/// The session's delegate: hands each callback to its flight.
private final class Courier: NSObject, URLSessionDataDelegate, @unchecked Sendable {
    private let challenges: (any URLSessionDelegate)?
    private let flights = Locked<[Int: Flight]>([:])

    init(challenges: (any URLSessionDelegate)?) {
        self.challenges = challenges
    }

    func add(_ flight: Flight, for task: URLSessionTask) {
        flights.withLock { $0[task.taskIdentifier] = flight }
    }

    func remove(_ task: URLSessionTask) {
        flights.withLock { $0[task.taskIdentifier] = nil }
    }

    private func flight(of task: URLSessionTask) -> Flight? {
        flights.withLock { $0[task.taskIdentifier] }
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, willPerformHTTPRedirection response: HTTPURLResponse,
        newRequest request: URLRequest, completionHandler: @escaping Redirects
    ) {
        completionHandler(nil)
    }

    func urlSession(
        _ session: URLSession, task: URLSessionTask, didSendBodyData bytesSent: Int64, totalBytesSent: Int64,
        totalBytesExpectedToSend: Int64
    ) {
        flight(of: task)?.depart()
    }

    func urlSession(
        _ session: URLSession, dataTask: URLSessionDataTask, didReceive response: URLResponse,
        completionHandler: @escaping Dispositions
    ) {
        let goOn = flight(of: dataTask)?.receive(response) ?? false
        completionHandler(goOn ? .allow : .cancel)
        if !goOn { dataTask.cancel() } // Linux doesn't heed the disposition
    }

    func urlSession(_ session: URLSession, dataTask: URLSessionDataTask, didReceive data: Data) {
        if flight(of: dataTask)?.receive(data) != true { dataTask.cancel() }
    }

    #if !canImport(FoundationNetworking)
        func urlSession(
            _ session: URLSession, task: URLSessionTask, didFinishCollecting metrics: URLSessionTaskMetrics
        ) {
            if metrics.transactionMetrics.contains(where: { $0.requestStartDate != nil }) { flight(of: task)?.depart() }
        }

        func urlSession(
            _ session: URLSession, didReceive challenge: URLAuthenticationChallenge,
            completionHandler: @escaping Challenges
        ) {
            guard let ask = challenges?.urlSession(_:didReceive:completionHandler:) else {
                return completionHandler(.performDefaultHandling, nil)
            }
            ask(session, challenge, completionHandler)
        }
    #endif

    func urlSession(_ session: URLSession, task: URLSessionTask, didCompleteWithError error: (any Error)?) {
        flight(of: task)?.land(error)
    }
}
