// Where the time of requests went in one process, summed over the requests of a stage pass. Plain values.

/// A part of a request's time in a node. In the order in which a request comes through them.
package enum Stage: Int, CaseIterable, Sendable {
  /// The system call that reads.
  case read
  /// Received bytes to frame, and to a place in the node's tables.
  case decode
  /// Frame to context.
  case extract
  /// Work with the context: the standard work, `set` steps, and the copy that outlives the received bytes.
  case store
  /// `work` and `sleep` steps.
  case work
  /// Context to frame.
  case inject
  /// What else is written of a frame: header and payload, of calls and of replies.
  case encode
  /// From the last frame of a turn to the begin of its write: the loop, and the clocks of the write.
  case loop
}

/// Of one node. Durations in nanoseconds.
package struct StageSums: Codable, Equatable, Sendable {
  /// Requests that were answered.
  package var requests: Int64 = 0
  /// In the order of `Stage`.
  package var stages = [Int64](repeating: 0, count: Stage.allCases.count)
  /// CPU time of writes, those of replies included.
  package var write: Int64 = 0
  /// From the begin of the write of a call to the begin of the read of its reply, call by call.
  package var wait: Int64 = 0
  /// How much of `wait` was spent on several calls at once.
  package var overlap: Int64 = 0
  /// From the begin of the read of a request to the begin of the write of its reply.
  package var residence: Int64 = 0

  package init() {}

  /// Those of another worker.
  package mutating func add(_ other: StageSums) {
    requests += other.requests
    for index in stages.indices { stages[index] += other.stages[index] }
    write += other.write
    wait += other.wait
    overlap += other.overlap
    residence += other.residence
  }
}

/// The same of the client. Durations in nanoseconds.
package struct ClientStageSums: Codable, Equatable, Sendable {
  /// Requests that were completed.
  package var requests: Int64 = 0
  /// From the send to the reply.
  package var response: Int64 = 0
  /// From the begin of the write to the begin of the read of the reply.
  package var wait: Int64 = 0
  /// CPU time of writes.
  package var write: Int64 = 0

  package init() {}
}
