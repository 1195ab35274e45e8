// What a node reads of itself when a launcher on another machine tells it to, which sees neither its pages nor its /proc.
// As a line of numbers: hundreds of them come at each edge of a window, and JSON's general way would take longer than the
// window.

package import ProcessFigures

package struct NodeWindow: Equatable, Sendable {
  package var token: Int
  /// CLOCK_MONOTONIC of the node's machine, nanoseconds: comparable with nothing but itself.
  package var time: Int64
  /// Of the process, but for what orders took.
  package var cpuNanoseconds: Int64
  package var tasks = TaskFigures()
  /// Of the node's machine.
  package var ticks: HostTicks?
  /// Bytes, where they were asked for.
  package var resident: UInt64?
  package var proportional: UInt64?
  /// The words of each worker's page.
  package var pages: [[UInt64]] = []

  package init(token: Int, time: Int64, cpuNanoseconds: Int64) {
    self.token = token
    self.time = time
    self.cpuNanoseconds = cpuNanoseconds
  }

  private static let head = Array(#"{"window":["#.utf8)

  /// One line of JSON: `{"window":[token,time,cpu,…,[page],…]}`. Words of a page that are 0 are counted, `-n` for n of them;
  /// those at its end are left out.
  package var line: [UInt8] {
    var line = Self.head
    func append(_ text: String) { line += text.utf8 }
    func append(_ value: (some BinaryInteger)?) { append(value.map { ",\($0)" } ?? ",null") }
    append("\(token),\(time),\(cpuNanoseconds)")
    append(tasks.runQueueWait)
    append(tasks.voluntarySwitches)
    append(tasks.involuntarySwitches)
    append(ticks?.steal)
    append(ticks?.total)
    append(resident)
    append(proportional)
    for page in pages {
      append(",[")
      var (zeros, isFirst) = (0, true)
      for word in page {
        guard word != 0 else {
          zeros += 1
          continue
        }
        if zeros > 0 {
          append("\(isFirst ? "" : ",")-\(zeros),\(word)")
        } else {
          append("\(isFirst ? "" : ",")\(word)")
        }
        (zeros, isFirst) = (0, false)
      }
      append("]")
    }
    append("]}")
    return line
  }

  /// Nil for any other line.
  package init?(line: UnsafeRawBufferPointer) {
    guard line.starts(with: Self.head) else { return nil }
    var scanner = NumberScanner(UnsafeRawBufferPointer(rebasing: line[Self.head.count...]))
    var values: [Int64?] = []
    for index in 0..<10 {
      if index > 0 { guard scanner.take(",") else { return nil } }
      guard let value = scanner.nullable() else { return nil }
      values.append(value.map { Int64(bitPattern: $0) })
    }
    guard let token = values[0], let time = values[1], let cpu = values[2] else { return nil }
    self.init(token: Int(token), time: time, cpuNanoseconds: cpu)
    (tasks.runQueueWait, tasks.voluntarySwitches, tasks.involuntarySwitches) = (values[3], values[4], values[5])
    if let steal = values[6], let total = values[7] {
      ticks = HostTicks(steal: UInt64(bitPattern: steal), total: UInt64(bitPattern: total))
    }
    (resident, proportional) = (values[8].map { UInt64(bitPattern: $0) }, values[9].map { UInt64(bitPattern: $0) })
    while scanner.take(",") {
      guard scanner.take("["), let page = scanner.page(max: CounterPage.size / 8) else { return nil }
      pages.append(page)
    }
    guard scanner.take("]"), scanner.take("}"), scanner.isAtEnd else { return nil }
  }
}

/// Numbers without a sign, `null`, and what stands between them.
private struct NumberScanner {
  private let bytes: UnsafeRawBufferPointer
  private var position = 0

  init(_ bytes: UnsafeRawBufferPointer) { self.bytes = bytes }

  var isAtEnd: Bool { position == bytes.count }

  mutating func take(_ character: Unicode.Scalar) -> Bool {
    guard position < bytes.count, bytes[position] == UInt8(ascii: character) else { return false }
    position += 1
    return true
  }

  /// Nil for neither a number nor `null`.
  mutating func nullable() -> UInt64?? {
    guard take("n") else { return number().map(Optional.some) }
    for character: Unicode.Scalar in ["u", "l", "l"] { guard take(character) else { return nil } }
    return .some(nil)
  }

  mutating func number() -> UInt64? {
    let start = position
    var value: UInt64 = 0
    while position < bytes.count, (48...57).contains(bytes[position]) {
      let (product, isOver) = value.multipliedReportingOverflow(by: 10)
      let (sum, isOverToo) = product.addingReportingOverflow(UInt64(bytes[position] - 48))
      guard !isOver, !isOverToo else { return nil }
      value = sum
      position += 1
    }
    return position > start ? value : nil
  }

  /// Behind its bracket.
  mutating func page(max countMax: Int) -> [UInt64]? {
    var words: [UInt64] = []
    if take("]") { return words }
    repeat {
      let isZeros = take("-")
      guard let value = number() else { return nil }
      if isZeros {
        guard value <= UInt64(countMax) else { return nil }
        words.append(contentsOf: repeatElement(0, count: Int(value)))
      } else {
        words.append(value)
      }
      guard words.count <= countMax else { return nil }
    } while take(",")
    return take("]") ? words : nil
  }
}
