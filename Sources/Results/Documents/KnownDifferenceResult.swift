// What `ctxchain calibrate --known` found, as one document: how often a difference that is known is claimed. The schema is
// docs/schema/known-difference-result-1.schema.json. It judges; it never measures.

internal import Statistics

package struct KnownDifferenceResult: ResultForm, Codable, Equatable {
  package static let formatName = "ctxchain-known-difference"
  package static let currentVersion = 1
  /// Share of the comparisons that must find it.
  package static let shareMin = 0.9

  package enum Verdict: String, Codable, Equatable, Sendable {
    /// Found often enough with each number of requests in flight.
    case passed
    case failed
    /// Not all comparisons were made.
    case incomplete
  }

  /// One `compare`, as it judged CPU per hop.
  package struct Run: Codable, Equatable, Sendable {
    package var seed: UInt64
    package var seconds: Double
    /// The dearer arm / the other, with its interval.
    package var ratio: Double
    package var low: Double
    package var high: Double
    /// The ratio beyond which an effect is more than A/A′.
    package var noise: Double
    package var adjustedP: Double
    package var verdict: MetricComparison.Verdict

    /// - Returns: nil where the comparison has no interval, no noise or no p.
    package init?(_ comparison: MetricComparison, seed: UInt64, seconds: Double) {
      guard let ratio = comparison.ratio, let interval = comparison.interval, let noise = comparison.noise,
        let p = comparison.adjustedP
      else { return nil }
      self.seed = seed
      self.seconds = seconds
      self.ratio = ratio
      low = interval.low
      high = interval.high
      self.noise = noise
      adjustedP = p
      verdict = comparison.verdict
    }

    package var isFound: Bool { verdict == .difference && ratio > 1 }

    /// As a share: had the arms differed by so much more or less, the middle and the interval would lie so much higher or
    /// lower, and the interval would just exclude 1 and the middle just be beyond the noise.
    fileprivate func smallestFound(known: Double) -> Double { known + max(noise - ratio, 1 - low) }
  }

  /// All comparisons with so many requests in flight.
  package struct Regime: Codable, Equatable, Sendable {
    package var inFlight: Int
    /// Of counted work per hop, in the cheaper arm.
    package var iterations: Int64
    /// That the other has more.
    package var addedIterations: Int64
    /// By how much a hop is dearer by them, as a share: twice the iterations were measured beforehand.
    package var known: Double
    package var runs: [Run] = []
    package private(set) var foundCount = 0
    /// The share that 9 of 10 of these comparisons would have found, by intervals and noise alone; absent without runs.
    package private(set) var smallestFound: Double?

    package init(inFlight: Int, iterations: Int64, addedIterations: Int64, known: Double) {
      self.inFlight = inFlight
      self.iterations = iterations
      self.addedIterations = addedIterations
      self.known = known
    }

    package mutating func add(_ run: Run) {
      runs.append(run)
      foundCount = runs.count(where: \.isFound)
      let smallest = runs.map { $0.smallestFound(known: known) }.sorted()
      smallestFound = smallest[KnownDifferenceResult.needed(of: runs.count) - 1]
    }
  }

  /// Always `ctxchain-known-difference`.
  package var format = Self.formatName
  package var version = Self.currentVersion
  package var toolVersion: String
  package var commandLine: [String]
  /// ISO 8601, UTC.
  package var startedAt: String
  package var finishedAt: String
  /// Stopped by a signal.
  package var interrupted = false
  package var seed: UInt64
  package var exitStatus = 0
  package var host: HostDescription
  package var placement: String
  package var depth: Int
  package var trialSeconds: Double
  package var rounds: Int
  /// Of each regime.
  package var runsPlanned: Int
  /// That was asked for, as a share.
  package var difference: Double
  package private(set) var regimes: [Regime] = []
  package private(set) var verdict = Verdict.incomplete
  /// For people.
  package var notes: [String] = []

  package init(
    toolVersion: String, commandLine: [String], startedAt: String, seed: UInt64, host: HostDescription,
    placement: String, depth: Int, trialSeconds: Double, rounds: Int, runsPlanned: Int, difference: Double
  ) {
    self.toolVersion = toolVersion
    self.commandLine = commandLine
    self.startedAt = startedAt
    finishedAt = startedAt
    self.seed = seed
    self.host = host
    self.placement = placement
    self.depth = depth
    self.trialSeconds = trialSeconds
    self.rounds = rounds
    self.runsPlanned = runsPlanned
    self.difference = difference
  }

  /// Of so many comparisons, how many must find the difference.
  package static func needed(of count: Int) -> Int { Int((Double(count) * shareMin).rounded(.up)) }

  package mutating func begin(_ regime: Regime) { regimes.append(regime) }

  /// Adds a comparison of the regime that was begun last.
  ///
  /// - Parameter regimeCount: how many there will be.
  package mutating func add(_ run: Run, regimeCount: Int) {
    regimes[regimes.count - 1].add(run)
    guard regimes.count == regimeCount, regimes.allSatisfy({ $0.runs.count == runsPlanned }) else { return }
    verdict = regimes.allSatisfy { $0.foundCount >= Self.needed(of: runsPlanned) } ? .passed : .failed
  }
}
