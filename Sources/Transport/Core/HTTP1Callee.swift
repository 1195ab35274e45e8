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
  /// Those without a reply.
  private let awaited: HTTP1Awaited
  /// See `repeats`.
  private let repeats: Bool
  // One thread, and no access to a field is held across a call out: exclusivity needs no check at run time.
  /// Requests of a lost connection that wait until this one has answered the first of them.
  @exclusivity(unchecked) private var held: [UnansweredRequest] = []
  /// The callee takes no more requests.
  @exclusivity(unchecked) private var isOver = false
  /// A reply has come over this connection.
  @exclusivity(unchecked) private var isReused = false
  /// A part of the next has.
  @exclusivity(unchecked) private var hasBegun = false

  /// - Parameters:
  ///   - pipelineMax: 1 to `HTTP1Limits.pipelineMax`.
  ///   - repeats: what a lost connection leaves unanswered is to be sent once more, so a request that is given up costs
  ///     the others nothing.
  ///   - sendsHeads: no reply has a body (RFC 9110, 9.3.2).
  init(_ connection: Connection, pipelineMax: Int, repeats: Bool, sendsHeads: Bool) {
    self.connection = connection
    self.pipelineMax = pipelineMax
    self.repeats = repeats
    self.sendsHeads = sendsHeads
    awaited = HTTP1Awaited(countMax: pipelineMax, keepsBytes: repeats && pipelineMax > 1)
  }

  deinit {
    reader.deallocate()
    awaited.deallocate()
  }

  /// Behind a request that was given up nothing new is sent: it may never be answered, and what follows it neither.
  var canSend: Bool { awaited.count < pipelineMax && !isOver && held.isEmpty && !awaited.hasGivenUp }

  /// - Parameter size: bytes of the request, the last in the output.
  func didSend(_ tag: UInt64, size: Int) { awaited.append(tag, size: size, in: connection.output) }

  /// What a lost connection left unanswered. One goes out now, and the others behind its answer: who closes early must not
  /// lose it again for requests that follow (RFC 9112, 9.3.2).
  func send(again requests: [UnansweredRequest]) {
    write(requests.prefix(1))
    held += requests.dropFirst()
  }

  private func write(_ requests: some Collection<UnansweredRequest>) {
    for request in requests {
      request.bytes.withUnsafeBytes { connection.output.append($0) }
      didSend(request.tag, size: request.bytes.count)
    }
    if !requests.isEmpty { connection.send() }
  }

  /// See `Callee`.
  func receive(_ bytes: UnsafeRawBufferPointer, for receiver: some ReplyReceiver) -> Int {
    guard let start = bytes.baseAddress, !isOver else { return bytes.count }
    var used = 0
    while used < bytes.count {
      guard !awaited.isEmpty else {
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
    guard !awaited.isEmpty, case .message(let size) = reader.end(connection.unread) else { return }
    deliver(size: size, to: receiver)
  }

  private func deliver(size: Int, to receiver: some ReplyReceiver) {
    let tag = awaited.removeFirst()
    hasBegun = false
    isReused = true
    let head = reader.head
    if head.pointee.isLast {
      isOver = true
      receiver.willReceiveLast()
    } else {
      if !held.isEmpty {
        write(held)
        held = []
      }
      receiver.didFree()
    }
    let reply = ReceivedReply(reader.received(size: size), tag: tag, status: head.pointee.replyStatus)
    if reply.status == 0 { receiver.didReceive(reply) } else { receiver.didReceive(error: reply) }
    if isOver, receiver.isOpen { receiver.didReceiveLast() }
  }

  /// False: there is no word that would end the request, and none that would be lost with the connection.
  func cancel(_ tag: UInt64) -> Bool {
    let heldCount = held.count
    held.removeAll { $0.tag == tag }
    guard held.count < heldCount || awaited.giveUp(tag) else { return true }
    return repeats && (awaited.hasOthers || !held.isEmpty)
  }

  /// Nothing is under way.
  var isEmpty: Bool { awaited.isEmpty }

  /// Used before, and nothing is under way.
  var isIdle: Bool { isReused && isEmpty }

  /// Of a connection that was used before: the requests of whose answers nothing has come. They may be sent once more over
  /// another (RFC 9112, 9.3.1), which for requests of this program is the same as once. To be asked before anything is
  /// written.
  func takeUnanswered() -> [UnansweredRequest] {
    guard isReused else { return [] }
    let requests = awaited.takeRequests(behindFirst: hasBegun, in: connection.output) + held
    held = []
    return requests
  }
}
