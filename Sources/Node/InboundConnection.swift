// A caller's connection: decodes what arrives, keeps the list of its requests, and closes on anything that is no frame.

internal import Bytes
internal import EventLoop
internal import Propagation
internal import Wire

/// The propagator of one caller, in an object of its own: a constant field is read without a reference count.
final class ContextReader {
  let propagator: any Propagator

  init(_ propagator: any Propagator) { self.propagator = propagator }
}

final class InboundConnection: ConnectionDelegate {
  let server: NodeServer
  let connection: Connection
  /// How this caller writes the context; set by its hello.
  private var reader: ContextReader?
  /// The same without a reference count, for each request.
  @exclusivity(unchecked) private var unretainedReader: Unmanaged<ContextReader>?
  /// The ring of its requests under way, oldest first.
  let requests = RequestSlot.makeRing()
  @exclusivity(unchecked) private var isClosed = false
  /// The caller does not read what it is answered.
  private var isFull = false

  init(server: NodeServer, fd: Int32) {
    self.server = server
    connection = Connection(loop: server.loop, fd: fd)
    connection.start(delegate: self)
    if server.isCongested { updateReading() }
  }

  deinit { requests.deallocate() }

  func close() {
    isClosed = true
    connection.close()
  }

  /// Reads, unless a callee does not keep up, or the caller itself: then its requests wait in the kernel.
  func updateReading() {
    if isFull || server.isCongested { connection.pauseReading() } else { connection.resumeReading() }
  }

  func sendGoaway() {
    FrameWriter(to: connection.output, type: .goaway, id: 0).finish(payloadSize: 0)
    connection.send()
  }

  func connection(_ connection: Connection, didReceive bytes: UnsafeRawBufferPointer) -> Int {
    Frame.decodeAll(bytes, while: { !isClosed }, didReceive: didReceive, didFail: fail)
  }

  @inline(__always)
  private func didReceive(_ frame: Frame) {
    if frame.isRequest {
      guard let unretainedReader else { return fail(.unexpectedType) }
      guard frame.hopsLeft > 0 else { return fail(.noHopsLeft) }
      return unretainedReader._withUnsafeGuaranteedRef { server.begin(frame, from: self, reader: $0) }
    }
    didReceiveOther(frame)
  }

  @inline(never)
  private func didReceiveOther(_ frame: Frame) {
    switch frame.type {
    case .cancel:
      server.cancel(id: frame.id, from: self)
    case .hello:
      guard let hello = FrameHello(frame), hello.version == FrameHello.currentVersion,
        let propagator = PropagatorRegistry.resolve(hello.propagator)
      else { return fail(.unexpectedHello) }
      let reader = ContextReader(propagator)
      self.reader = reader
      unretainedReader = Unmanaged.passUnretained(reader)
      FrameHello(edge: hello.edge, propagator: hello.propagator).write(to: connection.output)
      connection.send()
    case .request, .response, .error, .goaway:
      fail(.unexpectedType)
    }
  }

  @inline(never)
  private func fail(_ fault: FrameFault) {
    server.count(fault)
    close()
    server.didLose(self)
  }

  func connection(_ connection: Connection, didCloseWith error: Int32) {
    isClosed = true
    server.didLose(self)
  }

  func connectionDidFill(_ connection: Connection) {
    isFull = true
    updateReading()
  }

  func connectionDidDrain(_ connection: Connection) {
    isFull = false
    updateReading()
  }
}
