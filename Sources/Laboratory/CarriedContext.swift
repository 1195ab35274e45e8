// What the cases of propagators and hops work on: a context as a client sends it, a frame as it was received, and a place
// to write one to. It measures nothing.

internal import Bytes
internal import Context
internal import Propagation
internal import TransportFrame

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

/// A request frame as it lies in received bytes.
final class ReceivedFrame {
  private let bytes = ByteBuffer(capacity: 4 << 10)
  let frame: Frame
  /// Header fields and binary section.
  let carrierSize: Int

  init(_ context: RequestContext, by propagator: any Propagator) {
    let writer = FrameWriter(to: bytes, type: .request, id: 1, hopsLeft: 2)
    propagator.injectFrame(context, into: writer)
    carrierSize = bytes.count - FrameLayout.headerSize
    writer.finish(payloadSize: 0)
    guard case .frame(let frame) = Frame.decode(bytes.readable) else {
      preconditionFailure("\(propagator.name) writes a frame that cannot be read")
    }
    self.frame = frame
  }

  deinit { bytes.deallocate() }
}

/// Where frames are written, one over the other. The frame's header is written each time, as a node does.
final class OutputBuffer {
  let bytes = ByteBuffer(capacity: 4 << 10)

  deinit { bytes.deallocate() }

  @inline(__always)
  func inject(_ context: RequestContext, by propagator: any Propagator) {
    bytes.removeAll()
    propagator.injectFrame(context, into: FrameWriter(to: bytes, type: .request, id: 1, hopsLeft: 2))
  }
}
