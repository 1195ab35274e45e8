// The words of a node's page of counters as families: what each is called. Those that reports speak of have their names
// from there; a word that stands here in no list is in `unexported`, with the reason, or a test fails.

internal import Control
internal import Propagation
internal import Results
internal import Topology
internal import TransportMessages

/// Of one family: where its number lies in a page, and what is said of it.
package struct NodeWord: Sendable {
  enum Reading: Sendable {
    /// Of all processes that there have been.
    case count(@Sendable (CounterPage) -> UInt64)
    /// The largest of all, nanoseconds.
    case longest(@Sendable (CounterPage) -> UInt64)
    /// Of the process that runs now.
    case now(@Sendable (CounterPage) -> UInt64)
    /// A count for each reason, in the order of the page. One that has not come yet is shown as 0 where `showsZero`.
    case reasons([String], showsZero: Bool, @Sendable (CounterPage, Int) -> UInt64)
  }

  let name: String
  let help: String
  let reading: Reading

  static let all: [NodeWord] = own + reported + byReason

  private static func count(
    _ name: String, _ help: String, _ read: @escaping @Sendable (CounterPage) -> UInt64
  ) -> NodeWord {
    NodeWord(name: "ctxchain_\(name)_total", help: help, reading: .count(read))
  }

  /// Those that no report lists under a name of their own.
  private static let own = [
    count("deliveries", "Requests that arrived at a node, a hop each.") { $0.deliveries },
    count("responses", "Requests that a node answered well.") { $0.responses },
    count("errors", "Requests that a node answered with an error status.") { $0.errors },
    count("shed", "Requests and calls that a node refused for want of room.") { $0.shed },
    count("late_replies", "Replies to calls that had been given up before.") { $0.lateReplies },
    count("dropping_requests", "Requests of whose context an extraction had to drop something.") { $0.extractionDrops },
    count("faults", "Connections that a node closed for what came over them.") { $0.faults },
    counted("context_bytes", "Bytes of the context of requests that arrived.") { $0.contextSize },
    counted("uncompressed_context_bytes", "The same before compression.") { $0.uncompressedContextSize },
    counted("payload_bytes", "Bytes of the payload of requests that arrived.") { $0.payloadSize },
    counted("answer_payload_bytes", "Bytes of the payload of their answers.") { $0.answerPayloadSize },
    counted("protocol_bytes", "Bytes that the transport adds to requests that arrived.") { $0.protocolSize },
    counted("answer_protocol_bytes", "Bytes that the transport adds to their answers.") { $0.answerProtocolSize },
    counted("context_keys", "Context entries of requests that arrived.") { $0.contextKeys },
    counted("table_insertions", "Fields that a transport's table took in.") { $0.tableInsertions },
    NodeWord(
      name: "ctxchain_kept_contexts", help: "Contexts that a service keeps now.", reading: .now { $0.keptContexts }),
    NodeWord(name: "ctxchain_kept_timers", help: "Timers of kept contexts now.", reading: .now { $0.keptTimers }),
    NodeWord(name: "ctxchain_edges", help: "Edges that a node's workers have now.", reading: .now { $0.edges }),
    NodeWord(
      name: "ctxchain_connected_edges", help: "Those of them that lead to every replica of their callee now.",
      reading: .now { $0.connectedEdges }),
  ]

  private static func counted(
    _ name: String, _ help: String, _ read: @escaping @Sendable (CounterPage) -> UInt64
  ) -> NodeWord {
    count("counted_" + name, help + " Only while a counting pass runs.", read)
  }

  /// Those of reports: what is added there comes here by itself.
  private static let reported = NodeCounter.allCases.map { counter in
    let (column, title) = (counter.facts.column, counter.facts.title)
    return counter.isLongest
      ? NodeWord(
        name: "ctxchain_" + column.replacing("_ns_", with: "_seconds_"),
        help: "The longest: \(title.replacing(", ns", with: "")).", reading: .longest { $0[counter] })
      : count(column, "Counted by nodes: \(title).") { $0[counter] }
  }

  private static let byReason = [
    NodeWord(
      name: "ctxchain_extraction_drops_total",
      help: "Requests of whose context an extraction dropped something, by reason; one may have several.",
      reading: .reasons(CounterPage.dropReasons(ExtractionDrops.reasons), showsZero: true) {
        $0.extractionDropsByReason[$1]
      }),
    NodeWord(
      name: "ctxchain_refused_requests_total", help: "Requests that a gateway refused, by reason.",
      reading: .reasons(GatewayRefusal.allCases.map { "\($0)" }, showsZero: false) { $0.refusalsByReason[$1] }),
    NodeWord(
      name: "ctxchain_closed_connections_total",
      help: "Connections that a node closed for what came over them, by reason.",
      reading: .reasons(TransportFault.allCases.map { "\($0)" }, showsZero: false) { $0.faultsByReason[$1] }),
  ]

  /// Words of a page that no family has, with the reason.
  package static let unexported: [(offset: Int?, name: String, reason: String)] = [
    (
      MemoryLayout<CounterPage>.offset(of: \.checksum), "checksum",
      "a sum that wraps; it keeps work from being left out"
    ),
    (
      MemoryLayout<CounterPage>.offset(of: \.echoDeadline), "echoDeadline",
      "of the last request of a fidelity pass alone"
    ),
    (MemoryLayout<CounterPage>.offset(of: \.isServing), "isServing", "what /ready answers"),
  ]
}
