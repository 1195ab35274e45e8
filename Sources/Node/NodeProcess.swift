// A node as a process: takes orders from the launcher over the control channel, and ends when the launcher does.

package import Control
package import EventLoop
internal import Topology
package import TransportCore

/// Runs one node until it is told to stop or the control channel closes.
package final class NodeProcess: LineChannelDelegate, NodeServerDelegate {
  private let loop: EventLoop
  private let counters: [UnsafeMutablePointer<CounterPage>]
  private let readMeter: @Sendable () -> MeterReading
  private let profiler: NodeProfiler?
  private let transports: [Transport]
  private var profile: ProfileOrders?
  private var channel: LineChannel!
  /// Of a node with one worker, which is this thread.
  private var server: NodeServer?
  /// Of a node with several.
  private var workers: WorkerGroup?
  private var log: NodeLog?
  private var isReplacing = false
  private var status: Int32 = 0
  /// What orders themselves have cost: left out of every reading, or its bytes would depend on how many digits the
  /// numbers in an order have.
  private var cost = MeterReading()

  /// - Parameters:
  ///   - controlFD: the inherited end of the control channel.
  ///   - counters: a page for each worker, see `NodeServer`.
  ///   - readMeter: the calling thread's allocation and system-call counts.
  ///   - profiler: samples the calling thread; without it a profile is refused.
  ///   - transports: those that callers may speak and edges may name.
  package init(
    loop: EventLoop, controlFD: Int32, counters: [UnsafeMutablePointer<CounterPage>],
    readMeter: @escaping @Sendable () -> MeterReading, profiler: NodeProfiler? = nil,
    transports: [Transport] = Transport.all
  ) {
    self.loop = loop
    self.counters = counters
    self.readMeter = readMeter
    self.profiler = profiler
    self.transports = transports
    channel = LineChannel(loop: loop, fd: controlFD, delegate: self)
  }

  /// Returns the process's exit status.
  package func run() -> Int32 {
    loop.run()
    return status
  }

  // MARK: Control channel

  package func channel(_ channel: LineChannel, didReceive line: UnsafeRawBufferPointer) {
    let before = readMeter()
    defer { cost.add(readMeter().since(before)) }
    guard let command = ControlCodec.decode(NodeCommand.self, from: line) else {
      return fail("an order that this version does not know")
    }
    do {
      if case .configure(let configuration) = command { try MemoryLimit.set(configuration.service.resources) }
      try obey(command, before)
    } catch {
      fail("\(error)")
    }
  }

  package func channelDidClose(_ channel: LineChannel) { stop() }

  private func stop() {
    workers?.stop()
    loop.stop()
  }

  private func obey(_ command: NodeCommand, _ meter: MeterReading) throws {
    if let workers {
      if case .stop = command { return stop() }
      return try workers.obey(command)
    }
    switch command {
    case .configure(let configuration) where configuration.service.workers > 1:
      guard counters.count == configuration.service.workers else {
        throw NodeError.badConfiguration(
          "\(counters.count) pages of counters for \(configuration.service.workers) workers")
      }
      workers = try WorkerGroup(
        loop: loop, configuration: configuration, pages: counters, readMeter: readMeter, profiler: profiler,
        transports: transports
      ) { [unowned self] report in didAnswer(report) }
    case .configure(let configuration):
      let server = try NodeServer(
        loop: loop, configuration: configuration, counters: counters[0], transports: transports)
      server.delegate = self
      self.server = server
      log = NodeLog(configuration)
      send(.listening(port: try server.listen()))
    case .connect(let callees): try server?.connect(callees)
    case .replaceService(let service, let assumedPropagator, let callees):
      isReplacing = true
      try server?.replace(service, assumedPropagator: assumedPropagator, callees: callees)
    case .counting(let isOn):
      server?.isCounting = isOn
      send(.countingSet)
    case .clockStages(let isOn): send(.stages(server?.clockStages(isOn) ?? StageSums()))
    case .readLive(let token): send(.live(server?.liveFigures(token: token) ?? LiveFigures(token: token)))
    case .readMeter(let token):
      var reading = meter.since(cost)
      reading.token = token
      send(.meter(reading))
    case .startProfile(let order):
      let profile = ProfileOrders(profiler, readMeter: readMeter)
      self.profile = profile
      send(profile.start(order))
    case .stopProfile: profile?.stop().forEach(didAnswer)
    case .stop: stop()
    }
  }

  private func didAnswer(_ report: NodeReport) {
    if case .failed(let reason) = report { fail(reason) } else { send(report) }
  }

  private func send(_ report: NodeReport) { channel.send(ControlCodec.encode(report)) }

  private func fail(_ reason: String) {
    send(.failed(reason))
    status = 1
    stop()
  }

  // MARK: Server

  package func serverDidConnect(_ server: NodeServer) {
    send(isReplacing ? .replaced : .connected)
    isReplacing = false
  }

  package func server(_ server: NodeServer, didCloseConnectionFor reason: String) {
    log?.closedConnection(reason: reason)
  }

  package func server(_ server: NodeServer, didLoseCallee name: String, reason: String) {
    log?.lostCallee(name, reason: reason)
  }

  package func server(_ server: NodeServer, didReachCallee name: String) { log?.reachedCallee(name) }

  package func server(_ server: NodeServer, cannotAcceptFor reason: String) { log?.cannotAccept(reason: reason) }
}
