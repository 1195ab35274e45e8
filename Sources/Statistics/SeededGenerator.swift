// Random numbers that are the same for one seed on every machine and with every toolchain. Not for secrets.

/// SplitMix64 (Steele, Lea and Flood, *Fast splittable pseudorandom number generators*, 2014).
public struct SeededGenerator: RandomNumberGenerator, Sendable {
  @usableFromInline var state: UInt64

  package init(seed: UInt64) {
    state = seed
  }

  /// A sequence of its own for every stream of one seed.
  package init(seed: UInt64, stream: UInt64) { state = Self.seed(seed, stream: stream) }

  /// A seed for every stream of one. Seeds that differ by a number, and be it a large one, may begin the same sequence at other
  /// places.
  package static func seed(_ seed: UInt64, stream: UInt64) -> UInt64 {
    mixed(mixed(seed) ^ (stream &* 0x9e37_79b9_7f4a_7c15))
  }

  @inlinable
  public mutating func next() -> UInt64 {
    state &+= 0x9e37_79b9_7f4a_7c15
    return Self.mixed(state)
  }

  /// Uniform in 0 ..< 1, of 53 random bits.
  package mutating func nextUnit() -> Double {
    Double(next() >> 11) * 0x1p-53
  }

  /// Uniform in 0 ..< bound, without bias (Lemire, *Fast random integer generation in an interval*, 2019). Its own,
  /// because the standard library does not promise its algorithm.
  ///
  /// - Precondition: `bound` ≥ 1.
  package mutating func next(below bound: Int) -> Int {
    precondition(bound >= 1, "a bound is at least 1")
    let range = UInt64(bound)
    let threshold = (0 &- range) % range
    while true {
      let product = next().multipliedFullWidth(by: range)
      if product.low >= threshold { return Int(product.high) }
    }
  }

  @inlinable
  static func mixed(_ value: UInt64) -> UInt64 {
    var mix = value
    mix = (mix ^ (mix >> 30)) &* 0xbf58_476d_1ce4_e5b9
    mix = (mix ^ (mix >> 27)) &* 0x94d0_49bb_1331_11eb
    return mix ^ (mix >> 31)
  }
}
