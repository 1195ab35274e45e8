// A trace of its own for every request: who samples by trace id must see ids that do not come again. The request is written
// anew each time, in every arm of a run that has this, so it costs them alike.

internal import Bytes
internal import Context
internal import Propagation
internal import Statistics
internal import Topology
internal import TransportCore

final class FreshTraces {
  private let threshold: UInt64
  private let traceState: [UInt8]
  private let propagator: any Propagator
  private let encoder: RequestEncoder
  private let head: RequestHead
  private let body: [UInt8]?
  /// By image: its context, and fields that stand for those of the propagator.
  private var images: [(context: PackedContext, fields: [ClientField])] = []
  private let bytes = ByteBuffer(capacity: 4096)
  // One thread, and no access to a field is held across a call out: exclusivity needs no check at run time.
  @exclusivity(unchecked) private var random: SeededGenerator

  /// Nil for a propagator that writes no trace.
  init?(
    ratio: SamplingRatio, propagator: any Propagator, encoder: RequestEncoder, head: RequestHead, body: [UInt8]?,
    seed: UInt64
  ) {
    guard propagator.name != "opaque", propagator.name != "none" else { return nil }
    self.propagator = propagator
    self.encoder = encoder
    self.head = head
    self.body = body
    threshold = ratio.rejectionThreshold
    traceState = Array(ratio.traceState.utf8)
    random = SeededGenerator(seed: seed)
  }

  deinit { bytes.deallocate() }

  /// Images come in their order.
  func keep(_ context: PackedContext, _ fields: [ClientField]) {
    let copy = PackedContext()
    withUnsafeTemporaryAllocation(byteCount: context.packedSize(), alignment: 8) { image in
      context.writePacked(to: image.baseAddress!)
      _ = copy.readPacked(UnsafeRawBufferPointer(image))
      copy.detach()
    }
    images.append((copy, fields))
  }

  /// The request of an image's context under a new trace id, valid until the next; nil: it is too large, as the one before
  /// was not.
  func image(at position: Int, payloadSize: Int) -> UnsafeRawBufferPointer? {
    let context = images[position].context
    let (high, low) = (random.next(), random.next())
    let isSampled = SamplingRatio.samples(traceIDLow: low, threshold: threshold)
    context.setSpanContext(
      SpanContext(
        traceIDHigh: high, traceIDLow: low, spanID: random.next() | 1,
        flags: SpanContext.random | (isSampled ? SpanContext.sampled : 0)))
    if isSampled { traceState.withUnsafeBytes { context.setTraceState($0.bytes) } } else { context.removeTraceState() }
    bytes.removeAll()
    let message = encoder.begin(head, to: bytes)
    if images[position].fields.isEmpty {
      propagator.inject(context, intoMessage: message)
    } else {
      images[position].fields.write(over: propagator, context, to: message)
    }
    guard encoder.finishImage(message, payloadSize: body?.count ?? payloadSize) else { return nil }
    body?.withUnsafeBytes { bytes.append($0) }
    return UnsafeRawBufferPointer(start: bytes.pointer(at: 0), count: bytes.count)
  }
}
