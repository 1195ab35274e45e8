// The state of a connection that HTTP/1.1 requests go out by: which replies are awaited, in the order of their requests.

internal import Bytes
internal import EventLoop
internal import TransportHTTP1
internal import TransportMessages

/// Created and used by `Callee`, which keeps the connection.
public final class HTTP1Callee {
  /// Whoever has this has the connection as well.
  private unowned(unsafe) let connection: Connection
  private let reader = HTTP1Reader(.replies)
  /// Requests under way at once.
  private let pipelineMax: Int
  private let sendsHeads: Bool
  /// The tags of those without a reply, in a ring whose size is a power of two.
  private let tags: UnsafeMutablePointer<UInt64>
  private let capacity: Int
  // One thread, and no access to a field is held across a call out: exclusivity needs no check at run time.
  @exclusivity(unchecked) private var first = 0
  @exclusivity(unchecked) private var next = 0
  /// The callee takes no more requests.
  @exclusivity(unchecked) private var isOver = false
  /// A reply has come over this connection.
  @exclusivity(unchecked) private var isReused = false
  /// A part of the next has.
  @exclusivity(unchecked) private var hasBegun = false
  /// Bytes of the latest request; 0 where something else lay before it in the output.
  @exclusivity(unchecked) private var requestSize = 0

  /// - Parameters:
  ///   - pipelineMax: 1 to `HTTP1Limits.pipelineMax`.
  ///   - sendsHeads: no reply has a body (RFC 9110, 9.3.2).
  init(_ connection: Connection, pipelineMax: Int, sendsHeads: Bool) {
    self.connection = connection
    self.pipelineMax = pipelineMax
    self.sendsHeads = sendsHeads
    var capacity = 1
    while capacity < pipelineMax { capacity *= 2 }
    self.capacity = capacity
    tags = .allocate(capacity: capacity)
  }

  deinit {
    reader.deallocate()
    tags.deallocate()
  }

  var canSend: Bool { next &- first < pipelineMax && !isOver }

  /// - Parameter size: bytes of the request, the last in the output.
  func didSend(_ tag: UInt64, size: Int) {
    tags[next & (capacity &- 1)] = tag
    next &+= 1
    requestSize = connection.output.count == size ? size : 0
  }

  /// See `Callee`.
  func receive(_ bytes: UnsafeRawBufferPointer, for receiver: some ReplyReceiver) -> Int {
    guard let start = bytes.baseAddress, !isOver else { return bytes.count }
    var used = 0
    while used < bytes.count {
      guard first != next else {
        receiver.didReceive(.unexpectedType)
        return used
      }
      if sendsHeads, !hasBegun { reader.awaitNoBody() }
      hasBegun = true
      switch reader.read(UnsafeRawBufferPointer(start: start + used, count: bytes.count &- used)) {
      case .needsMore: return used
      case .refused(let refusal):
        receiver.didReceive(refusal.fault)
        return used
      case .message(let size):
        used &+= size
        if reader.head.pointee.isInterim {
          guard reader.head.pointee.status != 101 else {
            // RFC 9110, 15.2.2: an answer to a wish that nobody has.
            receiver.didReceive(.unsupported)
            return used
          }
          continue
        }
        deliver(size: size, to: receiver)
        guard receiver.isOpen, !isOver else { return bytes.count }
      }
    }
    return used
  }

  /// The callee has closed: a reply without a length is whole.
  func end(for receiver: some ReplyReceiver) {
    guard first != next, case .message(let size) = reader.end(connection.unread) else { return }
    deliver(size: size, to: receiver)
  }

  private func deliver(size: Int, to receiver: some ReplyReceiver) {
    let tag = tags[first & (capacity &- 1)]
    first &+= 1
    hasBegun = false
    isReused = true
    let head = reader.head
    if head.pointee.isLast {
      isOver = true
      receiver.willReceiveLast()
    } else {
      receiver.didFree()
    }
    let reply = ReceivedReply(reader.received(size: size), tag: tag, status: head.pointee.replyStatus)
    if reply.status == 0 { receiver.didReceive(reply) } else { receiver.didReceive(error: reply) }
    if isOver, receiver.isOpen { receiver.didReceiveLast() }
  }

  /// False: the request is under way, and there is no word that would end it.
  func cancel(_ tag: UInt64) -> Bool {
    for index in first..<next where tags[index & (capacity &- 1)] == tag { return false }
    return true
  }

  /// Nothing is under way.
  var isEmpty: Bool { first == next }

  /// Used before, and nothing is under way.
  var isIdle: Bool { isReused && isEmpty }

  /// The only request under way on a connection that was used before, when nothing of its answer has come: it may be sent
  /// once more over another (RFC 9112, 9.3.1), which for requests of this program is the same as once. Its bytes are where
  /// they were written from; valid until something is written.
  var unanswered: (tag: UInt64, bytes: UnsafeRawBufferPointer)? {
    guard isReused, !hasBegun, next &- first == 1, requestSize > 0 else { return nil }
    return (tags[first & (capacity &- 1)], connection.output.latest(requestSize))
  }
}
