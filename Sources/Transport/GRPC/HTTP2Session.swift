// One direction-less end of an HTTP/2 connection: bytes in, streams out, and the other way round. nghttp2 keeps the protocol
// (RFC 9113 and 7541); this keeps what came on each stream, and what is to be sent. Knows no socket.

public import Bytes
internal import CNghttp2
public import TransportMessages

/// Nothing is told from inside the library: what came is queued while it reads, and taken by the owner afterwards, who may
/// then call anything here. What is sent is bytes in `output` when a call returns.
public final class HTTP2Session {
  public enum Side: Sendable { case server, client }

  enum Shutdown {
    case none
    /// A first goaway is on its way, and a ping behind it.
    case announced
    /// The ping has come back: the last goaway is due.
    case heard
    case said
  }

  let side: Side
  private let output: ByteBuffer
  let session: OpaquePointer
  private let memory = HTTP2Memory()
  let streams = HTTP2Streams()
  // One thread, and no access to a field is held across a call out: exclusivity needs no check at run time.
  /// Whose fields are being read.
  @exclusivity(unchecked) var reading: HTTP2StreamSlot?
  /// Nanoseconds of the owner's clock, which sets it before it calls.
  @exclusivity(unchecked) public var now: Int64 = 0
  /// The owner takes what came: what is sent meanwhile is written at the end, and what that ends is taken then.
  @exclusivity(unchecked) public internal(set) var isReceiving = false
  /// Why the connection is to be closed, once what is in `output` has been sent.
  @exclusivity(unchecked) public internal(set) var fault: TransportFault?
  /// Streams that the library has refused, not counted yet.
  @exclusivity(unchecked) public var refusedCount = 0
  /// The library goes no further.
  @exclusivity(unchecked) private var isDead = false
  /// The peer's first SETTINGS have come.
  @exclusivity(unchecked) public internal(set) var hasSettings = false
  /// The peer has said goaway, with this code.
  @exclusivity(unchecked) public internal(set) var goawayCode: UInt32?
  /// It said that it had looked at some request.
  @exclusivity(unchecked) public internal(set) var hasAcceptedSome = false
  /// Streams that the peer lets us have open at once. Before it says so, what libraries assume.
  @exclusivity(unchecked) public internal(set) var streamCountMax = 100
  // As above, exclusivity is kept: one thread, and no access held across a call out.
  @exclusivity(unchecked) var shutdown = Shutdown.none
  /// A client's streams that have no end yet.
  @exclusivity(unchecked) public internal(set) var openCount = 0
  /// The callers are of this program.
  @exclusivity(unchecked) private var isTrusted = false
  @exclusivity(unchecked) var idleFrames = TokenBucket(
    burst: GRPCLimits.idleFrameBurst, rate: GRPCLimits.idleFrameRate)
  /// See `measure`.
  var sizes: HPACKSizes?
  /// Set while somebody wants to know what header compression takes.
  @exclusivity(unchecked) public var clock: CompressionClock?
  /// When the block that is being read began, or the read that went on with it; while there is a clock.
  @exclusivity(unchecked) var unpackingSince: Int64 = 0
  /// Bytes in front of a client's first frame (RFC 9113, 3.4) that have not come yet.
  private var prefaceLeft: Int
  /// Room for the fields of a request.
  private var fields: UnsafeMutablePointer<nghttp2_nv>
  private var fieldCapacity = 32

  public init(_ side: Side, output: ByteBuffer) {
    self.side = side
    self.output = output
    prefaceLeft = side == .server ? 24 : 0
    fields = .allocate(capacity: fieldCapacity)
    var functions = memory.functions
    var made: OpaquePointer?
    let result =
      side == .server
      ? nghttp2_session_server_new3(
        &made, HTTP2Callbacks.shared.pointer, nil, HTTP2Options.server.pointer, &functions)
      : nghttp2_session_client_new3(
        &made, HTTP2Callbacks.shared.pointer, nil, HTTP2Options.client.pointer, &functions)
    precondition(result == 0, "no memory for a session of HTTP/2")
    session = made.unsafelyUnwrapped
    nghttp2_session_set_user_data(session, Unmanaged.passUnretained(self).toOpaque())
    submitSettings()
  }

  deinit {
    nghttp2_session_del(session)
    memory.deallocate()
    streams.deallocate()
    fields.deallocate()
  }

