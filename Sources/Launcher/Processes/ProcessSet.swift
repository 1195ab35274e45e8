// The nodes of one topology and the client that loads them: started together, wired, used trial by trial, ended together.

internal import Control
internal import EventLoop
internal import Metrics
internal import Spans
internal import Statistics
internal import Topology

/// One replica of one service.
struct NodeHandle {
  let service: Int
  let replica: Int
  let process: any RunningNode
  /// In the registry of metrics, where there is one.
  var metricsID: Int?
  /// 0 until it is known.
  var port: UInt16 = 0
}

/// What a process set is made of.
struct ProcessSetOptions {
  var placement: PlacementPlan
  static let readySecondsMax = 30.0

  /// The arm that the set belongs to; nil when it is the only set.
  var arm: String?
  /// What metrics call the strategy of every node at first; nil: what the topology says of each service.
  var strategy: String?
  /// Told of every node; nil: nobody asks.
  var metrics: MetricsRegistry?
  var host = "127.0.0.1"
  /// Of the entry's first replica; 0 takes a free one.
  var entryPort: UInt16 = 0
  /// 0 starts no client.
  var clientConnections = 1
  var seed: UInt64 = 1
  /// Bytes that the client's `opaque` carries; nil for those that `packed` would send.
  var opaqueSize: Int?
  /// Path of the program that runs every process; nil for this one.
  var program: String?
  /// Commands to put in front of a service's node: profilers.
  var wrappers: [String: [String]] = [:]
  /// A library that every node loads before all others.
  var preload: String?
  /// Seconds until everything must be ready.
  var readySeconds = readySecondsMax
  /// Nodes that run already: none are started. Nil: all are.
  var remote: RemoteNodes?
  /// An entry that runs already: no nodes are started, the client alone is.
  var runningEntry: ServiceAddress?
  /// Nodes may come to record spans, if not at first.
  var recordsSpans = false
  /// Takes what nodes record; nil: nobody does, and each trial finds their rings empty.
  var spanExport: SpanExport?
  /// How that is asked.
  var serverRequest: ServerRequest?
}

/// A running topology. `start` returns when every edge is connected; nothing sleeps on the way.
final class ProcessSet {
  private(set) var topology: Topology
  /// See `ProcessSetOptions.strategy`.
  private(set) var strategy: String?
  /// Called with a node's place and what it says of its meter, in place of whoever waits for that.
  var didReadMeter: ((Int, MeterReading) -> Void)?
  let supervisor: Supervisor
  let options: ProcessSetOptions
  private(set) var nodes: [NodeHandle] = []
  private(set) var client: ChildProcess?
  /// Of nodes that run already.
  private(set) var finder: NodeFinder?
  private var nodeReports: [[NodeReport]] = []
  private var clientReports: [ClientReport] = []
  private var clientLines = RepeatedLines<ClientReport>()
  private(set) var nextToken = 1
  /// Under which names the exporter knows the nodes.
  private var exported: [Int] = []
  /// The client knows trials in turns: those of other builds may not.
  private(set) var takesTurns = false

  init(topology: Topology, supervisor: Supervisor, options: ProcessSetOptions) {
    self.topology = topology
    self.supervisor = supervisor
    self.options = options
    strategy = options.strategy
  }

  /// Those that it started.
  var processes: [ChildProcess] { nodes.compactMap { $0.process as? ChildProcess } + (client.map { [$0] } ?? []) }

  /// Where the client's edge leads.
  var entryAddresses: [ServiceAddress] { options.runningEntry.map { [$0] } ?? addresses(of: topology.entry) }

  // MARK: Start and end

  /// Spawns every process, then wires them.
  func start() throws(LauncherError) {
    try spawn()
    try wire()
  }

  /// Begins: several sets may begin before any of them is wired, and then start beside each other.
  func spawn() throws(LauncherError) {
    do {
      if let remote = options.remote {
        try findNodes(remote)
      } else if options.runningEntry == nil {
        try spawnNodes()
      }
      if options.clientConnections > 0 { try spawnClient() }
    } catch {
      stop()
      throw error
    }
  }

  /// All bind at once, and each learns the addresses of its callees when they are known. Cycles need no order.
  func wire() throws(LauncherError) {
    do {
      if options.remote != nil {
        try replaceNodes()
      } else if options.runningEntry == nil {
        try wireNodes()
      }
      if options.clientConnections > 0 { try wireClient() }
    } catch {
      stop()
      throw error
    }
  }

  private func wireNodes() throws(LauncherError) {
    try collect("listening") { index, report in
      guard case .listening(let port) = report else { return false }
      nodes[index].port = port
      return true
    }
    exported = try options.spanExport?.attach(nodes, of: topology, arm: options.arm) ?? []
    try connectNodes()
  }

