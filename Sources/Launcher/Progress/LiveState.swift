// What the live view knows of a run: plain values, kept up to date by the trials that have ended.

package import Results
internal import Statistics

package struct LiveState: Equatable, Sendable {
  package struct ArmState: Equatable, Sendable {
    package let name: String
    /// Requests per second of the closed-loop trials at the largest depth, one per round.
    package fileprivate(set) var throughputs: [Double] = []
    /// Nanoseconds, of the last open-loop trial at the largest depth.
    package fileprivate(set) var p99: Int64?
    package fileprivate(set) var invalidCount = 0
    fileprivate var lastRound = -1
  }

  package private(set) var arms: [ArmState] = []
  package private(set) var depth = 1
  private var inFlight = 1
  package var rounds = 0
  /// 0 until it is known.
  package var roundsPlanned = 0
  /// What is being done.
  package var activity = ""
  /// Of a clock; the view is drawn for this moment.
  package var now = 0.0
  private var startTime: Double?
  private var endTime: Double?
  /// Of the last trial; nil before one, and where the kernel does not say.
  package private(set) var stealRatio: Double?
  package private(set) var pressureRatio: Double?
  /// What has been done, the latest last.
  package var steps: [String] = []

  package init() {}

  package mutating func start(arms names: [String], depth: Int, inFlight: Int) {
    arms = names.map { ArmState(name: $0) }
    self.depth = depth
    self.inFlight = inFlight
  }

  /// It ends so many seconds from now. The first time says when it began.
  package mutating func take(seconds: Double, now: Double) {
    self.now = now
    startTime = startTime ?? now
    endTime = now + seconds
  }

  package mutating func end() {
    activity = ""
    endTime = nil
  }

  /// Nil where it is not known, or over.
  package var secondsLeft: Double? { endTime.flatMap { $0 > now ? $0 - now : nil } }

  /// Of all time that it takes, 0…1; nil where that is not known.
  package var doneShare: Double? {
    guard let startTime, let endTime, endTime > startTime else { return nil }
    return min(1, max(0, (now - startTime) / (endTime - startTime)))
  }

  /// A trial that is measured again takes the place of the first measurement.
  package mutating func add(_ trial: Trial) {
    stealRatio = trial.hostStealRatio ?? stealRatio
    pressureRatio = trial.cpuPressureRatio ?? pressureRatio
    guard let index = arms.firstIndex(where: { $0.name == trial.arm }), trial.phase != .pilot else { return }
    if trial.validity.verdict == .invalid { arms[index].invalidCount += 1 }
    guard trial.depth == depth else { return }
    switch trial.phase {
    case .open: arms[index].p99 = trial.responseTime?.p99
    case .closed where trial.inFlight == inFlight:
      if arms[index].lastRound == trial.round { arms[index].throughputs.removeLast() }
      arms[index].throughputs.append(trial.throughput)
      arms[index].lastRound = trial.round
    case .closed, .single, .pilot: break
    }
  }
}
