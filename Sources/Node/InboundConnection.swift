// A caller's connection: keeps the list of its requests, and closes on anything that is no message.

internal import EventLoop
internal import Propagation
internal import TransportCore

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

final class InboundConnection: ConnectionDelegate, RequestReceiver {
  let server: NodeServer
  let caller: Caller
  /// How this caller writes the context. Nil until the hello of a transport that has one.
  private var reader: ContextReader?
  /// The caller has said how.
  private var isTold = false
  // One thread, and no access to a field is held across a call out: exclusivity needs no check at run time.
  /// The same without a reference count, for each request.
  @exclusivity(unchecked) private var unretainedReader: Unmanaged<ContextReader>?
  @exclusivity(unchecked) private(set) var isOpen = true
  /// The ring of its requests under way, oldest first.
  let requests = RequestSlot.makeRing()
  /// The same of those that are forwarded.
  let forwarded = CallSlot.makeRing()

  /// Its owner makes it the connection's delegate.
  init(server: NodeServer, _ connection: Connection, over transport: Transport) {
    self.server = server
    caller = Caller(transport, connection)
    if !transport.saysHello { read(with: server.assumedPropagator) }
  }

  var connection: Connection { caller.connection }

  deinit {
    requests.deallocate()
    forwarded.deallocate()
  }

  func close() {
    isOpen = false
    connection.close()
  }

  /// The node has another store, and may assume another propagator.
  func serviceDidChange() {
    guard let reader else { return }
    read(with: isTold ? reader.propagator : server.assumedPropagator)
  }

  private func read(with propagator: any Propagator) {
    let reader = ContextReader(propagator, withEntries: server.runtime.requests.holdsEntries)
    self.reader = reader
    unretainedReader = Unmanaged.passUnretained(reader)
  }

  func connection(_ connection: Connection, didReceive bytes: UnsafeRawBufferPointer) -> Int {
    caller.receive(bytes, for: self)
  }

  @inline(__always)
  func didReceive(_ request: ReceivedRequest) -> Bool {
    guard let unretainedReader, request.head.hopsLeft > 0 else {
      didReceive(unretainedReader == nil ? .unexpectedType : .noHopsLeft)
      return false
    }
    unretainedReader._withUnsafeGuaranteedRef { server.begin(request, from: self, reader: $0) }
    return true
  }

  func didReceive(_ cancel: ReceivedCancel) { server.cancel(cancel, from: self) }

  func didReceiveHello(propagator name: String?) -> Bool {
    guard let propagator = name.map({ PropagatorRegistry.resolve($0) }) ?? server.assumedPropagator else {
      return false
    }
    isTold = name != nil
    read(with: propagator)
    return true
  }

  @inline(never)
  func didReceive(_ fault: TransportFault) {
    server.count(fault)
    isOpen = false
    caller.closeForFault()
    server.didLose(self)
  }

  func didRefuse(_ fault: TransportFault) { server.count(fault) }

  func connection(_ connection: Connection, didCloseWith error: Int32) {
    isOpen = false
    server.didLose(self)
  }

  /// The caller does not read what it is answered: its requests wait in the kernel until it does. Nothing else keeps
  /// this node from reading.
  func connectionDidFill(_ connection: Connection) { connection.pauseReading() }

  func connectionDidDrain(_ connection: Connection) {
    connection.resumeReading()
    // What was received before may not have been taken.
    connection.receiveAgain()
  }
}
