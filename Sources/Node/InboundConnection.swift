// A caller's connection: decodes what arrives, keeps the list of its requests, and closes on anything that is no frame.

internal import Bytes
internal import EventLoop
internal import Propagation
internal import TransportFrame

/// The propagator of one caller, in an object of its own: a constant field is read without a reference count.
final class ContextReader {
  let propagator: any Propagator
  let replacesContext: Bool

  /// - Parameter withEntries: the node's store has entries.
  init(_ propagator: any Propagator, withEntries: Bool) {
    self.propagator = propagator
    replacesContext = propagator.replacesContext(withEntries: withEntries)
  }
}

final class InboundConnection: ConnectionDelegate {
  let server: NodeServer
  let connection: Connection
  /// That of `connection`.
  let output: ByteBuffer
  /// How this caller writes the context; set by its hello.
  private var reader: ContextReader?
  /// The same without a reference count, for each request.
  @exclusivity(unchecked) private var unretainedReader: Unmanaged<ContextReader>?
  /// The ring of its requests under way, oldest first.
  let requests = RequestSlot.makeRing()
  /// The same of those that are only passed on.
  let forwarded = CallSlot.makeRing()
  @exclusivity(unchecked) private var isClosed = false

  init(server: NodeServer, fd: Int32) {
    self.server = server
    connection = Connection(loop: server.loop, fd: fd)
    output = connection.output
    connection.start(delegate: self)
  }

  deinit {
    requests.deallocate()
    forwarded.deallocate()
  }

  func close() {
    isClosed = true
    connection.close()
  }

  /// The node has another store.
  func storeDidChange() { if let reader { read(with: reader.propagator) } }

  private func read(with propagator: any Propagator) {
    let reader = ContextReader(propagator, withEntries: server.requests.holdsEntries)
    self.reader = reader
    unretainedReader = Unmanaged.passUnretained(reader)
  }

  func sendGoaway() {
    FrameWriter.write(.goaway, id: 0, to: output)
    connection.send()
  }

  func connection(_ connection: Connection, didReceive bytes: UnsafeRawBufferPointer) -> Int {
    Frame.decodeAll(
      bytes, usual: .request, didReceiveUsual: didReceive(request:),
      didReceive: { frame in
        didReceiveOther(frame)
        return !isClosed
      },
      didFail: fail)
  }

  @inline(__always)
  private func didReceive(request frame: Frame) -> Bool {
    guard let unretainedReader, frame.hopsLeft > 0 else {
      fail(unretainedReader == nil ? .unexpectedType : .noHopsLeft)
      return false
    }
    unretainedReader._withUnsafeGuaranteedRef { server.begin(frame, from: self, reader: $0) }
    return true
  }

  @inline(never)
  private func didReceiveOther(_ frame: Frame) {
    switch frame.type {
    case .request:
      _ = didReceive(request: frame)
    case .cancel:
      server.cancel(CancelFrame(frame), from: self)
    case .hello:
      guard let hello = FrameHello(frame), hello.version == FrameHello.currentVersion,
        let propagator = PropagatorRegistry.resolve(hello.propagator)
      else { return fail(.unexpectedHello) }
      read(with: propagator)
      FrameHello(edge: hello.edge, propagator: hello.propagator).write(to: output)
      connection.send()
    case .response, .error, .goaway:
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

  /// The caller does not read what it is answered: its requests wait in the kernel until it does. Nothing else keeps
  /// this node from reading.
  func connectionDidFill(_ connection: Connection) { connection.pauseReading() }

  func connectionDidDrain(_ connection: Connection) { connection.resumeReading() }
}
