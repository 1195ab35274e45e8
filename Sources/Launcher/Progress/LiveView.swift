// The live view as lines of text: a pure function of what is known and of the size of the terminal. It writes nothing.

internal import Results
internal import Statistics

/// Text and what it is to look like, where there is colour.
package struct LiveSpan: Equatable, Sendable {
  package enum Style: Equatable, Sendable { case plain, bold, dim, warning }

  package var text: String
  package var style: Style

  package init(_ text: String, _ style: Style = .plain) {
    self.text = text
    self.style = style
  }
}

package typealias LiveLine = [LiveSpan]

package struct LiveView {
  private static let stepCountMax = 3
  private static let numberWidth = 10
  private static let nameWidthMax = 20
  /// Narrower than that there is no sparkline.
  private static let sparklineWidthMin = 4
  private static let barWidthMax = 24

  private let state: LiveState

  package init(_ state: LiveState) {
    self.state = state
  }

  /// At most `height` lines of at most `width` characters. Arms that do not fit are counted, not shown.
  package func lines(width: Int, height: Int) -> [LiveLine] {
    var head = [progressLine(width: width), hostLine]
    var steps = state.steps.suffix(LiveView.stepCountMax).map { [LiveSpan($0, .dim)] }
    let room = max(0, height - head.count - (state.arms.isEmpty ? 0 : 1))
    let armRoom = min(state.arms.count, room)
    let shown = armRoom == state.arms.count ? armRoom : max(0, armRoom - 1)
    if !state.arms.isEmpty { head.append(titleLine(width: width)) }
    head += state.arms.prefix(shown).map { armLine($0, width: width) }
    if shown < state.arms.count, armRoom > 0 {
      head.append([LiveSpan("… \(state.arms.count - shown) more arms", .dim)])
    }
    steps = Array(steps.suffix(max(0, height - head.count)))
    return (head + steps).prefix(max(0, height)).map { LiveView.cut($0, width: width) }
  }

  // MARK: Lines

  private func progressLine(width: Int) -> LiveLine {
    var line: LiveLine = []
    if state.roundsPlanned > 0 {
      line.append(LiveSpan("round \(min(state.rounds + 1, state.roundsPlanned)) of \(state.roundsPlanned) ", .bold))
    }
    if let share = state.doneShare {
      let barWidth = min(LiveView.barWidthMax, width / 4)
      let filled = Int(Double(barWidth) * share)
      line.append(LiveSpan(String(repeating: "█", count: filled)))
      line.append(LiveSpan(String(repeating: "░", count: barWidth - filled), .dim))
      line.append(LiveSpan(" "))
    }
    if let seconds = state.secondsLeft { line.append(LiveSpan("\(Int(seconds.rounded(.up))) s left  ", .bold)) }
    // Of a round, the bar says all.
    if !state.activity.hasPrefix("round ") { line.append(LiveSpan(state.activity)) }
    return line
  }

  private var hostLine: LiveLine {
    func percent(_ ratio: Double?) -> String { NumberText.percent(ratio) + (ratio == nil ? "" : " %") }
    let isStolen = (state.stealRatio ?? 0) > ValidityVerdict.stealRatioMax
    return [
      LiveSpan("host: ", .dim), LiveSpan("stolen \(percent(state.stealRatio))", isStolen ? .warning : .plain),
      LiveSpan(", waiting for a CPU \(percent(state.pressureRatio))"),
    ]
  }

  private func titleLine(width: Int) -> LiveLine {
    let titles = row(
      name: "arm", throughput: "1/s", p99: "P99 µs", width: width)
    let hasSparkline = sparklineWidth(width: width) >= LiveView.sparklineWidthMin
    return [LiveSpan(titles + (hasSparkline ? "  throughput by round, depth \(state.depth)" : ""), .dim)]
  }

  private func armLine(_ arm: LiveState.ArmState, width: Int) -> LiveLine {
    var line = [
      LiveSpan(
        row(
          name: arm.name, throughput: NumberText.whole(arm.throughputs.last), p99: NumberText.microseconds(arm.p99),
          width: width))
    ]
    let invalid = arm.invalidCount > 0 ? " \(arm.invalidCount) invalid" : ""
    let size = sparklineWidth(width: width) - invalid.count
    if size >= LiveView.sparklineWidthMin {
      line.append(LiveSpan("  " + LiveView.sparkline(arm.throughputs, width: size)))
    }
    line.append(LiveSpan(invalid, .warning))
    return line
  }

  /// The columns before the sparkline.
  private func row(name: String, throughput: String, p99: String, width: Int) -> String {
    let cells = [throughput, p99].map { LiveView.padded($0, to: LiveView.numberWidth, isRight: true) }
    return LiveView.padded(name, to: nameWidth(width: width), isRight: false) + cells.joined()
  }

  private func nameWidth(width: Int) -> Int {
    let longest = state.arms.map(\.name.count).max() ?? 0
    return max(3, min(longest, LiveView.nameWidthMax, width - 2 * LiveView.numberWidth))
  }

  private func sparklineWidth(width: Int) -> Int { width - nameWidth(width: width) - 2 * LiveView.numberWidth - 2 }

  // MARK: Text

  /// The last values as bars of eighths, from 0 to the largest of all values.
  package static func sparkline(_ values: [Double], width: Int) -> String {
    let bars = Array("▁▂▃▄▅▆▇█")
    guard let largest = values.max(), largest > 0 else { return "" }
    return String(
      values.suffix(width).map { value in
        bars[min(bars.count - 1, max(0, Int((value / largest * Double(bars.count)).rounded(.up)) - 1))]
      })
  }

  private static func padded(_ text: String, to width: Int, isRight: Bool) -> String {
    let text = cut(text, width: width)
    let padding = String(repeating: " ", count: width - text.count)
    return isRight ? padding + text : text + padding
  }

  private static func cut(_ text: String, width: Int) -> String {
    text.count <= width ? text : width <= 0 ? "" : text.prefix(width - 1) + "…"
  }

  /// Control characters, which a terminal would obey, become question marks.
  private static func cut(_ line: LiveLine, width: Int) -> LiveLine {
    var result: LiveLine = []
    var left = width
    for (index, span) in line.enumerated() where !span.text.isEmpty && left > 0 {
      let scalars = span.text.unicodeScalars.map { $0.properties.generalCategory == .control ? "?" : $0 }
      let text = String(String.UnicodeScalarView(scalars))
      let rest = line[(index + 1)...].reduce(0) { $0 + $1.text.count }
      // The last character that fits says that there is more.
      let fits = text.count < left || (text.count == left && rest == 0)
      result.append(LiveSpan(fits ? text : cut(text + " ", width: left), span.style))
      left -= min(left, text.count)
    }
    return result
  }
}
