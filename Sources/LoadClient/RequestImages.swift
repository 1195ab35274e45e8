// The requests of a trial, written out once before it starts: sending one is a copy, a tag and the payload. So the client costs the
// same under every strategy, and allocates nothing per request.

internal import Bytes
package import Context
internal import Control
package import Propagation
internal import Statistics
package import Topology
package import TransportCore

/// A ring of ready requests with contexts of their own, and what each context holds.
package final class RequestImages {
  /// Different contexts in a ring.
  package static let imageCount = 256
  /// The tenants that requests carry: the key that the client sets and each service reads.
  package static let tenants = ["acme-eu-central", "acme-eu-central1"]

  /// Without payloads.
  private let bytes = ByteBuffer(capacity: 64 << 10)
  // One thread, and no access to a field is held across a call out: exclusivity needs no check at run time.
  @exclusivity(unchecked) private var ranges: [Range<Int>] = []
  /// The context that each image carries, before any propagator wrote it.
  package private(set) var snapshots: [ContextSnapshot] = []
  /// Header fields that stand for those of the propagator; by image, empty where there are none.
  private let fields: [[ClientField]]
  private let encoder: RequestEncoder
  /// Bytes behind each image.
  package let payloadSize: Int
  private let carriesRandomBytes: Bool
  private let fresh: FreshTraces?
  @exclusivity(unchecked) private var next = 0

  /// - Parameters:
  ///   - deadline: microseconds, the same in every request; 0 for none.
  ///   - hopsLeft: deliveries that a request may make.
  ///   - opaqueSize: random bytes that `opaque` carries; nil for those that `packed` would send.
  ///   - trace: what every context's trace has beside its ids.
  ///   - target: where the requests go.
  ///   - body: of every request, in place of the client's payload.
  ///   - traceSeed: every request has a trace of its own, drawn from this, where the client says how many are sampled; nil: as
  ///     many traces as there are images.
  package init(
    client: ClientSide, propagator: any Propagator, transport: Transport = .frame, deadline: UInt32, hopsLeft: Int,
    flags: RequestFlags, seed: UInt64, opaqueSize: Int? = nil, trace: SentTrace = SentTrace(),
    target: RequestTarget = RequestTarget(), body: [UInt8]? = nil, traceSeed: UInt64? = nil
  ) throws(ClientError) {
    encoder = transport.makeEncoder(target)
    payloadSize = body == nil ? client.payloadSize : 0
    var random = SeededGenerator(seed: seed)
    carriesRandomBytes = opaqueSize != nil && propagator.name == "opaque"
    var opaqueRandom = SeededGenerator(seed: seed, stream: 1)
    fields = client.fieldsByImage(count: RequestImages.imageCount, seed: seed)
    let head = RequestHead(tag: 0, deadline: deadline, hopsLeft: UInt16(clamping: hopsLeft), flags: flags)
    let encoder = encoder
    fresh = traceSeed.flatMap { seed in
      client.tracing.flatMap {
        FreshTraces(ratio: $0, propagator: propagator, encoder: encoder, head: head, body: body, seed: seed)
      }
    }
    let context = PackedContext()
    for image in 0..<RequestImages.imageCount {
      context.reset()
      RequestImages.fill(context, image: image, client: client, trace: trace, random: &random)
      snapshots.append(ContextSnapshot(of: context))
      let start = bytes.count
      let message = encoder.begin(head, to: bytes)
      RequestImages.withOpaqueBytes(opaqueSize, of: context, &opaqueRandom) {
        if fields[image].isEmpty {
          propagator.inject(context, intoMessage: message)
        } else {
          fields[image].write(over: propagator, context, to: message)
        }
      }
      guard encoder.finishImage(message, payloadSize: body?.count ?? payloadSize) else { throw .requestTooLarge }
      body?.withUnsafeBytes { bytes.append($0) }
      ranges.append(start..<bytes.count)
      fresh?.keep(context, fields[image])
    }
  }

  deinit { bytes.deallocate() }

  /// Bytes of all of them.
  package var imagesSize: Int { bytes.count }

  /// The position in the ring of the request that is to be sent next.
  @inline(__always)
  package func take() -> Int {
    let position = next
    next = next &+ 1 == ranges.count ? 0 : next &+ 1
    return position
  }

  /// The random bytes that the image at a position in the ring carries; nil when it carries a context.
  func opaqueBytes(at position: Int) -> [UInt8]? {
    carriesRandomBytes ? withMessage(at: position) { Array($0.binary) } : nil
  }

  /// The header fields of the image at a position in the ring, as they are sent.
  func sentFields(at position: Int) -> [(name: String, value: [UInt8])] { withMessage(at: position) { $0.fields } }

  /// What the image at a position in the ring is, for people.
  func seen(at position: Int) -> SeenContext {
    withMessage(at: position) { SeenContext(sent: $0, snapshots[position]) }
  }

  private func withMessage<Result>(at position: Int, _ body: (ReceivedMessage) -> Result) -> Result {
    encoder.withImage(image(at: position), body)
  }

  /// The request at a position in the ring, without its payload.
  @inline(__always)
  package func image(at position: Int) -> UnsafeRawBufferPointer {
    if let fresh, let image = fresh.image(at: position, payloadSize: payloadSize) { return image }
    return UnsafeRawBufferPointer(start: bytes.pointer(at: ranges[position].lowerBound), count: ranges[position].count)
  }

  /// The standard keys, then what the topology's client sets. By turns the request id is the long text and the tenant the
  /// short one (`ClientSide.textSizes`), and the other way round: all images have one size.
  private static func fill(
    _ context: RequestContext, image: Int, client: ClientSide, trace: SentTrace, random: inout SeededGenerator
  ) {
    context.setSpanContext(
      SpanContext(
        traceIDHigh: random.next(), traceIDLow: random.next() | 1, spanID: random.next() | 1, flags: trace.flags))
    if !trace.state.isEmpty { context.setTraceState(Array(trace.state.utf8).span.bytes) }
    let requestID = StandardWork.requestID(random.next(), isShort: image % 2 == 1)
    context.setText(.requestID, requestID.span.bytes)
    context.setInteger(.user, Int64(random.next() % 9_000_000) + 1_000_000)
    context.setText(.tenant, Array(tenants[image % 2].utf8).span.bytes)
    for assignment in client.set {
      let key = ContextSchema.key(named: assignment.key)
      switch assignment.value {
      case .integer(let value):
        context.setInteger(key ?? ContextKey(name: assignment.key, type: .integer), value)
      case .text(let value):
        context.setText(key ?? ContextKey(name: assignment.key, type: .text), Array(value.utf8).span.bytes)
      }
    }
  }

  /// What `opaque` forwards: so many random bytes, or those that `packed` would send.
  private static func withOpaqueBytes(
    _ size: Int?, of context: RequestContext, _ random: inout SeededGenerator, _ body: () -> Void
  ) {
    withUnsafeTemporaryAllocation(byteCount: size ?? context.packedSize(), alignment: 8) { bytes in
      if size == nil {
        context.writePacked(to: bytes.baseAddress!)
      } else {
        for start in stride(from: 0, to: bytes.count, by: 8) {
          withUnsafeBytes(of: random.next().littleEndian) { word in
            UnsafeMutableRawBufferPointer(rebasing: bytes[start...]).copyBytes(from: word.prefix(bytes.count - start))
          }
        }
      }
      context.opaque = UnsafeRawBufferPointer(bytes)
      body()
      context.opaque = UnsafeRawBufferPointer(start: nil, count: 0)
    }
  }
}

/// What a trace has beside its ids.
package struct SentTrace: Sendable {
  package var flags: UInt8 = SpanContext.sampled
  /// Empty for none.
  package var state = ""

  package init() {}

  /// With everything that a propagator could lose: two members of tracestate, and every flag that is specified.
  package static let whole: SentTrace = {
    var trace = SentTrace()
    trace.flags |= SpanContext.random
    trace.state = "ctxchain=t61rcWkgMzE,vendor=00f067aa0ba902b7"
    return trace
  }()
}
