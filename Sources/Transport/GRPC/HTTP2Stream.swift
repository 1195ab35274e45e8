// A stream of a session: who it belongs to, what has come on it, what is to be sent. In plain memory that is used again.

public import Bytes
public import TransportMessages

public typealias HTTP2StreamSlot = UnsafeMutablePointer<HTTP2Stream>

/// What a session tells its owner of a stream, once.
public enum HTTP2StreamEvent {
  /// A whole message is there.
  case message
  /// A message is not taken: it breaks a limit. With a status of gRPC, and the reason to count.
  case refused(StatusCode, TransportFault)
  /// The peer has reset the stream, with an error code of RFC 9113, 7, or its connection takes it no more.
  case reset(UInt32)
  /// The peer says that it has done nothing for this stream: it may be sent again (RFC 9113, 8.7).
  case unprocessed
}

public struct HTTP2Stream {
  struct State: OptionSet {
    let rawValue: UInt8
    /// It stands in the list of those that have something to tell.
    static let isReady = State(rawValue: 1 << 0)
    /// The owner has been told of its message, its refusal, or its end.
    static let isTold = State(rawValue: 1 << 1)
    /// nghttp2 knows it no more.
    static let isClosed = State(rawValue: 1 << 2)
    /// Nobody waits for it any more.
    static let isGivenUp = State(rawValue: 1 << 3)
    /// What still comes is dropped: fields behind a message, or what was refused.
    static let isDeaf = State(rawValue: 1 << 4)
    /// A header block has begun and not ended.
    static let isInFields = State(rawValue: 1 << 5)
    /// A server's: it has its answer.
    static let isAnswered = State(rawValue: 1 << 6)
    /// A client's: it has been sent before, to a callee that did not look at it.
    static let isRepeated = State(rawValue: 1 << 7)
  }

  public internal(set) var id: Int32 = 0
  /// A client's: of its request.
  public internal(set) var tag: UInt64 = 0
  public internal(set) var event = HTTP2StreamEvent.message
  public var isRepeated: Bool { state.contains(.isRepeated) }
  var state: State = []
  /// Nil before the message begins and when it has been handed on.
  public internal(set) var incoming: UnsafeMutablePointer<GRPCIncoming>?
  /// A client's: the request, which the library reads where it lies. Behind it, or alone, the message that is sent.
  public internal(set) var sent: ByteBuffer
  /// Of the message in `sent`.
  var sentOffset = 0
  var sentEnd = 0
  /// Bytes of payload behind that: nobody reads them, and they are made as they are sent.
  var generatedSize = 0
  /// A server's: when the message began; nanoseconds.
  var begin: Int64 = 0
  /// By age, the oldest first: a client's streams, and a server's without a whole message. `next` also links free ones.
  var previous: HTTP2StreamSlot?
  var next: HTTP2StreamSlot?
  var nextReady: HTTP2StreamSlot?

  init() { sent = ByteBuffer(capacity: 0) }
}

/// Slots of one session. A handle; its owner calls `deallocate` once.
struct HTTP2Streams {
  private struct Lists {
    var free: HTTP2StreamSlot?
    var freeIncoming: UnsafeMutablePointer<GRPCIncoming>?
    /// Bytes that those have allocated.
    var freeIncomingSize = 0
    var firstReady: HTTP2StreamSlot?
    var lastReady: HTTP2StreamSlot?
    /// Bytes of messages that have not been handed on.
    var bufferedSize = 0
  }

  private let lists: UnsafeMutablePointer<Lists>
  /// Those that await a message, by age. The ring's own slot.
  private let awaiting = HTTP2Streams.makeRing()
  /// What has come where nothing has.
  let nothing: UnsafeMutablePointer<GRPCIncoming>
  /// A server's whose message has come.
  private let busy = HTTP2Streams.makeRing()

  init() {
    lists = .allocate(capacity: 1)
    lists.initialize(to: Lists())
    nothing = .allocate(capacity: 1)
    nothing.initialize(to: GRPCIncoming())
  }

  private static func makeRing() -> HTTP2StreamSlot {
    let ring = HTTP2StreamSlot.allocate(capacity: 1)
    ring.initialize(to: HTTP2Stream())
    ring.pointee.previous = ring
    ring.pointee.next = ring
    return ring
  }

  /// When the library is gone, which may read from any slot before.
  func deallocate() {
    for ring in [awaiting, busy] {
      while let slot = ring.pointee.next, slot != ring { free(slot) }
      ring.pointee.sent.deallocate()
      ring.deallocate()
    }
    while let slot = lists.pointee.free {
      lists.pointee.free = slot.pointee.next
      slot.pointee.sent.deallocate()
      slot.deallocate()
    }
    while let incoming = lists.pointee.freeIncoming {
      lists.pointee.freeIncoming = incoming.pointee.next
      incoming.pointee.deallocate()
      incoming.deallocate()
    }
    nothing.pointee.deallocate()
    nothing.deallocate()
    lists.deallocate()
  }

  var bufferedSize: Int { lists.pointee.bufferedSize }

  var hasReady: Bool { lists.pointee.firstReady != nil }

  func take() -> HTTP2StreamSlot {
    guard let slot = lists.pointee.free else {
      let slot = HTTP2StreamSlot.allocate(capacity: 1)
      slot.initialize(to: HTTP2Stream())
      return slot
    }
    lists.pointee.free = slot.pointee.next
    slot.pointee.next = nil
    return slot
  }

