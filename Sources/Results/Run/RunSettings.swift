// What a run was asked to do, and what was decided before it began.

package import Statistics

package struct RunSettings: Codable, Equatable, Sendable {
  /// `one`, `client-apart`, `spread` or `free`.
  package var placement: String
  package var trialSeconds: Double
  /// Of the open-loop trials, where all were longer by the same; only in older documents.
  package var openTrialSeconds: Double?
  /// `quick`, `standard` or `publish`; absent when rounds or a budget were given instead.
  package var preset: String?
  /// Trials of each arm, depth and concurrency in a round; absent for one.
  package var trialsPerRound: Int?
  /// Complete rounds in the result.
  package var rounds: Int
  package var roundsPlanned: Int
  /// That a round takes which has the largest depth alone, as measured last; absent where there was none.
  package var roundSeconds: Double?
  /// Requests under way in the closed-loop trials, over one connection.
  package var inFlight: Int
  /// At which the largest depth was measured too; absent in older documents, which have one request under way.
  package var moreConcurrencies: [Concurrency]?
  /// Measured, ascending.
  package var depths: [Int]
  /// Left out because the time did not reach.
  package var droppedDepths: [Int]
  /// Seconds that a run with all depths would need; only when depths were dropped.
  package var fullRunSeconds: Double?
  /// Requests per second, common to all arms; absent when each has its own, or there are no open-loop trials.
  package var openLoopRate: Double?
  /// Share of its throughput with one request under way that an arm gets in the open loop; absent with a common rate,
  /// without open-loop trials, and in older documents.
  package var utilisation: Double?
  /// Of the open loop: `poisson` or `uniform`; absent without open-loop trials, and in older documents, where it was
  /// uniform.
  package var arrival: String?
  /// How the rate was found.
  package var openLoopRateReason: String?
  /// `shadow` or `distinct`.
  package var growth: String
  package var keysPerLayer: Int
  /// Bytes of request ids and tenants; absent in older documents.
  package var textSizes: [Int]?
  package var payloadSize: Int
  /// Bytes that `opaque` carried; absent when they were those that `packed` would send.
  package var opaqueSize: Int?
  /// Send and receive buffers of every socket; 0 when the system chose.
  package var socketBufferSize: Int
  /// Process sets alive at once.
  package var processSets: Int
  /// How often every set was replaced.
  package var processSetReplacements: Int
  /// All arms ran in one set, switched by message.
  package var sharedProcessSet: Bool
  /// Seconds that the run was given; absent when it was not bounded.
  package var budgetSeconds: Double?
  /// Of a request.
  package var timeoutNanoseconds: Int64

  package init(
    placement: String, trialSeconds: Double, rounds: Int, roundsPlanned: Int, inFlight: Int, depths: [Int],
    droppedDepths: [Int] = [], fullRunSeconds: Double? = nil, openLoopRate: Double? = nil,
    openLoopRateReason: String? = nil, growth: String, keysPerLayer: Int, textSizes: [Int]? = nil, payloadSize: Int,
    opaqueSize: Int? = nil, socketBufferSize: Int,
    processSets: Int, processSetReplacements: Int, sharedProcessSet: Bool, budgetSeconds: Double? = nil,
    timeoutNanoseconds: Int64
  ) {
    self.placement = placement
    self.trialSeconds = trialSeconds
    self.rounds = rounds
    self.roundsPlanned = roundsPlanned
    self.inFlight = inFlight
    self.depths = depths
    self.droppedDepths = droppedDepths
    self.fullRunSeconds = fullRunSeconds
    self.openLoopRate = openLoopRate
    self.openLoopRateReason = openLoopRateReason
    self.growth = growth
    self.keysPerLayer = keysPerLayer
    self.textSizes = textSizes
    self.payloadSize = payloadSize
    self.opaqueSize = opaqueSize
    self.socketBufferSize = socketBufferSize
    self.processSets = processSets
    self.processSetReplacements = processSetReplacements
    self.sharedProcessSet = sharedProcessSet
    self.budgetSeconds = budgetSeconds
    self.timeoutNanoseconds = timeoutNanoseconds
  }
}
