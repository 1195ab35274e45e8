// One node whose rings are read: its memory, mapped here as well, and how its spans are written.

internal import Control
internal import Glibc
internal import Spans

/// The rings outlive the node: what it had recorded when it died is exported all the same.
final class SpanSource {
  let node: ExportedNode
  private(set) var encoder: SpanEncoder
  private let memory: UnsafeMutableRawPointer
  private let size: Int
  private let rings: [SpanRing]

  /// The launcher's word for a node's counters, and the rings behind them.
  private static let memoryFD = 4

  /// Nil when the node is gone, or has no rings.
  init?(_ node: ExportedNode, version: String) {
    let file = open("/proc/\(node.pid)/fd/\(Self.memoryFD)", O_RDWR | O_CLOEXEC)
    guard file >= 0 else { return nil }
    defer { close(file) }
    var status = stat()
    guard fstat(file, &status) == 0, status.st_size > 0,
      let memory = mmap(nil, Int(status.st_size), PROT_READ | PROT_WRITE, MAP_SHARED, file, 0), memory != MAP_FAILED
    else { return nil }
    self.node = node
    self.memory = memory
    size = Int(status.st_size)
    rings = NodeMemory(at: memory, size: size).rings
    encoder = SpanEncoder(node: node, version: version)
  }

  deinit { munmap(memory, size) }

  var isEmpty: Bool { rings.allSatisfy { $0.count == 0 } }

  /// - Parameter clockOffset: nanoseconds from CLOCK_MONOTONIC to 1970, now.
  func write(_ spans: [SpanRecord], to writer: inout ProtobufWriter, clockOffset: Int64) {
    encoder.clockOffset = clockOffset
    encoder.write(spans, to: &writer)
  }

  func take(_ countMax: Int) -> [SpanRecord] {
    var spans: [SpanRecord] = []
    for ring in rings where spans.count < countMax { spans += ring.take(countMax - spans.count) }
    return spans
  }
}
