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

/// Of one node, all its deliveries of one client request together. In a document every stage is a field.
package struct NodeStages: Equatable, Sendable {
  package var service: String
  package var replica: Int
  package var deliveriesPerRequest: Double
  /// In the order of `Stage`.
  package var stages = [Double](repeating: 0, count: Stage.allCases.count)
  /// CPU time of the system call.
  package var write: Double
  /// From the begin of the write of a call to the begin of the read of its reply; of calls that overlap, their sum.
  package var wait: Double
  /// How much of `wait` is there twice, because calls overlap.
  package var overlap: Double
  /// From the begin of the read of a request to the begin of the write of its reply.
  package var residence: Double

  /// - Parameter stage: nanoseconds of each.
  package init(
    service: String, replica: Int, deliveriesPerRequest: Double, write: Double, wait: Double, overlap: Double,
    residence: Double, stage: (Stage) -> Double
  ) {
    self.service = service
    self.replica = replica
    self.deliveriesPerRequest = deliveriesPerRequest
    self.write = write
    self.wait = wait
    self.overlap = overlap
    self.residence = residence
    stages = Stage.allCases.map(stage)
  }

  package subscript(_ stage: Stage) -> Double {
    get { stages[stage.rawValue] }
    set { stages[stage.rawValue] = newValue }
  }
}

extension NodeStages: Codable {
  package init(from decoder: any Decoder) throws {
    let fields = try decoder.container(keyedBy: FieldName.self)
    service = try fields.decode(String.self, forKey: FieldName("service"))
    replica = try fields.decode(Int.self, forKey: FieldName("replica"))
    deliveriesPerRequest = try fields.decode(Double.self, forKey: FieldName("deliveriesPerRequest"))
    write = try fields.decode(Double.self, forKey: FieldName("write"))
    wait = try fields.decode(Double.self, forKey: FieldName("wait"))
    overlap = try fields.decode(Double.self, forKey: FieldName("overlap"))
    residence = try fields.decode(Double.self, forKey: FieldName("residence"))
    for stage in Stage.allCases {
      let key = FieldName(stage.name)
      self[stage] =
        stage.isInEveryDocument
        ? try fields.decode(Double.self, forKey: key) : try fields.decodeIfPresent(Double.self, forKey: key) ?? 0
    }
  }

  package func encode(to encoder: any Encoder) throws {
    var fields = encoder.container(keyedBy: FieldName.self)
    try fields.encode(service, forKey: FieldName("service"))
    try fields.encode(replica, forKey: FieldName("replica"))
    try fields.encode(deliveriesPerRequest, forKey: FieldName("deliveriesPerRequest"))
    try fields.encode(write, forKey: FieldName("write"))
    try fields.encode(wait, forKey: FieldName("wait"))
    try fields.encode(overlap, forKey: FieldName("overlap"))
    try fields.encode(residence, forKey: FieldName("residence"))
    for stage in Stage.allCases { try fields.encode(self[stage], forKey: FieldName(stage.name)) }
  }
}
