// What was counted in a pass of its own, one request under way: exact, and repeated exactly by the same build.

package struct CountingPass: Codable, Equatable, Sendable {
  package enum Method: String, Codable, Equatable, Sendable {
    /// malloc and the system-call wrappers of libc, interposed in the executable.
    case mallocInterposition = "malloc-interposition"
    /// This build cannot count allocations or system calls.
    case none
  }

  package var arm: String
  package var depth: Int
  /// Always 1.
  package var inFlight: Int
  /// Requests between the two readings whose difference is counted.
  package var requests: Int
  package var method: Method
  /// In the order of the topology.
  package var nodes: [NodeCounts]
  package var client: ClientCounts

  package init(
    arm: String, depth: Int, inFlight: Int = 1, requests: Int, method: Method, nodes: [NodeCounts],
    client: ClientCounts
  ) {
    self.arm = arm
    self.depth = depth
    self.inFlight = inFlight
    self.requests = requests
    self.method = method
    self.nodes = nodes
    self.client = client
  }
}

/// Per client request, for one node. The first three are absent when the method is `none`.
package struct NodeCounts: Codable, Equatable, Sendable {
  package var service: String
  package var replica: Int
  /// 0 for a node that the depth did not reach.
  package var deliveriesPerRequest: Double
  package var allocationsPerRequest: Double?
  package var allocatedBytesPerRequest: Double?
  package var systemCallsPerRequest: Double?
  /// Calls that the program makes of the Swift runtime, in processes of their own; what the runtime does inside is not in
  /// them. Absent where the library that counts them is not beside the program.
  package var retainsPerRequest: Double?
  package var releasesPerRequest: Double?
  /// Header fields and binary section of the context, per request that arrived.
  package var contextBytesInPerDelivery: Double
  package var payloadBytesInPerDelivery: Double
  package var contextKeysPerDelivery: Double

  package init(
    service: String, replica: Int, deliveriesPerRequest: Double, allocationsPerRequest: Double?,
    allocatedBytesPerRequest: Double?, systemCallsPerRequest: Double?, contextBytesInPerDelivery: Double,
    payloadBytesInPerDelivery: Double, contextKeysPerDelivery: Double, retainsPerRequest: Double? = nil,
    releasesPerRequest: Double? = nil
  ) {
    self.service = service
    self.replica = replica
    self.deliveriesPerRequest = deliveriesPerRequest
    self.allocationsPerRequest = allocationsPerRequest
    self.allocatedBytesPerRequest = allocatedBytesPerRequest
    self.systemCallsPerRequest = systemCallsPerRequest
    self.contextBytesInPerDelivery = contextBytesInPerDelivery
    self.payloadBytesInPerDelivery = payloadBytesInPerDelivery
    self.contextKeysPerDelivery = contextKeysPerDelivery
    self.retainsPerRequest = retainsPerRequest
    self.releasesPerRequest = releasesPerRequest
  }
}

package struct ClientCounts: Codable, Equatable, Sendable {
  package var allocationsPerRequest: Double?

  package init(allocationsPerRequest: Double?) {
    self.allocationsPerRequest = allocationsPerRequest
  }
}

/// What crossed the wire per hop, from the counting pass at this depth: what the propagator wrote, what the transport added,
/// and payload.
package struct HopBytes: Codable, Equatable, Sendable {
  package var arm: String
  package var depth: Int
  /// That of the arm: `mixed` where edges differ, absent in older documents, which have `frame`.
  package var transport: String?
  /// Of a request, as it lies on the wire: names, lengths and base64 included.
  package var contextBytesPerHop: Double
  /// Of a request.
  package var payloadBytesPerHop: Double
  /// The transport's own bytes of a request; absent in older documents where they are not the same in every message.
  package var headerBytesPerHop: Double?
  /// The same of its answer, and the answer's payload; absent in older documents.
  package var answerHeaderBytesPerHop: Double?
  package var answerPayloadBytesPerHop: Double?
  /// Entries of the context that arrived at the deepest service.
  package var contextKeysAtDeepest: Double
  /// Over a transport that compresses header fields: bytes of the context before that, and fields of a request that its table
  /// took in, each pushing out what has no room; absent over others.
  package var uncompressedContextBytesPerHop: Double?
  package var tableInsertionsPerHop: Double?

  package init(
    arm: String, depth: Int, transport: String? = nil, contextBytesPerHop: Double, payloadBytesPerHop: Double,
    headerBytesPerHop: Double?, answerHeaderBytesPerHop: Double? = nil, answerPayloadBytesPerHop: Double? = nil,
    contextKeysAtDeepest: Double, uncompressedContextBytesPerHop: Double? = nil, tableInsertionsPerHop: Double? = nil
  ) {
    self.arm = arm
    self.depth = depth
    self.transport = transport
    self.contextBytesPerHop = contextBytesPerHop
    self.payloadBytesPerHop = payloadBytesPerHop
    self.headerBytesPerHop = headerBytesPerHop
    self.answerHeaderBytesPerHop = answerHeaderBytesPerHop
    self.answerPayloadBytesPerHop = answerPayloadBytesPerHop
    self.contextKeysAtDeepest = contextKeysAtDeepest
    self.uncompressedContextBytesPerHop = uncompressedContextBytesPerHop
    self.tableInsertionsPerHop = tableInsertionsPerHop
  }
}
