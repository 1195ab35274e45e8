// The way to one receiver of OTLP: one request at a time over one connection, sent again while that may help.

internal import Control
internal import EventLoop
internal import Statistics
internal import TransportCore
internal import TransportMessages

protocol OTLPSenderDelegate: AnyObject {
  /// The batch is done with: taken but for so many spans, or given up.
  func senderDidEnd(accepted: Bool, rejected: UInt64)
  func senderDidRetry()
  /// What keeps the receiver from taking anything; nil once it does again.
  func sender(didMeet problem: String?)
}

final class OTLPSender: ConnectionDelegate, ReplyReceiver {
  /// Nanoseconds that an attempt may take; OTLP's default.
  private static let attemptTime: Int64 = 10_000_000_000
  private static let method = "/opentelemetry.proto.collector.trace.v1.TraceService/Export"

  private let loop: EventLoop
  private let endpoint: OTLPEndpoint
  private let transport: Transport
  private let target: RequestTarget
  private unowned let delegate: any OTLPSenderDelegate
  private var callee: Callee?
  private var isReady = false
  /// Under way: what is sent until somebody has taken it.
  private var batch: [UInt8]?
  private var attempts = 0
  private var tag: UInt64 = 0
  private var timer: Timer!
  private var random = SeededGenerator(seed: 1)

  init(loop: EventLoop, endpoint: OTLPEndpoint, version: String, delegate: any OTLPSenderDelegate) {
    self.loop = loop
    self.endpoint = endpoint
    self.delegate = delegate
    transport = endpoint.transport == Transport.grpc.name ? .grpc : .http1
    let host = "\(endpoint.host):\(endpoint.port)"
    var fields = [RequestTarget.Field(name: "user-agent", value: "ctxchain/\(version)")]
    if transport.kind == .http1 {
      fields.append(RequestTarget.Field(name: "content-type", value: "application/x-protobuf"))
    }
    target = RequestTarget(
      host: host, path: transport.kind == .grpc ? Self.method : endpoint.path, fields: fields)
    timer = Timer(loop: loop) { [unowned self] in timeIsOver() }
  }

  var isBusy: Bool { batch != nil }

  /// - Parameter batch: an ExportTraceServiceRequest.
  func send(_ batch: [UInt8]) {
    self.batch = batch
    attempts = 0
    attempt()
  }

  func close() {
    timer.close()
    closeConnection()
  }

  // MARK: Attempts

  private func attempt() {
    attempts += 1
    timer.start(after: Self.attemptTime)
    if isReady, isOpen { return sendBatch() }
    do {
      closeConnection()
      let connection = try Connection(loop: loop, host: endpoint.host, port: endpoint.port)
      let callee = Callee(transport, connection, target, isForeign: true)
      self.callee = callee
      connection.start(delegate: self)
      callee.introduce(edge: "exporter>receiver", propagator: "none")
    } catch {
      fail("\(error)", isRetryable: true)
    }
  }

  private func sendBatch() {
    guard let batch, let callee else { return }
    tag &+= 1
    let head = RequestHead(tag: tag, hopsLeft: 1)
    let isWritten = batch.withUnsafeBytes { callee.send(head, payload: $0) { _ in } }
    if !isWritten { fail("a batch of \(batch.count) bytes is more than a request takes", isRetryable: false) }
  }

  private func timeIsOver() {
    guard batch != nil else { return }
    // Either the attempt has taken too long, or the pause before the next is over.
    if isPausing { return resume() }
    closeConnection()
    fail("no answer within \(Self.attemptTime / 1_000_000_000) s", isRetryable: true)
  }

  private var isPausing = false

  private func resume() {
    isPausing = false
    attempt()
  }

  private func fail(_ reason: String, isRetryable: Bool) {
    guard batch != nil, !isPausing else { return }
    delegate.sender(didMeet: "\(endpoint.text): \(reason)")
    guard isRetryable, attempts < RetryPolicy.attemptsMax else { return end(accepted: false) }
    delegate.senderDidRetry()
    isPausing = true
    timer.start(after: RetryPolicy.delay(after: attempts, jitter: random.nextUnit()))
  }

  private func end(accepted: Bool, rejected: UInt64 = 0) {
    timer.stop()
    batch = nil
    if accepted { delegate.sender(didMeet: nil) }
    delegate.senderDidEnd(accepted: accepted, rejected: rejected)
  }

  private func closeConnection() {
    callee?.connection.close()
    callee = nil
    isReady = false
  }

  // MARK: What the receiver says

  var isOpen: Bool { callee?.connection.isOpen ?? false }

  func didReceive(_ reply: ReceivedReply) {
    guard reply.tag == tag, batch != nil else { return }
    end(accepted: true, rejected: PartialSuccess.rejectedSpans(reply.message.payload))
  }

  func didReceive(error reply: ReceivedReply) {
    guard reply.tag == tag else { return }
    let status = StatusCode(rawValue: reply.status) ?? .unknown
    let http = transport.kind == .http1 ? reply.message.httpStatus : 0
    fail(
      http == 0 ? "answered \(status.name)" : "answered \(http)",
      isRetryable: RetryPolicy.isRetryable(status, http: http))
  }

  func didBecomeReady() {
    isReady = true
    if batch != nil, !isPausing { sendBatch() }
  }

  func didReceiveGoaway() { isReady = false }

  func didReceive(_ fault: TransportFault) { lose("sent what is not \(transport.name): \(fault)") }

  func connection(_ connection: Connection, didReceive bytes: UnsafeRawBufferPointer) -> Int {
    callee?.receive(bytes, for: self) ?? bytes.count
  }

  func connectionDidConnect(_ connection: Connection) { callee?.didConnect(for: self) }

  func connection(_ connection: Connection, didCloseWith error: Int32) {
    if error == 0 { callee?.didClose(for: self) }
    lose(error == 0 ? "it closed the connection" : errorText(error))
  }

  private func lose(_ reason: String) {
    closeConnection()
    fail(reason, isRetryable: true)
  }
}