  private func spawnNodes() throws(LauncherError) {
    let assumed = topology.assumedPropagators
    for (index, service) in topology.services.enumerated() where service.external == nil {
      for replica in 0..<service.replicas {
        let name = service.replicas == 1 ? service.name : "\(service.name)#\(replica)"
        let process = try ChildProcess(
          loop: supervisor.loop, role: .node, name: name, service: service.name, workers: service.workers,
          recordsSpans: options.recordsSpans || topology.recordsSpans, program: options.program,
          wrapper: options.wrappers[service.name] ?? [], preload: options.preload)
        process.arm = options.arm
        supervisor.adopt(process)
        // Before it has threads: they run where the one that starts them does.
        options.placement.pin(
          process.pid, to: options.placement.cpu(forNode: nodes.count, workers: service.workers))
        let position = nodes.count
        nodeReports.append([])
        nodes.append(NodeHandle(service: index, replica: replica, process: process))
        if let metrics = options.metrics {
          let id = metrics.add(metricLabels(index, replica), callees: calleeNames(index), pages: process.pages)
          nodes[position].metricsID = id
          process.didEnd = { metrics.didEnd(id) }
        }
        process.didReceive = { [unowned self] line in didReceive(line, from: position) }
        let isEntry = index == topology.entry && replica == 0
        process.send(
          NodeCommand.configure(
            NodeConfiguration(
              service: service, layer: index + 1, replica: replica, host: options.host,
              port: service.port ?? (isEntry ? options.entryPort : 0),
              seed: SeededGenerator.seed(options.seed, stream: UInt64(position)),
              assumedPropagator: assumed[index])))
      }
    }
  }

  private func didReceive(_ line: UnsafeRawBufferPointer, from position: Int) {
    let report = ControlCodec.decode(NodeReport.self, from: line) ?? .failed(ProcessSet.unknown(line))
    if case .meter(let reading) = report, let didReadMeter { return didReadMeter(position, reading) }
    nodeReports[position].append(report)
  }

  /// Those that run already are all there when this returns.
  private func findNodes(_ remote: RemoteNodes) throws(LauncherError) {
    let finder = try NodeFinder(remote, supervisor)
    self.finder = finder
    for (service, replica, node) in try finder.find(topology) {
      let position = nodes.count
      nodeReports.append([])
      nodes.append(NodeHandle(service: service, replica: replica, process: node))
      node.didReceive = { [unowned self] line in didReceive(line, from: position) }
      node.didLose = { [supervisor] loss in supervisor.note(loss) }
      nodes[position].metricsID = options.metrics?.add(
        metricLabels(service, replica), callees: calleeNames(service), pages: node.pages)
    }
    try awaitNodes(isFirst: true)
  }

  /// The client, anew: it may have lost what it had.
  func replaceClient() throws(LauncherError) {
    if let client {
      client.willStop()
      client.send(ClientCommand.stop)
      supervisor.end([client])
    }
    clientReports = []
    try spawnClient()
    try wireClient()
  }

  private func connectNodes() throws(LauncherError) {
    let assumed = topology.assumedPropagators
    for node in nodes { node.process.send(NodeCommand.connect(callees(of: node, assumed))) }
    try collect("connected") { _, report in if case .connected = report { true } else { false } }
  }

  /// - Parameter assumed: propagators, by service.
  private func callees(of node: NodeHandle, _ assumed: [String]) -> [CalleeAddresses] {
    Set(topology.services[node.service].callees).sorted().map { callee in
      let service = topology.services[callee]
      var addresses = CalleeAddresses(
        service: callee, name: service.external?.authority ?? service.name, addresses: addresses(of: callee),
        workers: service.workers, assumedPropagator: assumed[callee])
      addresses.external = service.external
      return addresses
    }
  }

  private func spawnClient() throws(LauncherError) {
    let client = try ChildProcess(
      loop: supervisor.loop, role: .client, name: "client", service: nil, program: options.program,
      wrapper: options.wrappers["client"] ?? [])
    client.arm = options.arm
    supervisor.adopt(client)
    self.client = client
    options.placement.pin(client.pid, to: options.placement.cpuForClient(nodeCount: nodes.count))
    client.didReceive = { [unowned self] line in
      clientReports.append(
        clientLines.decode(line) ?? .failed(ProcessSet.unknown(line)))
    }
  }

  private func wireClient() throws(LauncherError) {
    client?.send(
      ClientCommand.configure(
        ClientConfiguration(
          entry: entryAddresses, topology: topology, connections: options.clientConnections, seed: options.seed,
          opaqueSize: options.opaqueSize,
          strangeEntry: options.runningEntry.map { _ in StrangeEntry(request: options.serverRequest) })))
    try awaitConnectedClient()
  }

  private func awaitConnectedClient() throws(LauncherError) {
    takesTurns = try awaitClient("connected") {
      if case .connected(let takesTurns) = $0 { takesTurns ?? false } else { nil }
    }
  }

  /// Of another build, that says what this one does not know.
  private static func unknown(_ line: UnsafeRawBufferPointer) -> String {
    "said something that this version does not know: \(String(decoding: line.prefix(60), as: UTF8.self))"
  }

