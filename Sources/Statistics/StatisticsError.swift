// What this module refuses.

package enum StatisticsError: Error, Equatable, CustomStringConvertible {
  case noDepths
  case depthOutOfRange(depth: Int, max: Int)
  case depthTwice(depth: Int)

  package var description: String {
    switch self {
    case .noDepths: "expected at least one depth, got none"
    case .depthOutOfRange(let depth, let max): "expected depths of 1 to \(max), got \(depth)"
    case .depthTwice(let depth): "expected every depth once, got \(depth) twice"
    }
  }
}
