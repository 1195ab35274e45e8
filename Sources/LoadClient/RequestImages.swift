// The requests of a slot, written out once before it starts: sending one is a copy and a new id. So the client costs the
// same under every strategy, and allocates nothing per request.

package import Bytes
package import Context
package import Propagation
internal import Statistics
package import Topology
internal import Wire

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
  private var next = 0

  /// - Parameters:
  ///   - deadline: microseconds, the same in every request; 0 for none.
  ///   - hopsLeft: deliveries that a request may make.
  package init(
    client: ClientSide, propagator: any Propagator, deadline: UInt32, hopsLeft: Int, flags: UInt8, seed: UInt64
  ) {
    var random = SeededGenerator(seed: seed)
    let context = PackedContext()
    for _ in 0..<RequestImages.imageCount {
      context.reset()
      RequestImages.fill(context, client: client, random: &random)
      snapshots.append(ContextSnapshot(of: context))
      let start = bytes.count
      var writer = FrameWriter(
        to: bytes, type: .request, flags: flags, id: 0, deadline: deadline, hopsLeft: hopsLeft)
      RequestImages.withOpaqueImage(of: context) { propagator.inject(context, into: &writer) }
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

  /// The standard keys with values of fixed width, then what the topology's client sets.
  private static func fill(_ context: RequestContext, client: ClientSide, random: inout SeededGenerator) {
    context.setSpanContext(
      SpanContext(traceIDHigh: random.next(), traceIDLow: random.next() | 1, spanID: random.next() | 1, flags: 1))
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

  /// What `opaque` forwards: the bytes that `packed` would send.
  private static func withOpaqueImage(of context: RequestContext, _ body: () -> Void) {
    let size = context.packedSize()
    withUnsafeTemporaryAllocation(byteCount: size, alignment: 8) { image in
      context.writePacked(to: image.baseAddress!)
      context.opaque = UnsafeRawBufferPointer(image)
      body()
      context.opaque = UnsafeRawBufferPointer(start: nil, count: 0)
    }
  }
}
