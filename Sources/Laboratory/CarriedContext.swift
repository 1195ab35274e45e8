// What the cases of propagators and hops work on: a context as a client sends it, a request as it was received, and a place
// to write one to. It measures nothing.

internal import Bytes
internal import Context
internal import Propagation
internal import TransportCore

/// What a client sends: values of fixed width, as the load client's are. Keeps the bytes that `opaque` forwards.
final class SentContext {
  let context: RequestContext
  private let image: UnsafeMutableRawBufferPointer

  /// - Parameter opaqueSize: bytes in place of the context's own image, for a store without entries.
  init(store: StoreKind, content: PropagatorCases.Content, opaqueSize: Int? = nil) {
    let whole = PackedContext()
    ContextFill(growth: .shadow, layers: 1).build(whole)
    if content == .full {
      whole.setTraceState("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE".utf8.span.bytes)
      for (name, value) in [("region", "eu-west"), ("experiment", "checkout-b"), ("session", "5f3a9c01d2e4b687")] {
        whole.setEntry(name: name.utf8.span.bytes, text: value.utf8.span.bytes)
      }
    }
    context = store.makeContext()
    if let opaqueSize, !context.holdsEntries {
      image = .allocate(byteCount: opaqueSize, alignment: 8)
      image.initializeMemory(as: UInt8.self, repeating: 0xa5)
    } else {
      image = .allocate(byteCount: whole.packedSize(), alignment: 8)
      whole.writePacked(to: image.baseAddress!)
    }
    _ = context.readPacked(UnsafeRawBufferPointer(image))
  }

  deinit { image.deallocate() }
}

/// A request as it lies in received bytes.
final class CarriedRequest {
  private let bytes = ByteBuffer(capacity: 4 << 10)
  let message: ReceivedMessage

  init(_ context: RequestContext, by propagator: any Propagator) {
    let encoder = Transport.frame.makeEncoder()
    let writer = encoder.begin(RequestHead(tag: 1, hopsLeft: 2), to: bytes)
    propagator.inject(context, intoMessage: writer)
    precondition(encoder.finish(writer, payloadSize: 0), "\(propagator.name) writes what cannot be read")
    message = encoder.withImage(bytes.readable) { $0 }
  }

  deinit { bytes.deallocate() }

  /// Bytes of header fields and binary section.
  var carrierSize: Int { message.carrierSize }
}

/// Where requests are written, one over the other. What stands around a context is written each time, as a node does.
final class OutputBuffer {
  let bytes = ByteBuffer(capacity: 4 << 10)
  private let encoder = Transport.frame.makeEncoder()

  deinit { bytes.deallocate() }

  @inline(__always)
  func inject(_ context: RequestContext, by propagator: any Propagator) {
    bytes.removeAll()
    propagator.inject(context, intoMessage: encoder.begin(RequestHead(tag: 1, hopsLeft: 2), to: bytes))
  }
}
