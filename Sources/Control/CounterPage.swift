// What a node counts while it works, in memory that the launcher maps as well: reading it disturbs nobody, and it
// outlives a node that dies. One writer (a worker of the node), any number of readers; every field is one aligned 64-bit
// word.

package import Results

/// The layout of the shared page. Plain stores and loads: a reader may see one field newer than another by the work of
/// a request.
package struct CounterPage {
  /// Requests that arrived (a hop each).
  package var deliveries: UInt64 = 0
  package var responses: UInt64 = 0
  /// Requests answered with an error status.
  package var errors: UInt64 = 0
  /// Requests whose caller cancelled or left.
  package var cancelled: UInt64 = 0
  /// Requests answered DEADLINE_EXCEEDED, those in `errors` included.
  package var deadlineExceeded: UInt64 = 0
  /// Requests refused with RESOURCE_EXHAUSTED.
  package var shed: UInt64 = 0
  package var retries: UInt64 = 0
  /// Replies to calls that were given up before.
  package var lateReplies: UInt64 = 0
  /// Bytes of the context of arrived requests: header fields and binary section. This and the next two are counted only
  /// while `counting` is on.
  package var contextSize: UInt64 = 0
  package var payloadSize: UInt64 = 0
  /// Context entries of arrived requests.
  package var contextKeys: UInt64 = 0
  /// Requests in which an extraction had to drop something.
  package var extractionDrops: UInt64 = 0
  /// Sum of the standard work's checksums, wrapping.
  package var checksum: UInt64 = 0
  /// Connections closed for bytes that are not a frame, or not allowed here.
  package var faults: UInt64 = 0
  /// The same by reason, in the order of `TransportFault`.
  package var faultsByReason = InlineArray<32, UInt64>(repeating: 0)
  /// Requests that nobody waited for any more and that went on: their caller gave up behind an edge that says
  /// `deadline: ignore`.
  package var abandoned: UInt64 = 0
  /// What was done for requests that had been given up: slices of CPU work begun, sleeps, calls sent.
  package var lateSlices: UInt64 = 0
  package var lateSleeps: UInt64 = 0
  package var lateCalls: UInt64 = 0
  /// The longest time from the first caller's giving up until this node had stopped, in nanoseconds.
  package var stopDurationMax: UInt64 = 0
  /// Requests that the service's gateway refused, by reason, in the order of `GatewayRefusal`; they are in `errors`.
  package var refusalsByReason = InlineArray<8, UInt64>(repeating: 0)

  /// Of a service that keeps contexts, now: those in its table, and their timers.
  package var keptContexts: UInt64 = 0
  package var keptTimers: UInt64 = 0
  /// Calls for which no connection to a callee was there.
  package var unreachedCalls: UInt64 = 0
  /// Optional calls that failed, after whatever tries they had.
  package var toleratedFailures: UInt64 = 0
  /// Microseconds that the last request with an echo flag had left when it arrived.
  package var echoDeadline: UInt64 = 0
  /// Bytes that the transport itself adds to requests that arrived, and to their answers, and payload of the answers.
  /// Counted only while `counting` is on.
  package var protocolSize: UInt64 = 0
  package var answerProtocolSize: UInt64 = 0
  package var answerPayloadSize: UInt64 = 0
  /// The context of arrived requests before compression, and fields that a transport's table took in. Counted as above.
  package var uncompressedContextSize: UInt64 = 0
  package var tableInsertions: UInt64 = 0
  /// Requests in which an extraction dropped something for this reason, in the order of `dropReasons`; one may have several.
  package var extractionDropsByReason = InlineArray<16, UInt64>(repeating: 0)
  /// Calls that came to no good answer, or that no connection took, by callee, in the order of `Service.calleesInOrder`; the last
  /// place has those beyond as well.
  package var failedCallsByEdge = InlineArray<32, UInt64>(repeating: 0)
  /// Spans that a ring took, and those that found it full.
  package var spans: UInt64 = 0
  package var droppedSpans: UInt64 = 0
  /// Edges that the worker has, and those of them that lead to every replica, now.
  package var edges: UInt64 = 0
  package var connectedEdges: UInt64 = 0
  /// 1 while the worker serves: it has been told its edges, all lead to every replica, and it does not drain.
  package var isServing: UInt64 = 0

  package init() {}

  /// Requests that arrived and are not answered yet.
  package var open: UInt64 { deliveries &- responses &- errors &- cancelled }

  /// What reports speak of.
  package subscript(_ counter: NodeCounter) -> UInt64 {
    switch counter {
    case .cancelled: cancelled
    case .deadlineExceeded: deadlineExceeded
    case .abandoned: abandoned
    case .lateSlices: lateSlices
    case .lateSleeps: lateSleeps
    case .lateCalls: lateCalls
    case .stopNanosecondsMax: stopDurationMax
    case .retries: retries
    case .unreachedCalls: unreachedCalls
    case .toleratedFailures: toleratedFailures
    case .spans: spans
    case .droppedSpans: droppedSpans
    }
  }

  /// Places of `failedCallsByEdge`.
  package static let edgeCountMax = 32
  /// Of `extractionDropsByReason`: a gateway left out a field that did not match its rule.
  package static let gatewayDrop = 8

  /// What stands in the places of `extractionDropsByReason`.
  ///
  /// - Parameter extraction: reasons of propagators, in bit order.
  package static func dropReasons(_ extraction: [String]) -> [String] {
    precondition(extraction.count == gatewayDrop, "the reasons of propagators have the places before the gateway's")
    return extraction + ["gateway-field"]
  }

  /// Counts a call that failed.
  package mutating func countFailedCall(edge: Int) { failedCallsByEdge[min(edge, Self.edgeCountMax - 1)] &+= 1 }

  /// Bytes from one worker's page to the next; the shared memory file has as many as the node has workers.
  package static let size = 4096

  /// The pages of so many workers, in memory that holds them.
  package static func pages(
    at memory: UnsafeMutableRawPointer, count: Int
  ) -> [UnsafeMutablePointer<CounterPage>] {
    (0..<count).map { (memory + $0 * size).bindMemory(to: CounterPage.self, capacity: 1) }
  }

  /// What several workers have counted.
  package static func sum(_ pages: some Sequence<CounterPage>) -> CounterPage {
    pages.reduce(into: CounterPage()) { sum, page in
      let (echoDeadline, stopDuration) = (sum.echoDeadline, sum.stopDurationMax)
      sum.combine(page, &+)
      sum.echoDeadline = max(echoDeadline, page.echoDeadline)
      sum.stopDurationMax = max(stopDuration, page.stopDurationMax)
    }
  }

  /// What was counted since an earlier reading; `echoDeadline` and `stopDurationMax` mean nothing in it.
  package func since(_ earlier: CounterPage) -> CounterPage {
    var page = self
    page.combine(earlier, &-)
    return page
  }

  /// In the order of the fields.
  package var words: [UInt64] { withUnsafeBytes(of: self) { Array($0.bindMemory(to: UInt64.self)) } }

  /// Words that are not there are 0; those beyond the fields are left out.
  package init(words: some Collection<UInt64>) {
    self.init()
    withUnsafeMutableBytes(of: &self) { bytes in
      let own = bytes.bindMemory(to: UInt64.self)
      for (index, word) in zip(own.indices, words) { own[index] = word }
    }
  }

  /// What says how things are now, and is no count.
  package mutating func takeGauges(of page: CounterPage) {
    (keptContexts, keptTimers) = (page.keptContexts, page.keptTimers)
    (edges, connectedEdges, isServing) = (page.edges, page.connectedEdges, page.isServing)
  }

  /// Word by word, so that no field can be forgotten.
  private mutating func combine(_ other: CounterPage, _ operation: (UInt64, UInt64) -> UInt64) {
    withUnsafeMutableBytes(of: &self) { mine in
      withUnsafeBytes(of: other) { theirs in
        let words = mine.bindMemory(to: UInt64.self)
        for (index, word) in zip(words.indices, theirs.bindMemory(to: UInt64.self)) {
          words[index] = operation(words[index], word)
        }
      }
    }
  }
}
