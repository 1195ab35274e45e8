// The requests of a slot, written out once before it starts: sending one is a copy and a new id. So the client costs the
// same under every strategy, and allocates nothing per request.

package import Bytes
package import Context
internal import Control
package import Propagation
internal import Statistics
package import Topology
internal import TransportFrame

/// A ring of ready request frames with contexts of their own, and what each context holds.
package final class RequestImages {
  /// Different contexts in a ring.
  package static let imageCount = 256
  /// The tenant that every request carries: the key that the client sets and each service reads.
  package static let tenant = "acme-eu"

  private let bytes = ByteBuffer(capacity: 64 << 10)
  private var ranges: [Range<Int>] = []
  /// The context that each image carries, before any propagator wrote it.
  package private(set) var snapshots: [ContextSnapshot] = []
  /// Header fields that stand for those of the propagator; by image, empty where there are none.
  private let fields: [[ClientField]]
  private let carriesRandomBytes: Bool
  private var next = 0

  /// - Parameters:
  ///   - deadline: microseconds, the same in every request; 0 for none.
  ///   - hopsLeft: deliveries that a request may make.
  ///   - opaqueSize: random bytes that `opaque` carries; nil for those that `packed` would send.
  ///   - trace: what every context's trace has beside its ids.
  package init(
    client: ClientSide, propagator: any Propagator, deadline: UInt32, hopsLeft: Int, flags: UInt8, seed: UInt64,
    opaqueSize: Int? = nil, trace: SentTrace = SentTrace()
  ) {
    var random = SeededGenerator(seed: seed)
    carriesRandomBytes = opaqueSize != nil && propagator.name == "opaque"
    var opaqueRandom = SeededGenerator(seed: seed, stream: 1)
    fields = client.fieldsByImage(count: RequestImages.imageCount, seed: seed)
    let context = PackedContext()
    for image in 0..<RequestImages.imageCount {
      context.reset()
      RequestImages.fill(context, client: client, trace: trace, random: &random)
      snapshots.append(ContextSnapshot(of: context))
      let start = bytes.count
      var writer = FrameWriter(
        to: bytes, type: .request, flags: flags, id: 0, deadline: deadline,
        hopsLeft: UInt16(clamping: hopsLeft))
      RequestImages.withOpaqueBytes(opaqueSize, of: context, &opaqueRandom) {
        if fields[image].isEmpty {
          propagator.inject(context, into: &writer)
        } else {
          fields[image].write(over: propagator, context, to: writer)
        }
      }
      writer.finish(payloadSize: client.payloadSize)
      ranges.append(start..<bytes.count)
    }
  }

  deinit { bytes.deallocate() }

  /// Appends the next request of the ring to `output` under `id`; returns its position in the ring.
  @discardableResult
  package func append(to output: ByteBuffer, id: UInt64) -> Int {
    let position = next
    next = next &+ 1 == ranges.count ? 0 : next &+ 1
    let range = ranges[position]
    let destination = output.reserve(range.count)
    destination.copyMemory(from: bytes.pointer(at: range.lowerBound), byteCount: range.count)
    destination.storeBytes(of: id.littleEndian, toByteOffset: FrameLayout.idOffset, as: UInt64.self)
    output.commit(range.count)
    return position
  }

  /// The random bytes that the image at a position in the ring carries; nil when it carries a context.
  func opaqueBytes(at position: Int) -> [UInt8]? {
    guard carriesRandomBytes else { return nil }
    return frame(at: position).map { Array($0.context) } ?? []
  }

  /// The header fields of the image at a position in the ring, as they are sent.
  func sentFields(at position: Int) -> [(name: String, value: [UInt8])] {
    var fields: [(name: String, value: [UInt8])] = []
    frame(at: position)?.forEachField { (name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) in
      fields.append((String(decoding: name, as: UTF8.self), Array(value)))
    }
    return fields
  }

  /// What the image at a position in the ring is; valid as long as the images are.
  private func frame(at position: Int) -> Frame? {
    let image = UnsafeRawBufferPointer(
      start: bytes.pointer(at: ranges[position].lowerBound), count: ranges[position].count)
    guard case .frame(let frame) = Frame.decode(image) else { return nil }
    return frame
  }

  /// The same for people.
  func seen(at position: Int) -> SeenContext? { frame(at: position).map { SeenContext(sent: $0, snapshots[position]) } }

  /// The standard keys with values of fixed width, then what the topology's client sets.
  private static func fill(
    _ context: RequestContext, client: ClientSide, trace: SentTrace, random: inout SeededGenerator
  ) {
    context.setSpanContext(
      SpanContext(
        traceIDHigh: random.next(), traceIDLow: random.next() | 1, spanID: random.next() | 1, flags: trace.flags))
    if !trace.state.isEmpty { context.setTraceState(Array(trace.state.utf8).span.bytes) }
    let requestID = StandardWork.requestID(random.next())
    context.setText(.requestID, requestID.span.bytes)
    context.setInteger(.user, Int64(random.next() % 9_000_000) + 1_000_000)
    context.setText(.tenant, Array(tenant.utf8).span.bytes)
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
