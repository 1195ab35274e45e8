// The exporter as a process: empties the rings of all nodes into one receiver, so that no service encodes a span.

internal import Control
package import EventLoop
internal import CLinux
internal import Glibc
internal import Spans

package final class ExporterProcess: LineChannelDelegate, OTLPSenderDelegate {
  /// OpenTelemetry's default for a batch.
  private static let batchSizeMax = 512
  /// Nanoseconds between two looks at rings that were empty.
  private static let pollTime: Int64 = 50_000_000

  private let loop: EventLoop
  private var channel: LineChannel!
  private var sender: OTLPSender?
  private var version = ""
  private var sources: [SpanSource] = []
  /// Nodes that have ended: what their rings hold is taken, then they go.
  private var leaving: Set<Int> = []
  /// The source that is asked next.
  private var turn = 0
  private var batchSize: UInt64 = 0
  private var sums = ExportSums()
  private var poll: Timer!
  private var end: Timer!
  private var isFinishing = false
  private var problem: String?
  private var status: Int32 = 0

  package init(loop: EventLoop, controlFD: Int32) {
    self.loop = loop
    poll = Timer(loop: loop) { [unowned self] in work() }
    end = Timer(loop: loop) { [unowned self] in finish() }
    channel = LineChannel(loop: loop, fd: controlFD, delegate: self)
  }

  /// Returns the process's exit status.
  package func run() -> Int32 {
    loop.run()
    return status
  }

  // MARK: Control channel

  package func channel(_ channel: LineChannel, didReceive line: UnsafeRawBufferPointer) {
    switch ControlCodec.decode(ExporterCommand.self, from: line) {
    case .configure(let endpoint, let version):
      self.version = version
      sender = OTLPSender(loop: loop, endpoint: endpoint, version: version, delegate: self)
      poll.start(after: Self.pollTime)
    case .attach(let nodes): attach(nodes)
    case .detach(let ids): leaving.formUnion(ids)
    case .finish(let nanoseconds):
      isFinishing = true
      end.start(after: nanoseconds)
      work()
    case nil:
      send(.failed("an order that this version does not know"))
      status = 1
      loop.stop()
    }
  }

  package func channelDidClose(_ channel: LineChannel) { loop.stop() }

  private func send(_ report: ExporterReport) { channel.send(ControlCodec.encode(report)) }

  private func attach(_ nodes: [ExportedNode]) {
    for node in nodes {
      guard let source = SpanSource(node, version: version) else {
        send(.failed("cannot read the spans of \(node.service): \(String(cString: strerror(errno)))"))
        continue
      }
      sources.append(source)
    }
    send(.attached)
  }

  // MARK: Spans

  /// Sends the next batch, when there is one and the one before is done with.
  private func work() {
    guard let sender, !sender.isBusy else { return }
    var writer = ProtobufWriter()
    batchSize = 0
    let offset = ctx_realtime_nanoseconds() - ctx_monotonic_nanoseconds()
    for _ in sources.indices where batchSize < Self.batchSizeMax {
      turn = turn + 1 < sources.count ? turn + 1 : 0
      let spans = sources[turn].take(Self.batchSizeMax - Int(batchSize))
      if spans.isEmpty { continue }
      sources[turn].write(spans, to: &writer, clockOffset: offset)
      batchSize += UInt64(spans.count)
    }
    removeLeaving()
    if batchSize > 0 {
      sums.spans += batchSize
      sums.requests += 1
      return sender.send(writer.bytes)
    }
    // All rings were empty.
    isFinishing ? finish() : poll.start(after: Self.pollTime)
  }

  /// Those that have ended, once their rings are empty.
  private func removeLeaving() {
    guard !leaving.isEmpty else { return }
    let gone = sources.filter { leaving.contains($0.node.id) && $0.isEmpty }.map(\.node.id)
    sources.removeAll { gone.contains($0.node.id) }
    leaving.subtract(gone)
  }

  private func finish() {
    // What a receiver would not take in time is lost.
    if sender?.isBusy == true { sums.lost += batchSize }
    let left = sources.reduce(0) { $0 + UInt64($1.take(.max).count) }
    sums.spans += left
    sums.lost += left
    sender?.close()
    send(.finished(sums))
    loop.flush()
    loop.stop()
  }

  // MARK: Sender

  func senderDidEnd(accepted: Bool, rejected: UInt64) {
    let rejected = min(rejected, batchSize)
    if accepted {
      sums.accepted += batchSize - rejected
      sums.rejected += rejected
    } else {
      sums.lost += batchSize
    }
    // In a turn of its own: this is called from within the connection.
    poll.start(after: 0)
  }

  func senderDidRetry() {
    sums.retries += 1
    sums.requests += 1
  }

  func sender(didMeet problem: String?) {
    defer { self.problem = problem }
    if let problem, problem != self.problem { send(.problem(problem)) }
  }
}
