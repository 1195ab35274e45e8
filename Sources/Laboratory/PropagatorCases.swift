// The cases of one propagator (inject, extract) and of one strategy (a whole hop), over the frame transport's carrier
// in memory. No socket: what the transport costs is not in it.

internal import Bytes
internal import Context
internal import Propagation
internal import Wire

enum PropagatorCases {
  enum Content: String, CaseIterable { case standard, full }

  /// Every name chosen, and each combination that a preset has and whose parts are chosen, with the store that the
  /// presets pair it with.
  static func pairs(_ names: [String]) -> [(propagator: String, store: StoreKind)] {
    var lists = names
    for preset in Strategy.presets where !lists.contains(preset.propagator) {
      if parts(preset.propagator).allSatisfy({ names.contains($0) }) { lists.append(preset.propagator) }
    }
    return lists.map { list in
      let preset =
        Strategy.presets.first { $0.propagator == list }
        ?? Strategy.presets.first { parts($0.propagator).contains(list) }
      return (list, preset?.store ?? .struct)
    }
  }

  static func parts(_ list: String) -> [String] { list.split(separator: ",").map(String.init) }

  static func make(_ propagator: any Propagator, store: StoreKind, content: Content) -> [BenchCase] {
    let sent = SentContext(store: store, content: content)
    let frame = ReceivedFrame(sent.context, by: propagator)
    let output = OutputBuffer()
    func subject(_ operation: BenchOperation) -> BenchSubject {
      BenchSubject(operation, store: store.rawValue, propagator: propagator.name, content: content.rawValue)
    }
    var inject = BenchCase(subject(.inject)) { repetitions in
      var checksum: UInt64 = 0
      for _ in 0..<repetitions {
        output.inject(sent.context, by: propagator)
        checksum &+= UInt64(truncatingIfNeeded: output.bytes.count)
      }
      return checksum
    }
    let received = store.makeContext()
    let replaces = propagator.replacesContext(withEntries: received.holdsEntries)
    var extract = BenchCase(subject(.extract)) { repetitions in
      var checksum: UInt64 = 0
      for _ in 0..<repetitions {
        if !replaces { received.reset() }
        checksum &+= UInt64(propagator.extractFrame(frame.frame, into: received).rawValue)
      }
      return checksum &+ received.spanContext().traceIDLow &+ UInt64(truncatingIfNeeded: received.opaque.count)
    }
    inject.carrierSize = frame.carrierSize
    extract.carrierSize = frame.carrierSize
    return [inject, extract]
  }

  /// The context work of one service, as a node does it: extract, the standard work of a chain's service, inject.
  static func makeHop(_ strategy: Strategy, _ propagator: any Propagator) -> BenchCase {
    let sent = SentContext(store: strategy.store, content: .standard)
    let frame = withExtendedLifetime(sent) { ReceivedFrame(sent.context, by: propagator) }
    let context = strategy.store.makeContext()
    let work = StandardWork(layer: 1, growth: .shadow, keysPerLayer: ContextFill.keysPerLayer)
    let replaces = propagator.replacesContext(withEntries: context.holdsEntries)
    let holdsEntries = context.holdsEntries
    let output = OutputBuffer()
    let subject = BenchSubject(
      .hop, strategy: strategy.name, store: strategy.store.rawValue, propagator: strategy.propagator)
    var result = BenchCase(subject) { repetitions in
      var checksum: UInt64 = 0
      for spanID in 0..<UInt64(repetitions) {
        if !replaces { context.reset() }
        checksum &+= UInt64(propagator.extractFrame(frame.frame, into: context).rawValue)
        if holdsEntries { checksum &+= work.perform(on: context, spanID: spanID | 1) }
        output.inject(context, by: propagator)
      }
      return checksum &+ UInt64(truncatingIfNeeded: output.bytes.count)
    }
    result.carrierSize = frame.carrierSize
    return result
  }
}

/// What a client sends: values of fixed width, as the load client's are. Keeps the bytes that `opaque` forwards.
private final class SentContext {
  let context: RequestContext
  private let image: UnsafeMutableRawBufferPointer

  init(store: StoreKind, content: PropagatorCases.Content) {
    let whole = PackedContext()
    ContextFill(growth: .shadow, layers: 1).build(whole)
    if content == .full {
      whole.setTraceState("rojo=00f067aa0ba902b7,congo=t61rcWkgMzE".utf8.span.bytes)
      for (name, value) in [("region", "eu-west"), ("experiment", "checkout-b"), ("session", "5f3a9c01d2e4b687")] {
        whole.setEntry(name: name.utf8.span.bytes, text: value.utf8.span.bytes)
      }
    }
    image = .allocate(byteCount: whole.packedSize(), alignment: 8)
    whole.writePacked(to: image.baseAddress!)
    context = store.makeContext()
    _ = context.readPacked(UnsafeRawBufferPointer(image))
  }

  deinit { image.deallocate() }
}

/// A request frame as it lies in received bytes.
private final class ReceivedFrame {
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
private final class OutputBuffer {
  let bytes = ByteBuffer(capacity: 4 << 10)

  deinit { bytes.deallocate() }

  @inline(__always)
  func inject(_ context: RequestContext, by propagator: any Propagator) {
    bytes.removeAll()
    propagator.injectFrame(context, into: FrameWriter(to: bytes, type: .request, id: 1, hopsLeft: 2))
  }
}
