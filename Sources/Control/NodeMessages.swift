// What launcher and node say to each other: one JSON document per line on the control channel. Types only, no I/O.

package import Topology

/// All that a node needs to know; also what `ctxchain node --config FILE` reads.
package struct NodeConfiguration: Codable, Equatable, Sendable {
  package var service: Service
  /// Position of the service among the topology's, from 1: the layer of its standard work.
  package var layer: Int
  /// From 0.
  package var replica: Int
  package var host: String
  /// 0 takes a free port.
  package var port: UInt16
  package var seed: UInt64
  /// How callers write the context who do not say how; nil: not at all.
  package var assumedPropagator: String?

  package init(
    service: Service, layer: Int, replica: Int, host: String, port: UInt16, seed: UInt64,
    assumedPropagator: String? = nil
  ) {
    self.service = service
    self.layer = layer
    self.replica = replica
    self.host = host
    self.port = port
    self.seed = seed
    self.assumedPropagator = assumedPropagator
  }
}

/// Where the replicas of a callee listen.
package struct CalleeAddresses: Codable, Equatable, Sendable {
  /// Index of the service in the topology, as in `Call.service`.
  package var service: Int
  package var name: String
  package var addresses: [ServiceAddress]
  /// Threads behind each address; nil for one.
  package var workers: Int?
  /// Processes behind each address, whose host is a name of all of them; nil for one.
  package var replicas: Int?
  /// What the callee takes a caller to write who does not say; nil: nobody knows.
  package var assumedPropagator: String?
  /// Set of one that is not ours.
  package var external: ExternalService?

  /// Connections to each worker of a callee that has several.
  package static let connectionsPerWorker = 4

  package init(
    service: Int, name: String, addresses: [ServiceAddress], workers: Int? = nil, assumedPropagator: String? = nil
  ) {
    self.service = service
    self.name = name
    self.addresses = addresses
    self.workers = workers
    self.assumedPropagator = assumedPropagator
  }

  /// Connections to open to each address. One worker needs no more than one.
  package var connectionsPerAddress: Int {
    guard let workers, workers > 1 else { return 1 }
    return workers * CalleeAddresses.connectionsPerWorker
  }
}

package struct ServiceAddress: Codable, Equatable, Sendable {
  package var host: String
  package var port: UInt16

  package init(host: String, port: UInt16) {
    self.host = host
    self.port = port
  }
}

package enum NodeCommand: Codable, Equatable, Sendable {
  case configure(NodeConfiguration)
  case connect([CalleeAddresses])
  /// The same service under another strategy: store, script and propagators are replaced between two trials.
  ///
  /// - callees: in place of those of `connect`; nil where they stay what they are.
  case replaceService(Service, assumedPropagator: String? = nil, callees: [CalleeAddresses]? = nil)
  /// Turns the counters that cost something on or off.
  case counting(Bool)
  /// Begins or ends to clock the stages of requests; answered by `stages`.
  case clockStages(Bool)
  /// Asks what is under way; answered by `live` with the same token.
  case readLive(token: Int)
  /// Asks for the counters of CMeter; answered by `meter` with the same token.
  case readMeter(token: Int)
  /// Asks for what the node reads of itself; answered by the line of a `NodeWindow` with the same token.
  case readWindow(token: Int, memory: Bool)
  /// Asks how far its callees are; answered by `edges`.
  case readEdges
  /// Answered by `pong` with the same token.
  case ping(token: Int)
  /// Starts to sample; answered by `profileStarted`.
  case startProfile(ProfileOrder)
  /// Answered by any number of `profileStacks` and one `profile`.
  case stopProfile
  case stop
}

package enum NodeReport: Codable, Equatable, Sendable {
  case listening(port: UInt16)
  /// Every edge is connected and has exchanged its hello.
  case connected
  case replaced
  case countingSet
  case meter(MeterReading)
  case live(LiveFigures)
  case profileStarted(ProfileClock)
  case profileStacks([ProfileStack])
  case profile(ProfileSummary)
  /// Since the stages were last begun to be clocked.
  case stages(StageSums)
  case edges([EdgeRoundTrip])
  case pong(token: Int)
  /// The node cannot go on; it exits with status 1 afterwards. One that was started by somebody else serves on.
  case failed(String)
}

/// How long TCP takes to a replica of a callee and back, by the kernel of the node. Nanoseconds.
package struct EdgeRoundTrip: Codable, Equatable, Sendable {
  /// Index of the callee in the topology.
  package var service: Int
  package var replica: Int
  /// The least of its connections, and the mean of what they have smoothed.
  package var least: Int64
  package var smoothed: Int64

  package init(service: Int, replica: Int, least: Int64, smoothed: Int64) {
    self.service = service
    self.replica = replica
    self.least = least
    self.smoothed = smoothed
  }
}

extension [EdgeRoundTrip] {
  /// With those of another worker of the same node: the lesser of each, which is nearer to the network's own.
  package func merging(_ other: [EdgeRoundTrip]) -> [EdgeRoundTrip] {
    other.reduce(into: self) { list, edge in
      guard let index = list.firstIndex(where: { $0.service == edge.service && $0.replica == edge.replica }) else {
        return list.append(edge)
      }
      list[index].least = Swift.min(list[index].least, edge.least)
      list[index].smoothed = Swift.min(list[index].smoothed, edge.smoothed)
    }
  }
}

/// Counts of the threads that serve requests, since start, by interposition.
package struct MeterReading: Codable, Equatable, Sendable {
  package var token: Int
  /// Calls of malloc, calloc, realloc, posix_memalign, aligned_alloc.
  package var allocations: UInt64
  /// Bytes asked for by them.
  package var allocatedSize: UInt64
  /// Calls of the libc wrappers that `CMeter` knows; 0 when it is compiled out.
  package var systemCalls: UInt64
  /// `malloc-interposition`, or `none` under a sanitizer.
  package var method: String
  /// Calls of the Swift runtime; nil where nothing counts them.
  package var retains: UInt64?
  package var releases: UInt64?
  /// Of dynamic casts, `as?` and the like; nil as above.
  package var casts: UInt64?

  package init(
    token: Int = 0, allocations: UInt64 = 0, allocatedSize: UInt64 = 0, systemCalls: UInt64 = 0,
    method: String = "none", retains: UInt64? = nil, releases: UInt64? = nil,
    casts: UInt64? = nil
  ) {
    self.token = token
    self.allocations = allocations
    self.allocatedSize = allocatedSize
    self.systemCalls = systemCalls
    self.method = method
    self.retains = retains
    self.releases = releases
    self.casts = casts
  }

  package mutating func add(_ other: MeterReading) {
    allocations &+= other.allocations
    allocatedSize &+= other.allocatedSize
    systemCalls &+= other.systemCalls
    retains = other.retains.map { $0 &+ (retains ?? 0) }
    releases = other.releases.map { $0 &+ (releases ?? 0) }
    casts = other.casts.map { $0 &+ (casts ?? 0) }
  }

  /// What came since an earlier reading.
  package func since(_ earlier: MeterReading) -> MeterReading {
    MeterReading(
      token: token, allocations: allocations &- earlier.allocations,
      allocatedSize: allocatedSize &- earlier.allocatedSize, systemCalls: systemCalls &- earlier.systemCalls,
      method: method, retains: retains.map { $0 &- (earlier.retains ?? 0) },
      releases: releases.map { $0 &- (earlier.releases ?? 0) }, casts: casts.map { $0 &- (earlier.casts ?? 0) })
  }
}
