// What a result says, per arm and depth: derived from the document and nothing else. It never formats.
//
// Throughput and CPU come from the closed-loop trials, latency from the merged histograms of the open loop, bytes and
// counts from the counting pass. What was not measured is nil.

package import Results
package import Statistics

package struct RunSummary: Equatable, Sendable {
  /// One arm at one depth.
  package struct Row: Equatable, Sendable {
    package let depth: Int
    /// Completed requests per second.
    package var throughput: MedianInterval?
    /// 1 − throughput / throughput of the same arm and round at depth 1.
    package var dropAgainstDepthOne: MedianInterval?
    /// 1 − throughput / throughput of the baseline at the same depth and round.
    package var dropAgainstBaseline: MedianInterval?
    /// Against the baseline; nil for the baseline and its control.
    package var throughputComparison: Comparison?

    /// Requests in the merged histogram of the open loop.
    package var latencyCount: UInt64 = 0
    /// From so many nanoseconds on, the next three are lower bounds; nil when all requests completed.
    package var leastUnfinished: Int64?
    /// Nanoseconds from the intended send.
    package var p50: Int64?
    package var p90: Int64?
    /// nil also below 1 000 requests.
    package var p99: Int64?
    /// Against the same arm at depth 1, as ratios.
    package var p50Growth: Double?
    package var p90Growth: Double?
    package var p99Growth: Double?
    /// By round, against the baseline. A round counts when both have requests enough, see `PercentileFigure`.
    package var p50Effect: PairedEffect?
    package var p99Effect: PairedEffect?
    /// nil for the baseline and its control.
    package var p50Comparison: Comparison?
    package var p99Comparison: Comparison?
    /// Nanoseconds, one request under way.
    package var singleInFlightP50: Int64?

    /// Nanoseconds of all nodes per delivery.
    package var cpuPerHop: MedianInterval?
    /// The same minus the baseline's at the same depth and round.
    package var addedCpuPerHop: MedianInterval?
    /// Of the CPU per hop, against the baseline; nil for the baseline and its control.
    package var cpuComparison: Comparison?
    /// As the three above, in the open loop.
    package var openCpuPerHop: MedianInterval?
    package var openAddedCpuPerHop: MedianInterval?
    package var openCpuComparison: Comparison?
    /// Nanoseconds of all nodes per client request, minus the baseline's.
    package var addedCpuPerRequest: MedianInterval?
    /// Nanoseconds of all nodes per client request that each hop since the next smaller depth has cost.
    package var marginalCpu: MedianInterval?

    package var contextBytesPerHop: Double?
    package var payloadBytesPerHop: Double?
    /// Per client request.
    package var wireBytes: WireBytes?
    /// Entries of the context at the deepest service.
    package var contextKeys: Double?
    /// Per client request, at the middle one of the nodes on the path.
    package var allocationsPerRequest: Double?
    package var systemCallsPerRequest: Double?

    /// One of the percentiles in µs, with ≥ before a lower bound.
    func microseconds(_ percentile: Int64?) -> String {
      NumberText.microseconds(percentile, isLowerBound: (leastUnfinished ?? .max) <= (percentile ?? 0))
    }
  }

  /// One arm at the largest depth, in a closed loop at one concurrency.
  package struct ConcurrencyRow: Equatable, Sendable {
    package let concurrency: Concurrency
    /// As in `Row`.
    package var throughput: MedianInterval?
    package var dropAgainstBaseline: MedianInterval?
    package var throughputComparison: Comparison?
    package var cpuPerHop: MedianInterval?
    package var addedCpuPerHop: MedianInterval?
    package var cpuComparison: Comparison?
    /// Nanoseconds, of all rounds merged.
    package var p50: Int64?
    package var isP50LowerBound = false
  }

  package struct ArmSummary: Equatable, Sendable {
    package let arm: Arm
    /// The arm that it is held against; nil for the baseline, and without one.
    let reference: String?
    /// By ascending depth.
    package let rows: [Row]
    /// Marginal CPU of a hop: nanoseconds per client request: the Theil–Sen slope over all depths, per round.
    package let marginalCpu: MedianInterval?
    /// Over depth, in the units of the metrics: of rounds with the bootstrap's interval; a percentile of all rounds merged
    /// where no round has requests enough at two depths, and what is counted, without one.
    package let fits: [Metric: DecayFit]
    /// At the run's largest depth, the headline first; empty when there is only that.
    package let concurrencies: [ConcurrencyRow]
    package let fidelity: FidelityResult?

    package func row(depth: Int) -> Row? { rows.first { $0.depth == depth } }

    /// With one request under way, where that is not all there is.
    var oneInFlight: ConcurrencyRow? { concurrencies.first { $0.concurrency == Concurrency(inFlight: 1) } }

    /// Up to four times the deepest chain that was measured: further out a line says nothing.
    private var halfDepthMax: Double { Double(rows.last?.depth ?? 1) * 4 }
    package var cpuHalfDepth: HalfDepth? { fits[.cpuPerRequest].flatMap { HalfDepth($0, depthMax: halfDepthMax) } }
    package var throughputHalfDepth: HalfDepth? {
      fits[.secondsPerRequest].flatMap { HalfDepth($0, depthMax: halfDepthMax) }
    }
  }

  /// What a line is fitted to over depth.
  package static let sloped: [Metric] = [.cpuPerRequest, .secondsPerRequest, .p50, .p99, .allocations]

  package let arms: [ArmSummary]
  /// Rounds with at least one trial.
  package let roundCount: Int
  /// Depths of any arm, ascending.
  package let depths: [Int]
  /// The arm that carries nothing; nil when there is none.
  package let baseline: String?
  /// The baseline measured a second time (A′).
  package let control: String?
  /// Whether A and A′ differ where they must not.
  package let session: SessionCheck
  /// The smallest differences that this run could have claimed; empty where it has no A′.
  package let resolutions: [Resolution]
  /// nil where all arms have one.
  let transports: TransportFigures?

  package init(_ result: RunResult) {
    let builder = SummaryBuilder(result)
    arms = AllCPUs.map(result.arms) { builder.summary(of: $0) }
    roundCount = builder.table.rounds.count
    depths = Set(arms.flatMap { $0.rows.map(\.depth) }).sorted()
    baseline = builder.baseline
    control = builder.control
    session = builder.session
    resolutions = builder.resolutions
    transports = builder.transports
  }

  package func arm(named name: String?) -> ArmSummary? { arms.first { $0.arm.name == name } }
}
