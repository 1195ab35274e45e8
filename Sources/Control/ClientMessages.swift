// What launcher and load client say to each other: one JSON document per line on the control channel. Types only.

package import Statistics
package import Topology

package struct ClientConfiguration: Codable, Equatable, Sendable {
  package var entry: [ServiceAddress]
  package var topology: Topology
  package var connections: Int
  package var seed: UInt64
  /// Bytes that `opaque` carries; nil for those that `packed` would send.
  package var opaqueSize: Int?
  /// Of an entry that was not started for this topology; nil: it was.
  package var strangeEntry: StrangeEntry?

  package init(
    entry: [ServiceAddress], topology: Topology, connections: Int, seed: UInt64, opaqueSize: Int? = nil,
    strangeEntry: StrangeEntry? = nil
  ) {
    self.entry = entry
    self.topology = topology
    self.connections = connections
    self.seed = seed
    self.opaqueSize = opaqueSize
    self.strangeEntry = strangeEntry
  }
}

/// How an entry is asked that runs already.
package struct StrangeEntry: Codable, Equatable, Sendable {
  /// Set where it is any server of HTTP/1.1 or gRPC, and not one of this program's services.
  package var request: ServerRequest?

  package init(request: ServerRequest? = nil) { self.request = request }
}

/// What a server that is not ours is asked for, and which answers are good.
package struct ServerRequest: Codable, Equatable, Sendable {
  /// As Host has it.
  package var authority: String
  package var method: String
  /// With a query, if there is one.
  package var path: String
  /// Nil: as many bytes as the client's payload has, which nobody reads.
  package var body: [UInt8]?
  package var expected: StatusExpectation
  /// Requests under way at once on a connection.
  package var pipeline: Int
  /// Over gRPC: `path` is a method, `/` the chain's own, and what is expected are gRPC's statuses. Nil: over HTTP/1.1.
  package var isGRPC: Bool?

  package init(
    authority: String, method: String, path: String, body: [UInt8]?, expected: StatusExpectation, pipeline: Int
  ) {
    self.authority = authority
    self.method = method
    self.path = path
    self.body = body
    self.expected = expected
    self.pipeline = pipeline
  }
}

package enum LoadMode: Codable, Equatable, Sendable {
  /// So many requests are always under way.
  case closed(inFlight: Int)
  /// Requests per second, planned ahead, whatever comes back.
  case open(rate: Double, poisson: Bool)
}

/// One stretch of load. Times in nanoseconds.
package struct TrialOrder: Codable, Equatable, Sendable {
  package var token: Int
  package var mode: LoadMode
  /// Connections used, at most as many as are open.
  package var connections: Int
  package var hopsLeft: Int
  /// Before the window opens: this long, or 64 requests that have ended, whichever comes later; in an open loop those that
  /// are planned within `settleNanosecondsMax`, when they are fewer.
  package var settleNanoseconds: Int64
  /// The window opens after so long, whatever has ended.
  package var settleNanosecondsMax: Int64
  package var windowNanoseconds: Int64
  /// When set, the trial is this many requests instead of a time, all of them in the window.
  package var requestCount: Int?
  /// A request without a reply for so long is cancelled and counted as timed out; also the deadline it carries, unless
  /// `deadlineNanoseconds` says otherwise.
  package var timeoutNanoseconds: Int64
  /// What requests say is left, where that is not the timeout; 0: nothing is said. Nil: the timeout.
  package var deadlineNanoseconds: Int64?
  /// How long to wait for replies after the last request was sent.
  package var drainNanoseconds: Int64
  package var seed: UInt64
  /// Cut the window into so many nanoseconds each and report completions per piece; 0 = do not.
  package var pieceNanoseconds: Int64
  /// How long to go on without any connection, trying to get one again; nil: what is lost is not replaced.
  package var reconnectNanosecondsMax: Int64?
  /// Requests ask every node to clock its stages, and the client clocks its own; nil: no.
  package var clocksStages: Bool?
  /// The client sends in turns, as it is told to, instead of for a time: its window is all turns that count, together, and
  /// `finish` ends the trial. Closed loops only; nil: no.
  package var takesTurns: Bool?
  /// The client tells how far it is so often; nil: not before the end.
  package var progressNanoseconds: Int64?
  /// And how long its requests have taken so far; nil: no.
  package var tellsLatency: Bool?

  package init(
    token: Int, mode: LoadMode, connections: Int, hopsLeft: Int, settleNanoseconds: Int64,
    settleNanosecondsMax: Int64 = 3_600_000_000_000, windowNanoseconds: Int64, requestCount: Int?,
    timeoutNanoseconds: Int64, drainNanoseconds: Int64, seed: UInt64, pieceNanoseconds: Int64 = 0
  ) {
    self.token = token
    self.mode = mode
    self.connections = connections
    self.hopsLeft = hopsLeft
    self.settleNanoseconds = settleNanoseconds
    self.settleNanosecondsMax = settleNanosecondsMax
    self.windowNanoseconds = windowNanoseconds
    self.requestCount = requestCount
    self.timeoutNanoseconds = timeoutNanoseconds
    self.drainNanoseconds = drainNanoseconds
    self.seed = seed
    self.pieceNanoseconds = pieceNanoseconds
  }
}

