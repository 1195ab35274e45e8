// Where the time of requests went, measured in a pass of its own with one request under way. Means per client request, in
// nanoseconds unless the name says otherwise. What follows from them is in Attribution.swift.

package struct StagePass: Codable, Equatable, Sendable {
  package var arm: String
  package var depth: Int
  /// From 0; of the stage pass, which has rounds of its own.
  package var round: Int
  /// Always 1.
  package var inFlight: Int
  /// One request in so many was clocked; always 1.
  package var sampledOneIn: Int
  package var requests: Int
  /// From the send to the reply.
  package var response: Double
  /// Completed requests per second, with the clocks and without, in two trials beside each other.
  package var throughput: Double
  package var throughputWithoutClocks: Double
  package var client: ClientStages
  /// In the order of the topology.
  package var nodes: [NodeStages]

  package init(
    arm: String, depth: Int, round: Int, inFlight: Int = 1, sampledOneIn: Int = 1, requests: Int, response: Double,
    throughput: Double, throughputWithoutClocks: Double, client: ClientStages, nodes: [NodeStages]
  ) {
    self.arm = arm
    self.depth = depth
    self.round = round
    self.inFlight = inFlight
    self.sampledOneIn = sampledOneIn
    self.requests = requests
    self.response = response
    self.throughput = throughput
    self.throughputWithoutClocks = throughputWithoutClocks
    self.client = client
    self.nodes = nodes
  }
}

package struct ClientStages: Codable, Equatable, Sendable {
  /// From the begin of the write to the begin of the read of the reply.
  package var wait: Double
  /// CPU time.
  package var write: Double

  package init(wait: Double, write: Double) {
    self.wait = wait
    self.write = write
  }
}

/// Of one node, all its deliveries of one client request together.
package struct NodeStages: Codable, Equatable, Sendable {
  package var service: String
  package var replica: Int
  package var deliveriesPerRequest: Double
  /// The system call.
  package var read: Double
  /// Received bytes to frame, requests and replies.
  package var decode: Double
  /// Frame to context.
  package var extract: Double
  /// Work with the context.
  package var store: Double
  /// `work` and `sleep` steps of the script.
  package var work: Double
  /// Context to frame.
  package var inject: Double
  /// The rest of the frames that are written, calls and replies.
  package var encode: Double
  /// From the last frame of a turn of the loop to its write.
  package var loop: Double
  /// CPU time of the system call.
  package var write: Double
  /// From the begin of the write of a call to the begin of the read of its reply; of calls that overlap, their sum.
  package var wait: Double
  /// How much of `wait` is there twice, because calls overlap.
  package var overlap: Double
  /// From the begin of the read of a request to the begin of the write of its reply.
  package var residence: Double

  package init(
    service: String, replica: Int, deliveriesPerRequest: Double, read: Double, decode: Double, extract: Double,
    store: Double, work: Double, inject: Double, encode: Double, loop: Double, write: Double, wait: Double,
    overlap: Double,
    residence: Double
  ) {
    self.service = service
    self.replica = replica
    self.deliveriesPerRequest = deliveriesPerRequest
    self.read = read
    self.decode = decode
    self.extract = extract
    self.store = store
    self.work = work
    self.inject = inject
    self.encode = encode
    self.loop = loop
    self.write = write
    self.wait = wait
    self.overlap = overlap
    self.residence = residence
  }
}
