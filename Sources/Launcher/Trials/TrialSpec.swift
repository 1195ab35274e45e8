// What one trial is to be: which arm, at which depth, with how much under way.

package import Results

/// A trial, and its place in its round's order.
struct PlacedTrial: Equatable {
  let spec: TrialSpec
  let position: Int
  /// Nil where it is one stretch.
  let turns: TurnPlan?
}

/// How a trial is to run.
package struct TrialSpec: Equatable {
  package var arm: Int
  package var depth: Int
  package var phase: Trial.Phase
  package var inFlight: Int = 1
  /// Used of those that are open between client and entry.
  package var connections: Int = 1
  /// Open loop only.
  package var rate: Double = 0
  /// Seconds that requests say are left; nil: the plan's timeout.
  var deadlineSeconds: Double?
  /// What the trial settles at most; nil: as `TrialRunner.settleSecondsMax` says.
  var settleSecondsMax: Double?
  /// Seconds without any connection that the client bridges by connecting again; nil: it does not.
  var reconnectSecondsMax: Double?
  /// The nodes have been told to clock theirs.
  var clocksStages = false

  package init(
    arm: Int, depth: Int, phase: Trial.Phase, inFlight: Int = 1, connections: Int = 1, rate: Double = 0,
    deadlineSeconds: Double? = nil, settleSecondsMax: Double? = nil, reconnectSecondsMax: Double? = nil,
    clocksStages: Bool = false
  ) {
    self.arm = arm
    self.depth = depth
    self.phase = phase
    self.inFlight = inFlight
    self.connections = connections
    self.rate = rate
    self.deadlineSeconds = deadlineSeconds
    self.settleSecondsMax = settleSecondsMax
    self.reconnectSecondsMax = reconnectSecondsMax
    self.clocksStages = clocksStages
  }
}
