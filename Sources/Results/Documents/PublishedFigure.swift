// A figure in circulation beside what a bench measured, and when it counts as seen.

/// Figures of one operation; nil where nothing is claimed, or nothing was measured.
package struct PublishedValues: Codable, Equatable, Sendable {
  package var nanoseconds: Double?
  package var allocations: Double?
  package var bytes: Double?
  /// One cost divided by another: the part of a claim that does not depend on the machine.
  package var ratio: Double?

  package init(
    nanoseconds: Double? = nil, allocations: Double? = nil, bytes: Double? = nil, ratio: Double? = nil
  ) {
    self.nanoseconds = nanoseconds
    self.allocations = allocations
    self.bytes = bytes
    self.ratio = ratio
  }
}

package struct PublishedFigure: Codable, Equatable, Sendable {
  package enum Verdict: String, Codable, Sendable {
    /// Times and ratios within a factor of two, because machines differ; allocations and bytes to the first decimal.
    case seen
    /// Some of the claim's figures, but not all.
    case partly
    case notSeen = "not-seen"
    /// No case of this run says anything about it.
    case notMeasured = "not-measured"
  }

  /// What is claimed, and what of this bench is held against it.
  package var claim: String
  package var published: PublishedValues
  package var measured: PublishedValues
  package var verdict: Verdict

  package init(_ claim: String, _ published: PublishedValues, _ measured: PublishedValues) {
    self.claim = claim
    self.published = published
    self.measured = measured
    verdict = PublishedFigure.verdict(published, measured)
  }

  /// Of the figures that both sides have.
  package static func verdict(_ published: PublishedValues, _ measured: PublishedValues) -> Verdict {
    func isNear(_ claim: Double?, _ value: Double?) -> Bool? {
      guard let claim, let value else { return nil }
      return value >= claim / 2 && value <= claim * 2
    }
    func isEqual(_ claim: Double?, _ value: Double?) -> Bool? {
      guard let claim, let value else { return nil }
      return (claim * 10).rounded() == (value * 10).rounded()
    }
    let parts = [
      isNear(published.nanoseconds, measured.nanoseconds), isNear(published.ratio, measured.ratio),
      isEqual(published.allocations, measured.allocations), isEqual(published.bytes, measured.bytes),
    ].compactMap { $0 }
    if parts.isEmpty { return .notMeasured }
    if parts.allSatisfy({ $0 }) { return .seen }
    return parts.contains(true) ? .partly : .notSeen
  }
}
