// The load client as a process: takes orders from the launcher over the control channel, and ends when the launcher
// does. What it sends is LoadRun's and FidelityRun's business.

package import Control
package import EventLoop
internal import Propagation
package import Statistics
internal import Topology
package import TransportCore

package final class ClientProcess: LineChannelDelegate, LoadConnectionDelegate, LoadRunDelegate, FidelityRunDelegate {
  private let loop: EventLoop
  private let readMeter: () -> MeterReading
  private let transports: [Transport]
  private var channel: LineChannel!
  private var commands = RepeatedLines<ClientCommand>()
  private var configuration: ClientConfiguration?
  private var connections: [LoadConnection] = []
  /// Others took their place in the run under way; replies may still come on them.
  private var retired: [LoadConnection] = []
  // One thread, and no access is held across a call out: exclusivity needs no check at run time.
  @exclusivity(unchecked) private var run: LoadRun?
  /// The latest that has finished: it may be in the middle of a call.
  private var finishedRun: LoadRun?
  @exclusivity(unchecked) private var verification: FidelityRun?
  /// Of an order to explain, or 0.
  private var explainedToken = 0
  private var openedLine: [UInt8] = []
  private var closedLine: [UInt8] = []
  private var restedLine: [UInt8] = []
  /// At the window's start, then what came since.
  private var meter = MeterReading()
  private var status: Int32 = 0
  private var hasConnected = false
  /// Nanoseconds that the entry has for its hellos.
  private static let helloTime: Int64 = 10_000_000_000
  private var helloTimer: Timer!
  private var progressTimer: Timer!
  /// Why the entry is gone, noticed between two orders: the launcher will say who died, and if it does not, the next
  /// order fails.
  private var lostReason: String?
  /// Until connections that the entry has ended have successors.
  private var waitingOrder: ClientCommand?
  /// It is to end as soon as it begins.
  private var finishesAtOnce = false

  package init(
    loop: EventLoop, controlFD: Int32, readMeter: @escaping () -> MeterReading, transports: [Transport] = Transport.all
  ) {
    self.loop = loop
    self.readMeter = readMeter
    self.transports = transports
    channel = LineChannel(loop: loop, fd: controlFD, delegate: self)
    helloTimer = Timer(loop: loop) { [unowned self] in helloIsOverdue() }
    progressTimer = Timer(loop: loop) { [unowned self] in tellProgress() }
  }

  /// Returns the process's exit status.
  package func runUntilStopped() -> Int32 {
    loop.run()
    return status
  }

  // MARK: Control channel

  package func channel(_ channel: LineChannel, didReceive line: UnsafeRawBufferPointer) {
    guard let command = commands.decode(line) else {
      return fail("an order that this version does not know")
    }
    do {
      try obey(command)
    } catch {
      fail("\(error)")
    }
  }

  package func channelDidClose(_ channel: LineChannel) { loop.stop() }

  private func obey(_ command: ClientCommand) throws {
    switch command {
    case .configure(let configuration):
      self.configuration = configuration
      try connect()
    case .replaceTopology(let topology):
      configuration?.topology = topology
      try connect()
    case .run, .verify, .explain:
      guard run == nil, verification == nil, try !renewConnections() else { return try obeyNow(command) }
      (waitingOrder, finishesAtOnce) = (command, false)
      helloTimer.start(after: ClientProcess.helloTime)
    case .turn(let nanoseconds, let counts): run?.take(turn: nanoseconds, counts: counts)
    case .finish:
      finishesAtOnce = waitingOrder != nil
      run?.finish()
    case .stop: loop.stop()
    }
  }

  /// An order that sends requests.
  private func obeyNow(_ command: ClientCommand) throws {
    switch command {
    case .run(let order): try start(order)
    case .verify(let token, let requestCount, let inFlight, let hopsLeft, let timeout):
      try verify(
        token: token, requestCount: requestCount, inFlight: inFlight, hopsLeft: hopsLeft, timeoutNanoseconds: timeout)
    case .explain(let token, let hopsLeft, let timeout):
      try verify(token: token, requestCount: 1, inFlight: 1, hopsLeft: hopsLeft, timeoutNanoseconds: timeout)
      explainedToken = token
    default: preconditionFailure("an order that sends nothing")
    }
  }

  private func connect() throws {
    guard let configuration else { return }
    connections.forEach { $0.close() }
    connections = []
    hasConnected = false
    lostReason = nil
    let transport = try transport()
    helloTimer.start(after: ClientProcess.helloTime)
    for index in 0..<configuration.connections {
      connections.append(
        try LoadConnection(
          loop: loop, address: configuration.entry[index % configuration.entry.count],
          propagator: configuration.topology.client.propagator, transport: transport, target: configuration.target,
          pipelineMax: configuration.pipelineMax, isForeign: configuration.isForeign, delegate: self))
    }
  }

  private func transport() throws(ClientError) -> Transport {
    let name = configuration?.topology.client.transport ?? Transport.frame.name
    guard let transport = transports.first(where: { $0.name == name }) else { throw .unknownTransport(name) }
    return transport
  }

  private func propagator(_ name: String) throws(ClientError) -> any Propagator {
    guard let propagator = PropagatorRegistry.resolve(name) else { throw .unknownPropagator(name) }
    return propagator
  }

  private func makeImages(
    deadlineNanoseconds: Int64, hopsLeft: Int, flags: RequestFlags, seed: UInt64, trace: SentTrace = SentTrace(),
    traceSeed: UInt64? = nil
  ) throws -> RequestImages {
    guard let configuration else { throw ClientError.notConfigured }
    let client = configuration.topology.client
    return try RequestImages(
      client: client, propagator: try propagator(client.propagator), transport: try transport(),
      deadline: UInt32(clamping: deadlineNanoseconds / 1000), hopsLeft: hopsLeft, flags: flags, seed: seed,
      opaqueSize: configuration.opaqueSize, trace: trace,
      target: configuration.target,
      body: configuration.strangeEntry?.request?.body ?? configuration.externalEntry?.usualMessage,
      traceSeed: traceSeed)
  }

  /// Of traces that no other trial, arm or round of the run has, nor another run on services that run on.
  private func traceSeed(_ order: TrialOrder) -> UInt64 {
    let own = SeededGenerator.seed(configuration?.seed ?? 0, stream: UInt64(order.token))
    let run = configuration?.strangeEntry == nil ? 0 : UInt64.random(in: .min ... .max)
    return SeededGenerator.seed(order.seed, stream: own ^ run)
  }

  private func start(_ order: TrialOrder) throws {
    if let lostReason { throw ClientError.lost(lostReason) }
    guard run == nil, verification == nil else { throw ClientError.busy }
    openedLine = ControlCodec.encode(ClientReport.windowOpened(token: order.token))
    closedLine = ControlCodec.encode(ClientReport.windowClosed(token: order.token))
    restedLine = ControlCodec.encode(ClientReport.rested(token: order.token))
    let images = try makeImages(
      deadlineNanoseconds: order.deadlineNanoseconds ?? order.timeoutNanoseconds, hopsLeft: order.hopsLeft,
      flags: order.clocksStages == true ? .stages : [], seed: order.seed, traceSeed: traceSeed(order))
    loop.clockIO(order.clocksStages == true)
    let run = LoadRun(
      order: order, loop: loop, connections: connections, images: images,
      expected: configuration?.strangeEntry?.request?.expected, delegate: self)
    self.run = run
    run.start()
    if let interval = order.progressNanoseconds { progressTimer.start(after: interval) }
  }

  private func tellProgress() {
    guard let run, let interval = run.order.progressNanoseconds else { return }
    let progress = run.tally.progress(now: loop.now, tellsLatency: run.order.tellsLatency == true)
    send(.progress(token: run.order.token, progress))
    progressTimer.start(after: interval)
  }

  private func verify(
    token: Int, requestCount: Int, inFlight: Int, hopsLeft: Int, timeoutNanoseconds: Int64
  ) throws {
    if let lostReason { throw ClientError.lost(lostReason) }
    guard run == nil, verification == nil else { throw ClientError.busy }
    guard let configuration, let connection = connections.first else { throw ClientError.notConfigured }
    let images = try makeImages(
      deadlineNanoseconds: timeoutNanoseconds, hopsLeft: hopsLeft, flags: .echo, seed: configuration.seed,
      trace: .whole)
    var propagators: [String: any Propagator] = [:]
    for name in configuration.topology.propagatorNames { propagators[name] = try propagator(name) }
    let verification = FidelityRun(
      token: token, requestCount: requestCount, inFlight: inFlight, hopsLeft: hopsLeft,
      timeoutNanoseconds: timeoutNanoseconds, loop: loop, connection: connection, images: images,
      topology: configuration.topology, propagators: propagators,
      delegate: self)
    self.verification = verification
    verification.start()
  }

  private func send(_ report: ClientReport) { channel.send(ControlCodec.encode(report)) }

  private func fail(_ reason: String) {
    send(.failed(reason))
    status = 1
    loop.stop()
  }

  // MARK: Connections

  package func connectionIsReady(_ connection: LoadConnection) {
    if let waitingOrder {
      guard areConnected else { return }
      self.waitingOrder = nil
      helloTimer.stop()
      do {
        try obeyNow(waitingOrder)
        if finishesAtOnce { run?.finish() }
      } catch {
        fail("\(error)")
      }
    } else if hasConnected {
      run?.didConnect(connection)
    } else if connections.count == configuration?.connections, connections.allSatisfy(\.isReady) {
      hasConnected = true
      helloTimer.stop()
      send(.connected(takesTurns: true))
    }
  }

  private func helloIsOverdue() {
    guard let silent = connections.first(where: { !$0.isReady }) else { return }
    let what =
      silent.isAccepted
      ? "the entry accepted the connection and said no hello (is it a ctxchain service, and has it descriptors left?)"
      : "the entry does not answer"
    fail("\(silent.address.host):\(silent.address.port): \(what) for \(ClientProcess.helloTime / 1_000_000_000) s")
  }

  package func connection(_ connection: LoadConnection, didReceive reply: ReceivedReply) {
    run?.didReceive(reply)
    verification?.didReceive(reply)
  }

  package func connection(_ connection: LoadConnection, didFail reason: String) {
    if run == nil && verification == nil {
      guard hasConnected, waitingOrder == nil else { return fail(reason) }
      if connection.endedQuietly { return }
      lostReason = lostReason ?? reason
      return
    }
    run?.didLose(connection)
    verification?.didLoseConnection()
  }

  // MARK: Runs

  /// The lines are ready beforehand: encoding them must not fall into the window.
  package func runDidOpenWindow(_ run: LoadRun) {
    meter = readMeter()
    channel.send(openedLine)
    loop.flush()
  }

  package func runDidCloseWindow(_ run: LoadRun) {
    meter = readMeter().since(meter)
    channel.send(closedLine)
    loop.flush()
  }

  package func runDidRest(_ run: LoadRun) {
    channel.send(restedLine)
    loop.flush()
  }

  /// An entry over HTTP/1.1 may end connections that nothing is under way on. Those have successors before the next order
  /// begins. True: all are ready.
  private func renewConnections() throws -> Bool {
    for index in connections.indices where connections[index].endedQuietly || connections[index].isRetired {
      guard let other = successor(of: connections[index]) else { throw ClientError.lost("the entry cannot be reached") }
      connections[index].close()
      connections[index] = other
    }
    return areConnected
  }

  private var areConnected: Bool { connections.allSatisfy { $0.hasBeenReady || !$0.isOpen } }

  package func run(_ run: LoadRun, replace connection: LoadConnection) -> LoadConnection? {
    guard let other = successor(of: connection) else { return nil }
    connections[connections.firstIndex { $0 === connection }!] = other
    // Replies may still come on those that are open.
    retired.removeAll { !$0.isOpen }
    retired.append(connection)
    return other
  }

  /// Nil for a connection that is none of these, or when none can be had.
  private func successor(of connection: LoadConnection) -> LoadConnection? {
    guard let configuration, connections.contains(where: { $0 === connection }),
      let transport = try? transport(),
      let other = try? LoadConnection(
        loop: loop, address: connection.address, propagator: configuration.topology.client.propagator,
        transport: transport, target: configuration.target, pipelineMax: configuration.pipelineMax,
        isForeign: configuration.isForeign, delegate: self)
    else { return nil }
    return other
  }

  package func run(_ run: LoadRun, didFinish outcome: TrialOutcome) {
    // In this order: whoever calls holds no reference.
    finishedRun = run
    self.run = nil
    progressTimer.stop()
    retired.forEach { $0.close() }
    retired = []
    var outcome = outcome
    outcome.meter = meter
    send(.finished(outcome))
  }

  package func run(_ run: FidelityRun, didFinish outcome: FidelityOutcome, losses: FidelityLosses) {
    verification = nil
    if outcome.token == explainedToken {
      send(.explained(token: outcome.token, run.seen))
    } else {
      send(.verified(outcome, losses: losses))
    }
  }
}

