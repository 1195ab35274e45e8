// Whether a trial measured what it claims to: the client's own honesty, judged by fixed rules.

package struct ValidityVerdict: Codable, Equatable, Sendable {
  package enum Verdict: String, Codable, Comparable, Sendable {
    case ok, suspect, invalid

    package static func < (left: Verdict, right: Verdict) -> Bool { left.severity < right.severity }

    private var severity: Int {
      switch self {
      case .ok: 0
      case .suspect: 1
      case .invalid: 2
      }
    }
  }

  package private(set) var verdict: Verdict
  /// In words, empty when `verdict` is ok.
  package private(set) var reasons: [String]

  /// Below these shares of completed requests a trial is suspect, or invalid: what the others would have taken is not
  /// known.
  package static let achievedRatioSuspectBelow = 0.99
  package static let achievedRatioInvalidBelow = 0.95
  /// Send lag up to this is never suspect.
  package static let sendLagNanosecondsMax: Int64 = 2_000_000
  /// A client that works more of the time than this is the limit of a closed loop itself.
  package static let clientShareMax = 0.95
  /// Share of the CPU time taken by other guests of the host.
  package static let stealRatioMax = 0.02

  /// Share of the window that must lie between the launcher's two readings of clocks and counters.
  package static let readShareMin = 0.5

  package static let ok = ValidityVerdict(verdict: .ok, reasons: [])

  private init(verdict: Verdict, reasons: [String]) {
    self.verdict = verdict
    self.reasons = reasons
  }

  /// All times in nanoseconds, response times from the intended send, and of requests that were meant for the window.
  ///
  /// - Parameters:
  ///   - unsentCount: requests that were due and that the client did not get to, which are not in the ledger. The one
  ///     whose time came as the window closed is not held against it.
  ///   - declaredFailureShare: of the requests, that are to fail: they are as good as completed.
  package static func openLoop(
    ledger: Ledger, unsentCount: UInt64 = 0, sendLagP99: Int64, responseP50: Int64, responseP99: Int64,
    declaredFailureShare: Double = 0
  ) -> ValidityVerdict {
    var result = common(
      ledger, due: ledger.planned &+ max(1, unsentCount) &- 1, declaredFailureShare: declaredFailureShare)
    guard ledger.completed > 0 else { return result }
    let lag = "send lag P99 is \(DurationText.text(sendLagP99)), "
    if sendLagP99 > responseP99 {
      result.add(.invalid, lag + "response P99 only \(DurationText.text(responseP99))")
    } else if sendLagP99 > max(sendLagNanosecondsMax, responseP50) {
      result.add(.suspect, lag + "response P50 only \(DurationText.text(responseP50))")
    }
    return result
  }

  /// - Parameters:
  ///   - clientShare: the client's CPU time / the window.
  ///   - clientSharesCPU: nodes run on the client's CPU, so that its share says nothing and is not judged.
  ///   - declaredFailureShare: see `openLoop`.
  package static func closedLoop(
    ledger: Ledger, clientShare: Double, clientSharesCPU: Bool, declaredFailureShare: Double = 0
  ) -> ValidityVerdict {
    var result = common(ledger, due: ledger.planned, declaredFailureShare: declaredFailureShare)
    if !clientSharesCPU, clientShare > clientShareMax {
      result.add(.suspect, "the client was busy for \(percent(clientShare)) % of the window")
    }
    return result
  }

  /// The same verdict, invalid when the clocks and counters of the nodes were read over too little of the client's
  /// window. That they are read late does no harm: clocks and deliveries are read together, CPU per hop is their ratio,
  /// and throughput is the client's own.
  package func judged(readNanoseconds: Int64, windowNanoseconds: Int64) -> ValidityVerdict {
    guard Double(readNanoseconds) < Self.readShareMin * Double(windowNanoseconds) else { return self }
    var result = self
    result.add(
      .invalid,
      "the clocks were read over \(readNanoseconds / 1_000_000) ms, the window took "
        + "\(windowNanoseconds / 1_000_000) ms")
    return result
  }

  /// The same verdict, invalid when the load ended before its time, and suspect at least when connections were lost on
  /// the way.
  package func judged(earlyEnd: String?, lostConnectionCount: UInt64) -> ValidityVerdict {
    var result = self
    if let earlyEnd { result.add(.invalid, "the load ended early: \(earlyEnd)") }
    if lostConnectionCount > 0 {
      result.add(
        .suspect,
        lostConnectionCount == 1
          ? "a connection to the entry was lost" : "\(lostConnectionCount) connections to the entry were lost")
    }
    return result
  }

  /// The same verdict, suspect at least when too much CPU time was stolen in the round.
  package func judged(stealRatio: Double) -> ValidityVerdict {
    guard stealRatio > Self.stealRatioMax else { return self }
    var result = self
    result.add(.suspect, "\(Self.percent(stealRatio)) % of the CPU time was stolen by the host")
    return result
  }

  /// Adds a reason; the verdict never gets better by it.
  package mutating func add(_ verdict: Verdict, _ reason: String) {
    self.verdict = max(self.verdict, verdict)
    reasons.append(reason)
  }

  /// One digit after the point, rounded down, so that 94.99 % does not read as a 95.0 % that failed.
  private static func percent(_ ratio: Double) -> Double {
    (ratio * 1_000).rounded(.down) / 10
  }

  /// Completed / due is of the whole trial, settling included, as the ledger has them.
  private static func common(_ ledger: Ledger, due: UInt64, declaredFailureShare: Double) -> ValidityVerdict {
    var result = ok
    if !ledger.isBalanced {
      result.add(.invalid, "the ledger does not balance")
    }
    if ledger.planned == 0 {
      result.add(.invalid, "no request was planned")
    } else if ledger.completed == 0 {
      result.add(.invalid, "no request completed")
    } else {
      let declared = ledger.declaredFailureCount(share: declaredFailureShare)
      let ratio = Double(ledger.completed &+ declared) / Double(due)
      var achieved = "\(percent(Double(ledger.completed) / Double(due))) % of the planned requests completed"
      if declaredFailureShare > 0 { achieved += ", \(percent(1 - declaredFailureShare)) % were to" }
      if ratio < achievedRatioInvalidBelow {
        result.add(.invalid, achieved)
      } else if ratio < achievedRatioSuspectBelow {
        result.add(.suspect, achieved)
      }
    }
    return result
  }
}
