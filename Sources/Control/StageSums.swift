// Where the time of requests went in one process, summed over the requests of a stage pass. Plain values.

internal import Results

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