extension ClientConfiguration {
  /// What requests say of where they go.
  fileprivate var target: RequestTarget {
    if let request = strangeEntry?.request {
      // Nobody but the chain's own call asks how its context is written.
      let isChain = request.isGRPC == true && request.path == "/"
      return RequestTarget(
        host: request.authority, path: request.path, method: request.method,
        propagator: isChain ? topology.client.propagator : nil)
    }
    return RequestTarget(
      host: externalEntry?.authority ?? "ctxchain",
      path: externalEntry?.path(over: topology.client.transportName) ?? "/",
      propagator: strangeEntry == nil ? nil : topology.client.propagator,
      contextInBody: topology.client.contextInBody == true,
      neverIndexed: FieldClasses(names: topology.client.neverIndexed ?? []))
  }

  /// Of a topology whose entry is not ours.
  fileprivate var externalEntry: ExternalService? {
    topology.services.indices.contains(topology.entry) ? topology.services[topology.entry].external : nil
  }

  fileprivate var isForeign: Bool { externalEntry != nil || strangeEntry?.request != nil }

  /// What is in flight on a connection to one of our services may be more than one: the client stands for many.
  fileprivate var pipelineMax: Int { strangeEntry?.request?.pipeline ?? LoadConnection.pipelineMax }
}

extension Topology {
  /// Every propagator that some edge uses.
  var propagatorNames: Set<String> {
    Set([client.propagator] + services.flatMap(\.script).flatMap(\.calls).map(\.propagator))
  }
}