  /// Puts the same processes under another strategy; the graph must be the same.
  func replace(_ topology: Topology, strategy: String? = nil) throws(LauncherError) {
    self.topology = topology
    self.strategy = strategy
    try replaceNodes()
    for node in nodes {
      guard let id = node.metricsID else { continue }
      options.metrics?.change(
        id, to: metricLabels(node.service, node.replica), callees: calleeNames(node.service))
    }
    client?.send(ClientCommand.replaceTopology(topology))
    try awaitConnectedClient()
  }

  /// Gives every node its part of the topology; returns when all edges are connected.
  func replaceNodes() throws(LauncherError) {
    let assumed = topology.assumedPropagators
    for index in nodes.indices { nodeReports[index] = [] }
    for node in nodes {
      node.process.send(
        NodeCommand.replaceService(
          topology.services[node.service], assumedPropagator: assumed[node.service], callees: callees(of: node, assumed)
        ))
    }
    try collect("replaced") { _, report in if case .replaced = report { true } else { false } }
  }

  /// Ends every process of the set; returns when all are reaped.
  func stop() {
    for process in processes where process.isAlive {
      process.willStop()
      process === client ? process.send(ClientCommand.stop) : process.send(NodeCommand.stop)
    }
    supervisor.end(processes)
    options.spanExport?.detach(exported)
    exported = []
    finder?.nodes.forEach { $0.close() }
    for id in nodes.compactMap(\.metricsID) { options.metrics?.remove(id) }
    nodes = []
    finder = nil
    nodeReports = []
    client = nil
    clientReports = []
  }

  // MARK: Orders

  /// Forgets the spans that nobody reads: each trial finds its rings empty.
  func clearSpans() {
    guard options.spanExport == nil else { return }
    for process in processes { process.rings.forEach { $0.clear() } }
  }

  func makeToken() -> Int {
    defer { nextToken += 1 }
    return nextToken
  }

  /// Sends an order to every node and waits for the answer that `match` accepts from each.
  func ask(
    _ command: NodeCommand, _ what: String, ignoringSignals: Bool = false, _ match: (Int, NodeReport) -> Bool
  ) throws(LauncherError) {
    for node in nodes { node.process.send(command) }
    try collect(what, ignoringSignals: ignoringSignals, match)
  }

  /// Waits until the client has said something that `match` accepts, and returns what it made of it.
  func awaitClient<Answer>(
    _ what: String, seconds: Double? = nil, ignoringSignalsAndDeaths: Bool = false,
    _ match: (ClientReport) -> Answer?
  ) throws(LauncherError) -> Answer {
    var answer: Answer?
    var failure: String?
    let condition = { [self] in
      while !clientReports.isEmpty, answer == nil, failure == nil {
        let report = clientReports.removeFirst()
        if case .failed(let reason) = report { failure = reason } else { answer = match(report) }
      }
      return answer != nil || failure != nil
    }
    try supervisor.wait(
      for: "the client (\(what))", seconds: seconds ?? options.readySeconds,
      ignoringSignals: ignoringSignalsAndDeaths, ignoringDeaths: ignoringSignalsAndDeaths, until: condition)
    if let failure { throw .childFailed(name: "client", reason: failure) }
    return answer!
  }

  /// - Parameter positions: of the nodes from which an answer is awaited; nil: of all.
  func collect(
    _ what: String, from positions: Range<Int>? = nil, ignoringSignals: Bool = false,
    _ match: (Int, NodeReport) -> Bool
  ) throws(LauncherError) {
    var isDone = nodes.indices.map { positions?.contains($0) == false }
    var failure: (Int, String)?
    let condition = { [self] in
      for index in nodes.indices where !isDone[index] {
        while !nodeReports[index].isEmpty, !isDone[index], failure == nil {
          let report = nodeReports[index].removeFirst()
          if case .failed(let reason) = report { failure = (index, reason) }
          isDone[index] = match(index, report)
        }
      }
      return failure != nil || !isDone.contains(false)
    }
    do {
      try supervisor.wait(
        for: "the nodes (\(what))", seconds: options.readySeconds, ignoringSignals: ignoringSignals, until: condition)
    } catch .notReady(_, let seconds) {
      let missing = nodes.indices.filter { !isDone[$0] }.map { nodes[$0].process.name }
      throw .notReady(what: "\(missing.joined(separator: ", ")) (\(what))", seconds: seconds)
    }
    if let failure { throw .childFailed(name: nodes[failure.0].process.name, reason: failure.1) }
  }

  /// Where a node serves requests.
  private func address(of node: NodeHandle) -> ServiceAddress {
    guard let remote = node.process as? RemoteNode else { return ServiceAddress(host: options.host, port: node.port) }
    return ServiceAddress(host: remote.address?.host ?? "", port: remote.identity?.port ?? 0)
  }

  /// Of every replica.
  private func addresses(of service: Int) -> [ServiceAddress] {
    if let external = topology.services[service].external {
      return [ServiceAddress(host: external.host, port: external.port)]
    }
    return nodes.filter { $0.service == service }.map(address)
  }
}

extension Service {
  /// Indices of the services that the script calls.
  var callees: [Int] { script.flatMap(\.calls).map(\.service) }
}
