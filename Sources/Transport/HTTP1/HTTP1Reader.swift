// Finds the messages in received bytes, in place. Knows no connection: whoever does hands in all that was received and not
// used up, and is told how many bytes a message has.

public import TransportMessages

public enum HTTP1Reading {
  /// A message may start here, but bytes are missing.
  case needsMore
  /// It is in `HTTP1Reader.head`, and took so many bytes.
  case message(size: Int)
  case refused(HTTP1Refusal)
}

/// A handle to the state of one direction of a connection. Copies share it; the owner calls `deallocate()` once.
///
/// A head is read when it is all there, in one pass. What came before was looked at twice at most: once in the hope that it
/// is whole, once for its end, from where the last look stopped. A reply's head often is the one before, byte by byte: then
/// what was read of that holds.
public struct HTTP1Reader {
  private enum Phase { case head, length, chunks, untilClose, done }

  private struct State {
    var head: HTTP1Head
    var phase = Phase.done
    /// Bytes of an empty line before a request (RFC 9112, 2.2).
    var skipped = 0
    /// No head ends before here.
    var scanned = 0
    var chunks = HTTP1Chunks(at: 0)
    /// The reply that is awaited has no body, whatever its fields say: a HEAD was sent.
    var awaitsNoBody = false
    /// The head that was read last, where the next may be the same.
    var known = HTTP1KnownHead()
    var hasAskedToContinue = false
    var lookedAtCount = 0

    init(fieldCapacity: Int) { head = HTTP1Head(fieldCapacity: fieldCapacity) }
  }

  private let state: UnsafeMutablePointer<State>
  private let side: HTTP1Side

  public init(_ side: HTTP1Side) {
    self.side = side
    state = .allocate(capacity: 1)
    state.initialize(to: State(fieldCapacity: 16))
  }

  public func deallocate() {
    state.pointee.head.fields.deallocate()
    state.pointee.known.deallocate()
    state.deallocate()
  }

  /// Of the message that was found.
  public var head: UnsafeMutablePointer<HTTP1Head> {
    // The first field of the state.
    UnsafeMutableRawPointer(state).assumingMemoryBound(to: HTTP1Head.self)
  }

  public var message: HTTP1Message { HTTP1Message(head) }

  /// That message for a receiver, with the size that `read` said.
  public func received(size: Int) -> ReceivedMessage {
    ReceivedMessage(kind: .http1, base: UnsafeRawPointer(state), size: size)
  }

  /// Bytes of heads and chunks that were looked at so far.
  package var lookedAtCount: Int { state.pointee.lookedAtCount }

  /// A part of a message is there, and more must come.
  public var isInside: Bool { state.pointee.phase != .done }

  /// The next reply answers a HEAD.
  public func awaitNoBody() { state.pointee.awaitsNoBody = true }

  /// True once for a request whose sender waits for a 100 before it sends the body (RFC 9110, 10.1.1). Nobody who has sent
  /// any of it does.
  public func takeWishToContinue(received count: Int) -> Bool {
    guard state.pointee.phase == .length || state.pointee.phase == .chunks, head.pointee.expectsContinue,
      !state.pointee.hasAskedToContinue
    else { return false }
    state.pointee.hasAskedToContinue = true
    return count <= state.pointee.skipped + head.pointee.size
  }

  /// Reads the message that starts at the first byte. Bytes that were handed in before are the same, and may have moved.
  public func read(_ bytes: UnsafeRawBufferPointer) -> HTTP1Reading {
    guard let start = bytes.baseAddress else { return .needsMore }
    do throws(HTTP1Refusal) {
      return try read(UnsafeMutableRawPointer(mutating: start), count: bytes.count)
    } catch {
      return .refused(error)
    }
  }

  /// The peer has closed. A reply without a length ends with that (RFC 9112, 6.3); any other message is cut off.
  ///
  /// - Parameter bytes: what was not used up.
  public func end(_ bytes: UnsafeRawBufferPointer) -> HTTP1Reading {
    guard state.pointee.phase == .untilClose, let start = bytes.baseAddress else { return .needsMore }
    state.pointee.phase = .done
    head.pointee.base = UnsafeMutableRawPointer(mutating: start)
    return .message(size: head.pointee.size + head.pointee.bodySize)
  }

  // MARK: Private

  private func read(_ bytes: UnsafeMutableRawPointer, count: Int) throws(HTTP1Refusal) -> HTTP1Reading {
    if state.pointee.phase == .done {
      state.pointee.phase = .head
      state.pointee.skipped = 0
      state.pointee.scanned = 0
      state.pointee.hasAskedToContinue = false
    }
    if state.pointee.phase == .head {
      if state.pointee.known.size > 0, isKnown(bytes, count: count) {
        state.pointee.phase = .length
      } else {
        state.pointee.known.forget()
        guard try readHead(bytes, count: count) else { return .needsMore }
        begin()
      }
    }
    let start = bytes + state.pointee.skipped
    head.pointee.base = start
    return try readBody(start, count: count &- state.pointee.skipped)
  }