  /// It stands in no list.
  func free(_ slot: HTTP2StreamSlot) {
    dropIncoming(of: slot)
    leaveRing(slot)
    slot.pointee.state = []
    slot.pointee.id = 0
    if slot.pointee.sent.capacity > GRPCLimits.keptCapacityMax {
      slot.pointee.sent.deallocate()
      slot.pointee.sent = ByteBuffer(capacity: 0)
    }
    slot.pointee.sent.removeAll()
    slot.pointee.next = lists.pointee.free
    lists.pointee.free = slot
  }

  func addIncoming(to slot: HTTP2StreamSlot) -> UnsafeMutablePointer<GRPCIncoming> {
    if let incoming = slot.pointee.incoming { return incoming }
    let incoming: UnsafeMutablePointer<GRPCIncoming>
    if let free = lists.pointee.freeIncoming {
      lists.pointee.freeIncoming = free.pointee.next
      lists.pointee.freeIncomingSize &-= free.pointee.capacity
      incoming = free
    } else {
      incoming = .allocate(capacity: 1)
      incoming.initialize(to: GRPCIncoming())
    }
    slot.pointee.incoming = incoming
    return incoming
  }

  func dropIncoming(of slot: HTTP2StreamSlot) {
    guard let incoming = slot.pointee.incoming else { return }
    slot.pointee.incoming = nil
    lists.pointee.bufferedSize &-= incoming.pointee.countedSize
    incoming.pointee.reset()
    let size = lists.pointee.freeIncomingSize &+ incoming.pointee.capacity
    guard size <= GRPCLimits.keptIncomingSize else {
      incoming.pointee.deallocate()
      return incoming.deallocate()
    }
    lists.pointee.freeIncomingSize = size
    incoming.pointee.next = lists.pointee.freeIncoming
    lists.pointee.freeIncoming = incoming
  }

  /// Appends to a message. False when it would be too large, or all of them together.
  func append(_ bytes: UnsafeRawBufferPointer, to incoming: UnsafeMutablePointer<GRPCIncoming>) -> Bool {
    guard incoming.pointee.body.count &+ bytes.count <= GRPCLimits.messageSizeMax + GRPCPrefix.size,
      lists.pointee.bufferedSize &+ bytes.count <= GRPCLimits.bufferedSizeMax
    else { return false }
    incoming.pointee.body.append(bytes)
    count(bytes.count, of: incoming)
    return true
  }

  /// Appends a field, or notes that it has no room.
  @inline(__always)
  func append(
    name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer, to incoming: UnsafeMutablePointer<GRPCIncoming>
  ) {
    let size = name.count &+ value.count
    guard lists.pointee.bufferedSize &+ size <= GRPCLimits.bufferedSizeMax else {
      incoming.pointee.isOverflowing = true
      return
    }
    incoming.pointee.append(name: name, value: value, sizeMax: GRPCLimits.fieldsSizeMax)
    count(size, of: incoming)
  }

  @inline(__always)
  private func count(_ size: Int, of incoming: UnsafeMutablePointer<GRPCIncoming>) {
    incoming.pointee.countedSize &+= size
    lists.pointee.bufferedSize &+= size
  }

  // MARK: By age

  func await(_ slot: HTTP2StreamSlot) { join(awaiting, slot) }

  func didReceiveMessage(of slot: HTTP2StreamSlot) {
    leaveRing(slot)
    join(busy, slot)
  }

  private func join(_ ring: HTTP2StreamSlot, _ slot: HTTP2StreamSlot) {
    let last = ring.pointee.previous.unsafelyUnwrapped
    slot.pointee.previous = last
    slot.pointee.next = ring
    last.pointee.next = slot
    ring.pointee.previous = slot
  }

  private func leaveRing(_ slot: HTTP2StreamSlot) {
    guard let previous = slot.pointee.previous, let next = slot.pointee.next else { return }
    previous.pointee.next = next
    next.pointee.previous = previous
    slot.pointee.previous = nil
    slot.pointee.next = nil
  }

  var oldest: HTTP2StreamSlot? { awaiting.pointee.next == awaiting ? nil : awaiting.pointee.next }

  /// The oldest that fulfils a condition: what is asked for is old far more often than not.
  func first(where condition: (HTTP2StreamSlot) -> Bool) -> HTTP2StreamSlot? {
    var slot = awaiting.pointee.next.unsafelyUnwrapped
    while slot != awaiting {
      if condition(slot) { return slot }
      slot = slot.pointee.next.unsafelyUnwrapped
    }
    return nil
  }

  // MARK: Those that have something to tell

  func appendReady(_ slot: HTTP2StreamSlot, _ event: HTTP2StreamEvent) {
    slot.pointee.event = event
    guard !slot.pointee.state.contains(.isReady) else { return }
    slot.pointee.state.insert(.isReady)
    slot.pointee.nextReady = nil
    if let last = lists.pointee.lastReady { last.pointee.nextReady = slot } else { lists.pointee.firstReady = slot }
    lists.pointee.lastReady = slot
  }

  func takeReady() -> HTTP2StreamSlot? {
    guard let slot = lists.pointee.firstReady else { return nil }
    lists.pointee.firstReady = slot.pointee.nextReady
    if slot.pointee.nextReady == nil { lists.pointee.lastReady = nil }
    slot.pointee.nextReady = nil
    slot.pointee.state.remove(.isReady)
    return slot
  }
}
