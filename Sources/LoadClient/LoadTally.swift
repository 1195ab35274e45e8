// What a trial counts: where requests went and how long they took. It knows no connection and asks no clock.

internal import Control
internal import Statistics
internal import TransportCore

/// A request of the window has a time in the histograms whatever became of it. Where it did not complete, that is a lower
/// bound: how long it had been waited for, and for one that failed at least as long as a timeout would have let it wait,
/// so that failing early never looks fast.
struct LoadTally {
  private let pieceNanoseconds: Int64
  /// Of a request that failed.
  private let patienceNanoseconds: Int64

  var windowStart = Int64.max
  var windowEnd = Int64.max
  /// Nanoseconds of the windows that were closed before this one.
  private var earlierNanoseconds: Int64 = 0
  var ledger = Ledger()
  private(set) var completedInWindow: UInt64 = 0
  var unsentCount: UInt64 = 0
  private(set) var responseTime = LatencyHistogram()
  /// Of an open loop, as the next.
  private(set) var serviceTime: LatencyHistogram?
  private(set) var sendLag: LatencyHistogram?
  private(set) var pieces: [UInt32] = []
  private(set) var failures: [FailureReason: UInt64] = [:]
  /// By status of HTTP or gRPC; empty where nobody asks.
  private var statuses: [UInt64] = []

  init(_ order: TrialOrder) {
    pieceNanoseconds = order.pieceNanoseconds
    patienceNanoseconds = order.timeoutNanoseconds > 0 ? order.timeoutNanoseconds : LatencyHistogram.nanosecondsMax
    if case .open = order.mode { (serviceTime, sendLag) = (LatencyHistogram(), LatencyHistogram()) }
    if pieceNanoseconds > 0 {
      pieces = Array(repeating: 0, count: Int(order.windowNanoseconds / pieceNanoseconds))
    }
  }

  private func isInWindow(_ time: Int64) -> Bool { time >= windowStart && time < windowEnd }

  /// Ends one of several windows, with nothing under way; another may begin.
  mutating func endWindow(at time: Int64) {
    if windowStart < .max { earlierNanoseconds &+= time &- windowStart }
    (windowStart, windowEnd) = (.max, .max)
  }

  mutating func didSend(intended: Int64, now: Int64) {
    if isInWindow(intended) { sendLag?.record(nanoseconds: now &- intended) }
  }

  mutating func didComplete(_ request: PendingRequest, now: Int64) {
    ledger.completed &+= 1
    if isInWindow(now) {
      completedInWindow &+= 1
      if !pieces.isEmpty {
        let piece = Int((now &- windowStart) / pieceNanoseconds)
        if piece < pieces.count { pieces[piece] &+= 1 }
      }
    }
    guard isInWindow(request.intended) else { return }
    responseTime.record(nanoseconds: now &- request.intended)
    serviceTime?.record(nanoseconds: now &- request.sent)
  }

  /// A server that is not ours has answered.
  mutating func didReceive(status: UInt16) {
    if statuses.isEmpty { statuses = Array(repeating: 0, count: 600) }
    if status < 600 { statuses[Int(status)] &+= 1 }
  }

  @inline(never)
  mutating func didFail(_ request: PendingRequest, _ reason: FailureReason, now: Int64) {
    ledger.add(reason)
    failures[reason, default: 0] &+= 1
    enter(request, now: now, patience: patienceNanoseconds)
  }

  /// It was due, and never sent.
  @inline(never)
  mutating func didShed(intended: Int64, _ reason: FailureReason, now: Int64) {
    ledger.add(reason)
    failures[reason, default: 0] &+= 1
    guard isInWindow(intended) else { return }
    responseTime.recordUnfinished(nanoseconds: max(now &- intended, patienceNanoseconds))
  }

  /// Still under way when the drain ended: nobody knows how long it would have taken.
  mutating func didCensor(_ request: PendingRequest, now: Int64) {
    ledger.censored &+= 1
    enter(request, now: now, patience: 0)
  }

  private mutating func enter(_ request: PendingRequest, now: Int64, patience: Int64) {
    guard isInWindow(request.intended) else { return }
    responseTime.recordUnfinished(nanoseconds: max(now &- request.intended, patience))
    serviceTime?.recordUnfinished(nanoseconds: max(now &- request.sent, patience))
  }

  /// What there is to tell at this moment.
  ///
  /// - Parameter tellsLatency: takes a look at every bucket that holds something, some tenths of a millisecond.
  func progress(now: Int64, tellsLatency: Bool) -> TrialProgress {
    var progress = TrialProgress()
    progress.ledger = ledger
    progress.completedInWindow = completedInWindow
    let isOpen = windowStart < .max
    progress.windowNanoseconds = earlierNanoseconds &+ (isOpen ? max(0, min(now, windowEnd) &- windowStart) : 0)
    progress.failures = failureCounts
    if tellsLatency { progress.latency = LatencyBuckets(responseTime) }
    return progress
  }

  private var failureCounts: [FailureCount] {
    failures.map { FailureCount(reason: $0.key.words, requests: $0.value) }.sorted()
  }

  /// What there is to tell at the end, the most frequent failure first.
  func outcome(token: Int) -> TrialOutcome {
    precondition(ledger.isBalanced, "planned requests are missing from the ledger")
    var outcome = TrialOutcome(
      token: token, ledger: ledger, windowNanoseconds: earlierNanoseconds &+ max(0, windowEnd &- windowStart),
      completedInWindow: completedInWindow, responseTime: responseTime, serviceTime: serviceTime, sendLag: sendLag,
      pieces: pieces)
    outcome.unsentCount = unsentCount
    if !statuses.isEmpty {
      outcome.statuses = statuses.indices.filter { statuses[$0] > 0 }
        .map { StatusCount(status: $0, name: StatusCode.name(ofSmall: $0), requests: statuses[$0]) }
    }
    outcome.failures = failureCounts
    return outcome
  }
}

extension StatusCode {
  /// Nil of a status of HTTP, which has three digits.
  fileprivate static func name(ofSmall status: Int) -> String? {
    status < 100 ? StatusCode(rawValue: UInt16(status))?.name ?? "status \(status)" : nil
  }
}
