// The bounds of a topology, all in one place.

package enum TopologyLimits {
  /// Bytes of a topology file.
  package static let fileSizeMax = 4 << 20
  /// Open brackets and braces in the file; the format itself needs 9.
  package static let nestingMax = 16
  package static let serviceCountMax = 1_024
  package static let replicasMax = 64
  package static let workersMax = 64
  /// Each side of a ratio of writes to reads.
  package static let ratioPartMax = 1_000
  package static let stepCountMax = 1_024
  package static let parallelCallCountMax = 256
  /// Bytes of a payload or a response.
  package static let payloadSizeMax = 8 << 20
  /// Bytes of the message that calls of another service's method send.
  package static let messageSizeMax = 64 << 10
  package static let durationNanosecondsMax: Int64 = 3_600_000_000_000
  /// Turns of the loop of one step, some seconds.
  package static let iterationsMax: Int64 = 10_000_000_000
  package static let retriesMax = 16
  /// Requests under way at once on one connection.
  package static let pipelineMax = 256
  package static let keysPerLayerMax = 64
  package static let maxDepthMax = 1_024
  /// Bytes of a service's name, and of a key that `set` names.
  package static let nameSizeMax = 64
  /// Bytes of a text value that `set` gives.
  package static let textSizeMax = 4_096
  /// Keys of one `set`.
  package static let assignmentCountMax = 64
  /// Rules of one gateway.
  package static let gatewayRuleCountMax = 64
  /// Header fields that the client is told to send.
  package static let clientFieldCountMax = 64
  /// Kinds of bad requests that the client sends.
  package static let badRequestKindCountMax = 16
  /// Thousandths of a CPU that a process may use.
  package static let cpuThousandthsMax = 1_024_000
  /// Bytes that a process may use.
  package static let memorySizeMax = 1 << 40
  /// Depth of a generated chain.
  package static let chainDepthMax = 64
}
