// What a message's head says, in memory that is used again for every message of a connection: a table of fields, the body's
// place, and the words that are ours. Never copies, never allocates beyond the table's growth.

public import TransportMessages

/// A field line that HTTP itself has no use for, as offsets from the message's first byte. The name is in lower case, the
/// value has no white space around it.
public struct HTTP1Field {
  public internal(set) var nameOffset: UInt32
  public internal(set) var valueOffset: UInt32
  public internal(set) var nameSize: UInt16
  public internal(set) var valueSize: UInt16
}

/// Filled by `HTTP1Reader`. Offsets count from the message's first byte, because what was received moves while a message
/// is still incomplete.
public struct HTTP1Head {
  /// The message's first byte. Valid while the bytes that the reader was handed are.
  public internal(set) var base: UnsafeMutableRawPointer
  /// Bytes of start line and field lines, with the empty line behind them.
  public internal(set) var size = 0
  /// Without the context at its front.
  public internal(set) var bodySize = 0
  /// Where the body starts, the context in it left out.
  public var bodyOffset: Int { size &+ contextSize }

  // MARK: Fields

  @usableFromInline var fields: UnsafeMutablePointer<HTTP1Field>
  @usableFromInline var fieldCapacity: Int
  @usableFromInline var fieldCount = 0
  var lineCount = 0
  /// The decoded binary section, which lies where its text lay.
  @usableFromInline var binaryOffset = 0
  @usableFromInline var binarySize = 0
  /// Bytes of the lines in the table and of the binary section's.
  public internal(set) var carrierSize = 0

  // MARK: What HTTP says

  /// Of a reply.
  public internal(set) var status: UInt16 = 0
  /// 0 or 1: the version's second digit, of which more than 1 counts as 1 (RFC 9112, 2.3).
  public internal(set) var minorVersion: UInt8 = 1
  /// A HEAD: its reply has no body.
  public internal(set) var isHead = false
  var hostCount = 0
  /// -1: none was said.
  var contentLength = -1
  /// Transfer codings, whether the last is `chunked`, and how many are.
  var codingCount = 0
  var endsChunked = false
  var chunkedCount = 0
  var saysTransferEncoding = false
  var saysClose = false
  var saysKeepAlive = false
  /// The sender waits for a 100 before it sends the body.
  var expectsContinue = false
  var hasOtherExpectation = false

  // MARK: What we say

  public internal(set) var words = RequestWords()
  /// The header `ctxchain-propagator`.
  var propagatorOffset = 0
  var propagatorSize = 0
  /// A code of gRPC; -1: the reply is not one of ours.
  var statusCode = -1
  /// Bytes of the views at the beginning of the body.
  public internal(set) var viewsSize = 0
  var hasBinary = false
  /// What `ctxchain-context-body` says.
  var hasBodyContext = false
  var bodyFieldsSize = 0
  var bodyBinarySize = 0
  /// Bytes of the context at the front of the body; see `HTTP1BodyContext`.
  var contextSize: Int { hasBodyContext ? bodyFieldsSize &+ bodyBinarySize : 0 }

  init(fieldCapacity: Int) {
    base = UnsafeMutableRawPointer(bitPattern: 8)!
    self.fieldCapacity = fieldCapacity
    fields = .allocate(capacity: fieldCapacity)
  }

  /// Back to the state before any message, but for the table's memory.
  mutating func reset() {
    size = 0
    bodySize = 0
    fieldCount = 0
    lineCount = 0
    binarySize = 0
    carrierSize = 0
    status = 0
    isHead = false
    hostCount = 0
    contentLength = -1
    codingCount = 0
    endsChunked = false
    chunkedCount = 0
    saysTransferEncoding = false
    saysClose = false
    saysKeepAlive = false
    expectsContinue = false
    hasOtherExpectation = false
    words = RequestWords()
    propagatorSize = 0
    statusCode = -1
    viewsSize = 0
    hasBinary = false
    hasBodyContext = false
  }

  @inline(__always)
  mutating func append(_ field: HTTP1Field) {
    if fieldCount == fieldCapacity { growTable() }
    fields[fieldCount] = field
    fieldCount &+= 1
  }

  private mutating func growTable() {
    let grown = UnsafeMutablePointer<HTTP1Field>.allocate(capacity: fieldCapacity * 2)
    grown.moveInitialize(from: fields, count: fieldCount)
    fields.deallocate()
    fields = grown
    fieldCapacity *= 2
  }

  /// Nothing more comes behind this message (RFC 9112, 9.3).
  public var isLast: Bool { saysClose || (minorVersion == 0 && !saysKeepAlive) }

  /// How a request says that it carries its context; empty where it does not say.
  @inline(__always)
  public var propagator: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: base + propagatorOffset, count: propagatorSize)
  }

  /// 1xx: the reply is still to come.
  public var isInterim: Bool { status < 200 }

  /// What a reply says in the terms of gRPC: exactly, where it says so; otherwise as grpc/doc/http-grpc-status-mapping.md
  /// has it.
  public var replyStatus: UInt16 {
    statusCode >= 0 ? UInt16(statusCode) : HTTP1Status.code(of: status).rawValue
  }
}

/// A whole message: a view of its head and of the received bytes, valid as long as they stay in place.
public struct HTTP1Message {
  @usableFromInline let head: UnsafeMutablePointer<HTTP1Head>

  /// - Parameter message: of this kind.
  @inlinable public init(_ message: ReceivedMessage) {
    head = UnsafeMutableRawPointer(mutating: message.base).assumingMemoryBound(to: HTTP1Head.self)
  }

  init(_ head: UnsafeMutablePointer<HTTP1Head>) { self.head = head }

  @inlinable public var fieldCount: Int { head.pointee.fieldCount }

  /// Calls `body` with each field that HTTP has no use for, in order.
  @inlinable
  @inline(__always)
  public func forEachField(_ body: (_ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer) -> Void) {
    let base = UnsafeRawPointer(head.pointee.base)
    let fields = head.pointee.fields
    for index in 0..<head.pointee.fieldCount {
      let field = fields[index]
      body(
        UnsafeRawBufferPointer(start: base + Int(field.nameOffset), count: Int(field.nameSize)),
        UnsafeRawBufferPointer(start: base + Int(field.valueOffset), count: Int(field.valueSize)))
    }
  }

  /// The decoded header `ctxchain-context-bin`, or the section in the body; empty when there is none.
  @inlinable public var binary: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: head.pointee.base + head.pointee.binaryOffset, count: head.pointee.binarySize)
  }

  public var body: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(start: head.pointee.base + head.pointee.bodyOffset, count: head.pointee.bodySize)
  }

  /// The views at the beginning of a reply's body; see `ViewRecords`.
  public var views: UnsafeRawBufferPointer {
    UnsafeRawBufferPointer(rebasing: body[..<min(head.pointee.viewsSize, head.pointee.bodySize)])
  }

  /// Bytes of the body behind the views.
  public var payloadSize: Int { max(0, head.pointee.bodySize - head.pointee.viewsSize) }

  /// Of a reply.
  public var status: UInt16 { head.pointee.status }

  /// Bytes of the lines that carry the context.
  public var carrierSize: Int { head.pointee.carrierSize }

  /// Bytes of the head beside those: start line, lines that HTTP and we have a use for, the empty line. What chunks add is not
  /// in it.
  public var protocolSize: Int {
    head.pointee.size &- (head.pointee.hasBodyContext ? 0 : head.pointee.carrierSize)
  }
}
