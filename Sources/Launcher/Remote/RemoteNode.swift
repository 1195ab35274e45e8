// A node that somebody else started, driven over its control port: connects, says hello, keeps what it said of itself
// last, and comes back when it was lost.

internal import Control
internal import EventLoop
internal import ProcessFigures
internal import Topology

/// What a node must be to serve a place in the topology.
struct ExpectedNode {
  let version: String
  let service: String
  /// From 1.
  let layer: Int
  let workers: Int

  /// Nil for one that will do; else the end of a sentence that begins with the node.
  func problem(of identity: NodeIdentity) -> String? {
    guard identity.version == version else { return "is ctxchain \(identity.version), this is \(version)" }
    guard identity.service == service else { return "is \"\(identity.service)\", not \"\(service)\"" }
    guard identity.layer == layer else {
      return "was configured as service \(identity.layer) of its topology, here it is service \(layer)"
    }
    guard identity.workers == workers else {
      return "has \(identity.workers) worker\(identity.workers == 1 ? "" : "s"), the topology says \(workers)"
    }
    return nil
  }
}

final class RemoteNode: RunningNode, LineChannelDelegate {
  /// Seconds of silence of a node's machine, after which the node is lost.
  private static let silenceSecondsMax: Int32 = 8
  /// Nanoseconds from a failed try to the next; doubled from try to try.
  private static let pauses: ClosedRange<Int64> = 50_000_000...1_000_000_000
  /// Nanoseconds for the connection and the answer to the hello.
  private static let helloTime: Int64 = 6_000_000_000

  let place: ControlPlace
  let service: String
  private let loop: EventLoop
  private let expected: ExpectedNode
  private let token: ControlToken
  /// Finds where it is, now.
  var locate: (@escaping (HostAddress?) -> Void) -> Void = { $0(nil) }
  /// Gets every line but a window's.
  var didReceive: (UnsafeRawBufferPointer) -> Void = { _ in }
  var didLose: (NodeLoss) -> Void = { _ in }
  private(set) var address: HostAddress?
  private(set) var identity: NodeIdentity?
  private(set) var window: NodeWindow?
  /// What stands in the way, while it is not there: the end of a sentence that begins with the node.
  private(set) var trouble = "did not answer"
  /// The node itself, and not the way to it, says no.
  private(set) var isRefused = false
  private(set) var isAlive = false
  /// Other processes than the first that were found in its place, and connections that were lost and made again.
  private(set) var restartCount = 0
  private(set) var reconnectCount = 0
  private var channel: LineChannel?
  private var timer: Timer!
  private var pause = RemoteNode.pauses.lowerBound
  private var isClosed = false
  private let memoryPages: UnsafeMutableRawPointer
  let pages: [UnsafeMutablePointer<CounterPage>]
  /// Words of each page that were there before the run; nil until they are known.
  private var base: [[UInt64]]?
  /// What processes before this one have counted in the run.
  private var carried: [CounterPage]

  init(loop: EventLoop, place: ControlPlace, expected: ExpectedNode, token: ControlToken) {
    self.loop = loop
    self.place = place
    self.expected = expected
    self.token = token
    service = expected.service
    let size = expected.workers * CounterPage.size
    memoryPages = .allocate(byteCount: size, alignment: CounterPage.size)
    memoryPages.initializeMemory(as: UInt8.self, repeating: 0, count: size)
    pages = CounterPage.pages(at: memoryPages, count: expected.workers)
    carried = Array(repeating: CounterPage(), count: expected.workers)
    timer = Timer(loop: loop) { [unowned self] in didRunOut() }
  }

  deinit { memoryPages.deallocate() }

  var name: String { "\(service) at \(address?.description ?? place.description)" }

  /// Tries until it is there, or `close`.
  func connect() {
    locate { [weak self] found in
      guard let self, !isClosed else { return }
      guard let found else { return retry("\(place.host) has no address") }
      address = found
      do {
        let connection = try Connection(loop: loop, to: found)
        connection.watchPeer(seconds: Self.silenceSecondsMax)
        let channel = LineChannel(connection, lineSizeMax: ControlHello.sizeMax, delegate: self)
        self.channel = channel
        channel.send(ControlCodec.encode(ControlHello(version: expected.version, token: token)))
        timer.start(after: Self.helloTime)
      } catch {
        retry("cannot be reached: \(error)")
      }
    }
  }

