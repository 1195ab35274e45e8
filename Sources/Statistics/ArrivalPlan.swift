// When each request of an open loop is meant to be sent. It never asks a clock, and never looks at replies.

internal import Glibc

package struct ArrivalPlan: Sendable {
  /// Requests per second that a plan may have.
  package static let rateRange = 0.001...1e9

  package enum Arrival: Equatable, Sendable {
    /// Request i at i / rate.
    case uniform
    /// Exponential gaps, the first one before request 0; the same for one seed.
    case poisson(seed: UInt64)
  }

  private let period: Period
  private let meanGapNanoseconds: Double
  private var generator: SeededGenerator?
  private var nextIndex: UInt64 = 0
  private var elapsedNanoseconds = 0.0

  /// - Precondition: the rate (requests per second) is in `rateRange`.
  package init(rate: Double, arrival: Arrival) {
    precondition(Self.rateRange.contains(rate), "a rate is \(Self.rateRange) requests per second, not \(rate)")
    period = Period(rate: rate)
    meanGapNanoseconds = 1e9 / rate
    if case .poisson(let seed) = arrival { generator = SeededGenerator(seed: seed) }
  }

  /// The intended send time of the next request, in nanoseconds after the start. Never decreases, never allocates.
  package mutating func next() -> Int64 {
    guard generator != nil else {
      defer { nextIndex += 1 }
      return period.offset(of: nextIndex)
    }
    let unit = generator?.nextUnit() ?? 0
    elapsedNanoseconds -= log(1 - unit) * meanGapNanoseconds
    return Int64(elapsedNanoseconds)
  }

  /// `i / rate` in nanoseconds, rounded down, without any error that grows with i.
  ///
  /// - Precondition: the rate is in `rateRange`, and the result less than 2^63.
  package static func uniformOffset(of index: UInt64, rate: Double) -> Int64 {
    Period(rate: rate).offset(of: index)
  }

  /// A rate as the fraction that a `Double` is: `mantissa / 2^shift` with an odd mantissa, or an integer with shift 0.
  private struct Period: Sendable {
    let mantissa: UInt64
    let shift: Int

    init(rate: Double) {
      let significand = rate.significandBitPattern | (1 << UInt64(Double.significandBitCount))
      let exponent = Int(rate.exponent) - Double.significandBitCount
      let common = min(significand.trailingZeroBitCount, -exponent)
      mantissa = significand >> UInt64(common)
      shift = -exponent - common
    }

    /// `index · 10^9 · 2^shift / mantissa`. As `2^shift ≤ mantissa / rate`, the product is at most the result times
    /// 2^53, so it fits whenever the result fits.
    func offset(of index: UInt64) -> Int64 {
      let scaled = (UInt128(index) * 1_000_000_000) << UInt128(shift)
      return Int64(scaled / UInt128(mantissa))
    }
  }
}