package enum ClientCommand: Codable, Equatable, Sendable {
  case configure(ClientConfiguration)
  /// Another strategy in the same process set: new contexts, and a new hello to the entry.
  case replaceTopology(Topology)
  case run(TrialOrder)
  /// Sends requests that carry the echo flag, and holds what comes back against the declared rules.
  case verify(token: Int, requestCount: Int, inFlight: Int, hopsLeft: Int, timeoutNanoseconds: Int64)
  /// The same with one request, of which the reply tells what was sent and what each node saw.
  case explain(token: Int, hopsLeft: Int, timeoutNanoseconds: Int64)
  /// Of a trial in turns: load for so long, then wait until every request has ended.
  case turn(nanoseconds: Int64, counts: Bool)
  /// Ends the running trial: no new requests, drain, report.
  case finish
  case stop
}

/// What one trial brought.
package struct TrialOutcome: Codable, Sendable {
  package var token: Int
  /// Over the whole trial, settling and draining included.
  package var ledger: Ledger
  /// False when the window opened because settling took too long.
  package var isSettled = true
  package var windowNanoseconds: Int64
  package var completedInWindow: UInt64
  /// Open loop: requests that were due in the window and that the client had not sent when it closed. They are not in
  /// the ledger. Nil from programs that do not count them yet: `compare --against` measures those too.
  package var unsentCount: UInt64?
  /// Of what did not complete, but for what was censored; nil from programs that do not count it yet, as the next two.
  package var failures: [FailureCount]?
  /// What a server that is not ours has answered, by status; nil of others.
  package var statuses: [StatusCount]?
  package var lostConnectionCount: UInt64?
  /// Why the trial ended before its time.
  package var earlyEnd: String?
  /// From the intended send time. Requests planned in the window; what did not complete is in it as a lower bound.
  package var responseTime: LatencyHistogram
  /// From the actual send time; nil in a closed loop, where it is the response time.
  package var serviceTime: LatencyHistogram?
  /// Actual minus intended send time; nil in a closed loop, where it is 0.
  package var sendLag: LatencyHistogram?
  /// Completions per piece of the window, when the order asked for pieces.
  package var pieces: [UInt32]
  /// What the client itself asked of the allocator and the kernel in the window.
  package var meter = MeterReading()
  /// When the order asked for them.
  package var stages: ClientStageSums?

  package init(
    token: Int, ledger: Ledger, windowNanoseconds: Int64, completedInWindow: UInt64,
    responseTime: LatencyHistogram, serviceTime: LatencyHistogram?, sendLag: LatencyHistogram?, pieces: [UInt32]
  ) {
    self.token = token
    self.ledger = ledger
    self.windowNanoseconds = windowNanoseconds
    self.completedInWindow = completedInWindow
    self.responseTime = responseTime
    self.serviceTime = serviceTime
    self.sendLag = sendLag
    self.pieces = pieces
  }
}

/// What the contexts that came back say.
package struct FidelityOutcome: Codable, Equatable, Sendable {
  package var token: Int
  package var requests: Int
  /// Contexts compared, one per node that a request passed.
  package var views: Int
  /// Requests that failed or timed out: nothing to compare.
  package var failed: Int
  /// Keys that some leaf does not see, or sees changed, by the declared rules; in alphabetical order.
  package var lostKeys: [String]
  /// `caller → callee` of the first edge behind which a context is not what the rules say.
  package var firstDifferingEdge: String?
  package var expected: String?
  package var found: String?
  /// Services of which no view came, though requests may pass them: they lie behind externals. Nil: none.
  package var unheard: [String]?

  package init(
    token: Int, requests: Int = 0, views: Int = 0, failed: Int = 0, lostKeys: [String] = [],
    firstDifferingEdge: String? = nil, expected: String? = nil, found: String? = nil
  ) {
    self.token = token
    self.requests = requests
    self.views = views
    self.failed = failed
    self.lostKeys = lostKeys
    self.firstDifferingEdge = firstDifferingEdge
    self.expected = expected
    self.found = found
  }
}

/// A context at one place, as text for people.
package struct SeenContext: Codable, Equatable, Sendable {
  /// `client`, or the path of services to the one that saw it.
  package var place: String
  /// What holds it: of the client's the fields and the section as they were sent, of a node's the packed image that it
  /// sent back.
  package var bytes: [String]
  /// What can be read in it.
  package var entries: [String]

  package init(place: String, bytes: [String], entries: [String]) {
    self.place = place
    self.bytes = bytes
    self.entries = entries
  }
}

package enum ClientReport: Codable, Sendable {
  /// Every connection to the entry has exchanged its hello. Programs of before say nothing of turns, and take none.
  case connected(takesTurns: Bool?)
  case windowOpened(token: Int)
  case windowClosed(token: Int)
  /// Nothing is under way: a trial in turns is ready for its first, or for another.
  case rested(token: Int)
  /// Of the trial under way, to the moment, where its order asks for it.
  case progress(token: Int, TrialProgress)
  case finished(TrialOutcome)
  /// Programs of before say nothing of losses: `compare --against` runs those too.
  case verified(FidelityOutcome, losses: FidelityLosses?)
  case explained(token: Int, [SeenContext])
  case failed(String)
}