  func close() {
    isClosed = true
    isAlive = false
    timer.close()
    channel?.close()
    channel = nil
  }

  /// What is sent to one that is not there is lost.
  func send(_ message: some Encodable) { send(line: ControlCodec.encode(message)) }

  func send(line: [UInt8]) { if isAlive { channel?.send(line) } }

  /// By TCP's own account.
  var roundTrip: RoundTrip? { channel?.roundTrip }

  // MARK: What it said last

  var cpuNanoseconds: Int64 { window?.cpuNanoseconds ?? 0 }
  var tasks: TaskFigures { window?.tasks ?? TaskFigures() }
  var memory: (resident: UInt64?, proportional: UInt64?) { (window?.resident, window?.proportional) }
  var isStopped: Bool { false }

  /// Nothing is under way in it, whoever asked.
  var isAtRest: Bool { window?.pages.allSatisfy { CounterPage(words: $0).open == 0 } ?? false }

  private func take(_ window: NodeWindow) {
    self.window = window
    let base = self.base ?? window.pages
    self.base = base
    for (index, page) in pages.enumerated() where index < window.pages.count {
      let (now, before) = (CounterPage(words: window.pages[index]), CounterPage(words: base[index]))
      var own = now.since(before)
      // What is no sum: a maximum that is older than the run is none of its own.
      own.stopDurationMax = now.stopDurationMax > before.stopDurationMax ? now.stopDurationMax : 0
      own.echoDeadline = now.echoDeadline
      page.pointee = CounterPage.sum([carried[index], own])
      page.pointee.takeGauges(of: now)
    }
  }

  // MARK: Channel

  func channel(_ channel: LineChannel, didReceive line: UnsafeRawBufferPointer) {
    if !isAlive { return didAnswer(ControlCodec.decode(ControlAnswer.self, from: line)) }
    if let window = NodeWindow(line: line) { take(window) } else { didReceive(line) }
  }

  func channelDidClose(_ channel: LineChannel) {
    guard channel === self.channel else { return }
    didClose(channel.error == 0 ? "it closed the connection" : errorText(channel.error))
  }

  private func didAnswer(_ answer: ControlAnswer?) {
    guard let answer else { return refuse("does not speak ctxchain's control protocol") }
    guard let identity = answer.node else { return refuse("refuses: \(answer.refused ?? "it says nothing")") }
    if let problem = expected.problem(of: identity) { return refuse(problem) }
    if let before = self.identity {
      if identity.process.isSameProcess(as: before.process) {
        reconnectCount += 1
      } else {
        restartCount += 1
        carried = pages.map(\.pointee)
        base = Array(repeating: [], count: pages.count)
      }
    }
    self.identity = identity
    window = nil
    isAlive = true
    isRefused = false
    pause = Self.pauses.lowerBound
    timer.stop()
    channel?.lineSizeMax = LineChannel.lineSizeMax
  }

  private func refuse(_ trouble: String) {
    isRefused = true
    channel?.close()
    channel = nil
    retry(trouble, isRefusal: true)
  }

  private func didClose(_ reason: String) {
    channel?.close()
    channel = nil
    guard isAlive else { return retry("cannot be reached: \(reason)") }
    isAlive = false
    let open = pages.reduce(0) { $0 &+ $1.pointee.open }
    didLose(NodeLoss(name: name, service: service, reason: reason, requestsLost: open))
    retry("was lost: \(reason)")
  }

  private func retry(_ trouble: String, isRefusal: Bool = false) {
    guard !isClosed else { return }
    self.trouble = trouble
    isRefused = isRefusal
    timer.start(after: pause)
    pause = min(pause * 2, Self.pauses.upperBound)
  }

  /// The time to answer, or to wait.
  private func didRunOut() {
    guard channel != nil else { return connect() }
    didClose("no answer")
  }
}
