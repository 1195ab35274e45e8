// How long a process set may be warmed up, as an argument.

internal import ArgumentParser
internal import Launcher

/// `auto`, or seconds at most.
struct WarmupTime: OptionValue, CustomStringConvertible {
  static let expected = "auto, or " + Seconds.expected
  static let auto = WarmupTime(seconds: nil)

  /// Nil: until its throughput is steady, within the limits of the method.
  let seconds: Seconds?

  private init(seconds: Seconds?) { self.seconds = seconds }

  init?(argument: String) {
    guard argument != "auto" else {
      self = .auto
      return
    }
    guard let seconds = Seconds(argument: argument) else { return nil }
    self.seconds = seconds
  }

  var description: String { seconds?.text ?? "auto" }

  /// - Throws: `ValidationError` when it is out of range.
  func check() throws { if let seconds { try OptionRange.check("--warmup", seconds, 0...60) } }
}
