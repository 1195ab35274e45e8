// The replies that a connection owes, in the order of its requests (RFC 9112, 9.3.2): one that is ready before its turn
// waits for those before it.

public import Bytes
public import TransportMessages

public final class HTTP1Replies {
  private struct Entry {
    var isHead = false
    var persistence = HTTP1ReplyWriter.Persistence.implied
    var isReady = false
    var status = StatusCode.ok
    var payloadSize = 0
  }

  /// By tag, in a ring whose size is a power of two.
  private var entries: UnsafeMutablePointer<Entry>
  private var capacity = 4
  private var first: UInt64 = 1
  private var next: UInt64 = 1
  /// Of replies that wait, by tag.
  private var views: [UInt64: [UInt8]] = [:]
  private var owesContinue = false
  /// What is said behind the last.
  private var refusal: HTTP1Refusal?
  /// The reply that was written last was the connection's last.
  public private(set) var isOver = false

  /// The head of an ordinary answer, which is the same for a second.
  private let image: UnsafeMutableRawPointer
  private var imageSize = 0
  private var imagePayloadSize = -1
  private var imageDate: Int?

  public init() {
    entries = .allocate(capacity: capacity)
    entries.initialize(repeating: Entry(), count: capacity)
    image = .allocate(byteCount: HTTP1ReplyWriter.headSizeMax, alignment: 16)
  }

  deinit {
    entries.deallocate()
    image.deallocate()
  }

  public var isEmpty: Bool { first == next }

  /// No more requests are to be read until some are answered.
  public var isFull: Bool { next &- first >= UInt64(HTTP1Limits.pipelineMax) }

  /// A request has come; returns its tag.
  public func add(_ head: UnsafePointer<HTTP1Head>) -> UInt64 {
    if next &- first == UInt64(capacity) { grow() }
    // Whoever was to be told to continue has continued.
    owesContinue = false
    let entry = slot(next)
    entry.pointee.isHead = head.pointee.isHead
    entry.pointee.isReady = false
    entry.pointee.persistence =
      head.pointee.isLast ? .closes : head.pointee.minorVersion == 0 ? .keepsAlive : .implied
    defer { next &+= 1 }
    return next
  }

  /// The reply that was added last is the connection's last.
  public func closeBehindLast() {
    if !isEmpty { slot(next &- 1).pointee.persistence = .closes }
  }

  /// What came behind the last is refused, once that is answered.
  public func refuseBehindLast(_ refusal: HTTP1Refusal) { self.refusal = refusal }

  /// A 100 goes out as soon as no reply is owed.
  public func addContinue(to output: ByteBuffer) {
    if isEmpty { HTTP1ReplyWriter.writeContinue(to: output) } else { owesContinue = true }
  }

  /// Answers a request, or notes the answer. True when something was written.
  ///
  /// - Parameters:
  ///   - views: see `ViewRecords`; nil for none.
  ///   - date: seconds since 1970; nil: replies have no date.
  public func answer(
    _ tag: UInt64, _ status: StatusCode, views: UnsafeRawBufferPointer? = nil, payloadSize: Int, date: Int?,
    to output: ByteBuffer
  ) -> Bool {
    guard tag &- first < next &- first else { return false }
    let entry = slot(tag)
    guard tag == first else {
      entry.pointee.isReady = true
      entry.pointee.status = status
      entry.pointee.payloadSize = payloadSize
      if let views { self.views[tag] = Array(views) }
      return false
    }
    if status == .ok, views == nil, entry.pointee.persistence == .implied, !entry.pointee.isHead {
      writeOrdinary(payloadSize: payloadSize, date: date, to: output)
    } else {
      write(entry.pointee, status, views, payloadSize, date, to: output)
    }
    first &+= 1
    if first != next || owesContinue || refusal != nil { release(date, to: output) }
    return true
  }

  // MARK: Private

  @inline(__always)
  private func slot(_ tag: UInt64) -> UnsafeMutablePointer<Entry> {
    entries + Int(truncatingIfNeeded: tag & UInt64(capacity &- 1))
  }

  private func writeOrdinary(payloadSize: Int, date: Int?, to output: ByteBuffer) {
    if payloadSize != imagePayloadSize || date != imageDate {
      let end = HTTP1ReplyWriter.writeHead(
        HTTP1ReplyWriter.Words(status: 200, date: date), bodySize: payloadSize, to: image)
      imageSize = end - image
      imagePayloadSize = payloadSize
      imageDate = date
    }
    let start = output.reserve(imageSize &+ payloadSize &+ PayloadBytes.slack)
    start.copyMemory(from: image, byteCount: imageSize)
    PayloadBytes.fill(start + imageSize, payloadSize)
    output.commit(imageSize &+ payloadSize)
  }

  private func write(
    _ entry: Entry, _ status: StatusCode, _ views: UnsafeRawBufferPointer?, _ payloadSize: Int, _ date: Int?,
    to output: ByteBuffer
  ) {
    HTTP1ReplyWriter.write(
      HTTP1ReplyWriter.Words(
        status: HTTP1Status.status(of: status), code: status == .ok ? nil : status.rawValue,
        persistence: entry.persistence, date: date),
      views: views, payloadSize: payloadSize, isHead: entry.isHead, to: output)
    if entry.persistence == .closes { isOver = true }
  }

  /// Writes what has waited for the reply that has just been written.
  private func release(_ date: Int?, to output: ByteBuffer) {
    while first != next, slot(first).pointee.isReady {
      let entry = slot(first).pointee
      let views = views.removeValue(forKey: first)
      if let views {
        views.withUnsafeBytes { write(entry, entry.status, $0, entry.payloadSize, date, to: output) }
      } else {
        write(entry, entry.status, nil, entry.payloadSize, date, to: output)
      }
      first &+= 1
    }
    if owesContinue, isEmpty {
      owesContinue = false
      HTTP1ReplyWriter.writeContinue(to: output)
    }
    if let refusal, isEmpty {
      HTTP1ReplyWriter.write(refusal, date: date, to: output)
      isOver = true
    }
  }

  private func grow() {
    let grown = UnsafeMutablePointer<Entry>.allocate(capacity: capacity * 2)
    grown.initialize(repeating: Entry(), count: capacity * 2)
    for tag in first..<next { grown[Int(tag) & (capacity * 2 - 1)] = slot(tag).pointee }
    entries.deallocate()
    entries = grown
    capacity *= 2
  }
}