  /// The head that was read last has come again, whole and at once.
  private func isKnown(_ bytes: UnsafeMutableRawPointer, count: Int) -> Bool {
    guard state.pointee.scanned == 0, !state.pointee.awaitsNoBody, state.pointee.known.isSame(bytes, count: count)
    else { return false }
    state.pointee.lookedAtCount &+= state.pointee.known.size
    return true
  }

  private func readHead(_ bytes: UnsafeMutableRawPointer, count: Int) throws(HTTP1Refusal) -> Bool {
    if case .requests = side, state.pointee.skipped == 0, bytes.load(as: UInt8.self) == HTTP1Text.cr {
      guard count >= 2 else { return false }
      guard (bytes + 1).load(as: UInt8.self) == HTTP1Text.lf else { throw .startLine }
      state.pointee.skipped = 2
    }
    let start = bytes + state.pointee.skipped
    let count = count &- state.pointee.skipped
    guard count >= (side == .replies ? HTTP1Limits.statusLineSizeMin : 1) else { return false }
    let scanned = state.pointee.scanned
    let crossed = { (limit: Int) in scanned <= limit && count > limit }
    let isDue =
      scanned == 0 || mayEnd(start, from: scanned, count: count) || crossed(HTTP1Limits.startLineSizeMax)
      || crossed(HTTP1Limits.startLineSizeMax + HTTP1Limits.fieldsSizeMax)
    // A CR at the end is looked at again, with what follows it.
    let isOpen = (start + (count &- 1)).load(as: UInt8.self) == HTTP1Text.cr
    state.pointee.scanned = isOpen ? count &- 1 : count
    guard isDue else { return false }
    state.pointee.lookedAtCount &+= count
    return try head.pointee.parse(start, count: count, side: side)
  }

  /// Whether a look at the whole head is due: its end has come, or a byte that no head has.
  private func mayEnd(_ start: UnsafeMutableRawPointer, from scanned: Int, count: Int) -> Bool {
    var next = start + scanned
    let end = start + count
    state.pointee.lookedAtCount &+= end - next
    while true {
      next = HTTP1Text.firstControl(from: next, to: end)
      guard next < end else { return false }
      switch next.load(as: UInt8.self) {
      case HTTP1Text.tab: next += 1
      case HTTP1Text.cr:
        guard end - next >= 2 else { return false }
        guard (next + 1).load(as: UInt8.self) == HTTP1Text.lf else { return true }
        // What stood before says whether this line is empty.
        if next - start >= 1, (next - 1).load(as: UInt8.self) == HTTP1Text.lf { return true }
        next += 2
      default: return true
      }
    }
  }

  /// The head is whole: how the body ends (RFC 9112, 6.3).
  private func begin() {
    let hasNoBody =
      side == .replies
      && (head.pointee.isInterim || head.pointee.status == 204 || head.pointee.status == 304
        || state.pointee.awaitsNoBody)
    if side == .replies, !head.pointee.isInterim { state.pointee.awaitsNoBody = false }
    if hasNoBody {
      head.pointee.contentLength = 0
      state.pointee.phase = .length
    } else if head.pointee.isChunked {
      state.pointee.chunks = HTTP1Chunks(at: head.pointee.size)
      state.pointee.phase = .chunks
    } else if side == .requests {
      head.pointee.contentLength = max(0, head.pointee.contentLength)
      state.pointee.phase = .length
    } else if head.pointee.contentLength >= 0 {
      state.pointee.phase = .length
      // What was decoded in place is not what came.
      if !head.pointee.hasBinary { state.pointee.known.remember(head.pointee.base, size: head.pointee.size) }
    } else {
      head.pointee.saysClose = true
      state.pointee.phase = .untilClose
    }
  }

  private func readBody(_ start: UnsafeMutableRawPointer, count: Int) throws(HTTP1Refusal) -> HTTP1Reading {
    switch state.pointee.phase {
    case .chunks:
      let before = state.pointee.chunks.offset
      let isWhole = try state.pointee.chunks.decode(start, count: count)
      state.pointee.lookedAtCount &+= state.pointee.chunks.offset &- before
      guard isWhole else { return .needsMore }
      head.pointee.bodySize = state.pointee.chunks.bodyEnd &- head.pointee.size
      if head.pointee.hasBodyContext { try head.pointee.takeBodyContext() }
      return done(state.pointee.chunks.offset)
    case .untilClose:
      head.pointee.bodySize = count &- head.pointee.size
      guard head.pointee.bodySize <= HTTP1Limits.bodySizeMax else { throw .body }
      return .needsMore
    default:
      let size = head.pointee.contentLength
      guard size <= HTTP1Limits.bodySizeMax else { throw .body }
      guard count &- head.pointee.size >= size else { return .needsMore }
      head.pointee.bodySize = size
      if head.pointee.hasBodyContext { try head.pointee.takeBodyContext() }
      return done(head.pointee.size &+ size)
    }
  }

  private func done(_ size: Int) -> HTTP1Reading {
    state.pointee.phase = .done
    return .message(size: state.pointee.skipped &+ size)
  }
}
