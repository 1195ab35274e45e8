// So many at once, and so many a second.

public struct TokenBucket {
  private let burst: Int
  /// A second.
  private let rate: Int
  private var tokens: Int
  /// Nanoseconds, up to which tokens were added.
  private var time = Int64.min

  public init(burst: Int, rate: Int) {
    self.burst = burst
    self.rate = rate
    tokens = burst
  }

  /// False when there is none.
  public mutating func take(at now: Int64) -> Bool {
    if tokens < burst { refill(now) } else { time = now }
    guard tokens > 0 else { return false }
    tokens -= 1
    return true
  }

  private mutating func refill(_ now: Int64) {
    let gap = 1_000_000_000 / Int64(rate)
    let count = Int(min(Int64(burst), max(0, now &- time) / gap))
    guard count > 0 else { return }
    tokens = min(burst, tokens + count)
    time += Int64(count) * gap
  }
}