  private func submitSettings() {
    func entry(_ id: nghttp2_settings_id, _ value: UInt32) -> nghttp2_settings_entry {
      nghttp2_settings_entry(settings_id: Int32(id.rawValue), value: value)
    }
    var entries = [
      entry(NGHTTP2_SETTINGS_INITIAL_WINDOW_SIZE, GRPCLimits.streamWindow),
      // A field counts 32 bytes more than it has (RFC 7541, 4.1).
      entry(
        NGHTTP2_SETTINGS_MAX_HEADER_LIST_SIZE,
        UInt32(GRPCLimits.fieldsSizeMax + 32 * GRPCLimits.receivedFieldCountMax)),
      entry(NGHTTP2_SETTINGS_NO_RFC7540_PRIORITIES, 1),
    ]
    entries.append(
      side == .server
        ? entry(NGHTTP2_SETTINGS_MAX_CONCURRENT_STREAMS, GRPCLimits.streamCountMax)
        : entry(NGHTTP2_SETTINGS_ENABLE_PUSH, 0))
    nghttp2_submit_settings(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), entries, entries.count)
    nghttp2_session_set_local_window_size(
      session, UInt8(NGHTTP2_FLAG_NONE.rawValue), 0, GRPCLimits.connectionWindow)
    flush()
  }

  // MARK: What comes

  /// Reads bytes, all of them. What they bring is then to be taken by `takeReady`, up to `endReceiving`.
  public func receive(_ bytes: UnsafeRawBufferPointer) {
    isReceiving = true
    if prefaceLeft > 0 || sizes != nil { return measure(bytes) }
    if clock != nil { return clockedRead(bytes) }
    read(bytes)
  }

  /// The clock stands still between two reads of one block.
  @inline(never)
  private func clockedRead(_ bytes: UnsafeRawBufferPointer) {
    if let clock, reading != nil { unpackingSince = clock.now }
    read(bytes)
    if reading != nil { clock?.didUnpack(since: unpackingSince) }
  }

  private func read(_ bytes: UnsafeRawBufferPointer) {
    guard !isDead, let start = bytes.bindMemory(to: UInt8.self).baseAddress else { return }
    let result = nghttp2_session_mem_recv(session, start, bytes.count)
    if result < 0 { fail(nghttp2_error(rawValue: nghttp2_error.RawValue(truncatingIfNeeded: result))) }
  }

  /// Tells from here on what fields that come take on the wire, or ends it. To be called between two frames.
  public func measure(_ isOn: Bool) {
    sizes = isOn ? HPACKSizes() : nil
  }

  @inline(never)
  private func measure(_ bytes: UnsafeRawBufferPointer) {
    let begin = UnsafeRawBufferPointer(rebasing: bytes.prefix(prefaceLeft))
    prefaceLeft -= begin.count
    if !begin.isEmpty { read(begin) }
    let rest = UnsafeRawBufferPointer(rebasing: bytes[begin.count...])
    guard let sizes else { return read(rest) }
    sizes.receive(rest) { read($0) }
  }

  /// The next stream that has something to tell (`event`). It is to be handed to `didTake` afterwards.
  public func takeReady() -> HTTP2StreamSlot? {
    while let slot = streams.takeReady() {
      guard !slot.pointee.state.contains(.isGivenUp) else {
        release(slot)
        continue
      }
      slot.pointee.state.insert(.isTold)
      return slot
    }
    return nil
  }

  /// The callers are of this program.
  public func trust() {
    guard !isTrusted else { return }
    isTrusted = true
    idleFrames = TokenBucket(burst: GRPCLimits.ownIdleFrameBurst, rate: GRPCLimits.ownIdleFrameRate)
  }

  /// What it told has been taken.
  public func didTake(_ slot: HTTP2StreamSlot) {
    streams.dropIncoming(of: slot)
    release(slot)
  }

  /// Writes what was sent meanwhile. What that ends may have something to tell in turn.
  public func endReceiving() {
    isReceiving = false
    if case .heard = shutdown { endShutdown() }
    flush()
  }

  /// Some stream has something to tell.
  public var hasReady: Bool { streams.hasReady }

  private func release(_ slot: HTTP2StreamSlot) {
    if slot.pointee.state.contains(.isClosed), !slot.pointee.state.contains(.isReady) { streams.free(slot) }
  }

  /// The oldest message that is not whole began then; nil when there is none.
  public var oldestBegin: Int64? { side == .server ? streams.oldest?.pointee.begin : nil }

  /// A message has taken too long. Where its fields are not whole either, no other stream can be read.
  public func refuseOldest() {
    guard let slot = streams.oldest else { return }
    if slot.pointee.state.contains(.isInFields) {
      fault = .stalled
      terminate(NGHTTP2_ENHANCE_YOUR_CALM)
    } else {
      refuse(slot, .deadlineExceeded, .stalled)
    }
    flush()
  }

  // MARK: Streams

  /// The stream, while the peer waits for its answer.
  public func find(_ tag: UInt64) -> HTTP2StreamSlot? { slot(Int32(truncatingIfNeeded: tag)) }

  func slot(_ id: Int32) -> HTTP2StreamSlot? {
    nghttp2_session_get_stream_user_data(session, id)?.assumingMemoryBound(to: HTTP2Stream.self)
  }

  // MARK: A client's requests

  /// In place of a message where there is none.
  public var nothing: UnsafePointer<GRPCIncoming> { UnsafePointer(streams.nothing) }

  /// A slot for a request, whose image goes into its `sent`.
  public func takeRequest() -> HTTP2StreamSlot { streams.take() }

  /// It is not sent.
  public func drop(_ slot: HTTP2StreamSlot) { streams.free(slot) }

  /// Sends the request whose image is in the stream's `sent`. When the library takes no more, `event` says so.
  ///
  /// - Parameter isRepeated: a callee did not look at it.
  public func send(_ slot: HTTP2StreamSlot, tag: UInt64, to target: GRPCTarget, isRepeated: Bool = false) {
    slot.pointee.tag = tag
    slot.pointee.state = isRepeated ? .isRepeated : []
    openCount &+= 1
    let fieldCount = target.fieldCount + GRPCRequestImage.fieldCount(slot.pointee.sent)
    if fieldCount > fieldCapacity { growFields(fieldCount) }
    let count = GRPCRequestImage.prepare(slot, target, fields)
    var provider = HTTP2Session.provider(of: slot)
    let id = nghttp2_submit_request(session, nil, fields, count, &provider, slot)
    slot.pointee.id = max(0, id)
    streams.await(slot)
    guard id > 0 else { return close(slot, .unprocessed) }
    didSubmit()
  }

  private func growFields(_ count: Int) {
    fields.deallocate()
    fieldCapacity = max(fieldCapacity * 2, count)
    fields = .allocate(capacity: fieldCapacity)
  }

  /// Nobody waits for a request any more. The peer is told, if it is to be.
  public func giveUp(_ tag: UInt64, resets: Bool) {
    guard let slot = streams.first(where: { $0.pointee.tag == tag && !$0.pointee.state.contains(.isGivenUp) }) else {
      return
    }
    slot.pointee.state.insert(.isGivenUp)
    guard resets, !slot.pointee.state.contains(.isClosed), !slot.pointee.state.contains(.isReady) else { return }
    reset(slot.pointee.id, NGHTTP2_CANCEL)
    didSubmit()
  }

  /// Bytes of messages that have come and not been handed on.
  package var bufferedSize: Int { streams.bufferedSize }

  /// No id is left for another request.
  public var isExhausted: Bool {
    nghttp2_session_get_next_stream_id(session) > UInt32(Int32.max - GRPCLimits.streamIDsLeft)
  }

  /// For tests: the next request has this id.
  package func setNextStreamID(_ id: Int32) { nghttp2_session_set_next_stream_id(session, id) }

  // MARK: The end

  /// Says that nothing new will be answered soon, and once the peer has heard it, that nothing new is (RFC 9113, 6.8).
  public func beginShutdown() {
    guard case .none = shutdown else { return endShutdown() }
    shutdown = .announced
    nghttp2_submit_shutdown_notice(session)
    // A ping overtakes what is not written yet.
    flush()
    nghttp2_submit_ping(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nil)
    didSubmit()
  }

  /// Nothing that comes from here on is answered.
  private func endShutdown() {
    shutdown = .said
    nghttp2_submit_goaway(
      session, UInt8(NGHTTP2_FLAG_NONE.rawValue), nghttp2_session_get_last_proc_stream_id(session),
      NGHTTP2_NO_ERROR.rawValue, nil, 0)
    didSubmit()
  }

  /// Both sides have said all.
  public var isOver: Bool { nghttp2_session_want_read(session) == 0 && nghttp2_session_want_write(session) == 0 }

  // MARK: Sending

  func reset(_ id: Int32, _ code: nghttp2_error_code) {
    nghttp2_submit_rst_stream(session, UInt8(NGHTTP2_FLAG_NONE.rawValue), id, code.rawValue)
  }

  func didSubmit() { if !isReceiving { flush() } }

  /// Moves what the library has to send into the output.
  func flush() {
    while !isDead {
      var bytes: UnsafePointer<UInt8>?
      let begin = clock?.now
      let size = nghttp2_session_mem_send(session, &bytes)
      if let begin, size > 3, bytes?[3] == UInt8(NGHTTP2_HEADERS.rawValue) { clock?.didPack(since: begin) }
      guard size > 0 else {
        if size < 0 { fail(nghttp2_error(rawValue: nghttp2_error.RawValue(truncatingIfNeeded: size))) }
        return
      }
      output.append(UnsafeRawBufferPointer(start: bytes, count: size))
    }
  }

  func terminate(_ code: nghttp2_error_code) { nghttp2_session_terminate_session(session, code.rawValue) }

  /// The library goes no further.
  private func fail(_ error: nghttp2_error) {
    isDead = true
    guard fault == nil else { return }
    switch error {
    case NGHTTP2_ERR_BAD_CLIENT_MAGIC: fault = .malformedPreface
    case NGHTTP2_ERR_FLOODED, NGHTTP2_ERR_TOO_MANY_CONTINUATIONS: fault = .flood
    default: fault = .protocolError
    }
    // It says nothing itself any more.
    GoawayFrame.append(
      code: fault == .flood ? NGHTTP2_ENHANCE_YOUR_CALM.rawValue : NGHTTP2_PROTOCOL_ERROR.rawValue,
      lastStreamID: nghttp2_session_get_last_proc_stream_id(session), to: output)
  }
}
