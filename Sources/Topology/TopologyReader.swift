// The document's tree -> a checked `Topology`. No files, no text: those are TopologyFile's and YAMLDocument's.

struct TopologyReader {
  static let version = "1"
  static let keys = ["version", "entry", "max-depth", "client", "defaults", "services"]
  static let clientKeys = ["propagator", "transport", "place", "hpack", "tracing", "size", "set", "fields", "bad"]
  static let serviceKeys =
    ["name", "script", "gateway", "scripted-calls", "external", "path", "method", "message", "port"]
    + CarrierChoice.keys + [
      "replicas", "workers", "writes", "tracing", "context-work", "keys-per-layer", "growth", "response-size",
      "error-rate",
      "error-status", "keeps-context", "releases-context", "resources",
    ]

  let vocabulary: Vocabulary

  func topology(_ root: Field) throws(TopologyError) -> Topology {
    let fields = try root.mapping("a mapping with version, entry and services", keys: TopologyReader.keys)
    let version = try fields.required("version")
    guard try version.text("version 1") == TopologyReader.version else { throw version.expected("version 1") }
    var defaults = ServiceDefaults(vocabulary)
    if let field = fields["defaults"] {
      let own = try field.mapping("a mapping of defaults", keys: ServiceDefaults.keys)
      defaults = try defaults.reading(own, vocabulary: vocabulary)
    }
    let list = try serviceList(try fields.required("services"))
    let entryField = try fields.required("entry")
    let entry = try entryField.service(among: list.index)

    var services: [Service] = []
    services.reserveCapacity(list.items.count)
    var edges: [EdgeInFile] = []
    var entryPropagator = ""
    var entryTracing: SamplingRatio?
    for (index, item) in list.items.enumerated() {
      let own = try defaults.reading(item.fields, vocabulary: vocabulary)
      var reader = ScriptReader(
        service: index, serviceIndex: list.index, defaults: own, vocabulary: vocabulary)
      let script = try item.fields["script"].map { field throws(TopologyError) in try reader.script(field) }
      services.append(Service(name: item.name, settings: own, script: script ?? []))
      services[index].external = try ExternalReader.external(item.fields)
      if services[index].external != nil {
        try ExternalReader.check(script ?? [], at: item.fields["script"])
        (services[index].replicas, services[index].workers) = (1, 1)
        services[index].resources = nil
      }
      if let field = item.fields["port"] {
        services[index].port = UInt16(try field.count(in: 1...Int(UInt16.max)))
        guard own.replicas == 1 else { throw field.error("only one replica can listen at a port of its own") }
      }
      if let field = item.fields["scripted-calls"], try field.flag() {
        services[index].scriptedCalls = ScriptedCallRules(propagator: own.carrier.propagator)
      }
      if let field = item.fields["gateway"] {
        services[index].gateway = try GatewayReader.rules(field, vocabulary)
        guard own.carrier.store != "none" else { throw field.error("a gateway needs a store, got none") }
      }
      edges += reader.edges
      if index == entry {
        entryTracing = own.tracing
        entryPropagator =
          vocabulary.preset(named: own.carrier.strategy)?.edge?.propagator ?? own.carrier.propagator
      }
    }
    var maxDepth = 0
    if let field = fields["max-depth"] { maxDepth = try field.count(in: 1...TopologyLimits.maxDepthMax) }
    let client = try client(fields["client"], defaults, propagator: entryPropagator, tracing: entryTracing)
    let graph = GraphCheck(names: services.map(\.name), nameFields: list.items.map(\.nameField), edges: edges)
    if maxDepth == 0 { try graph.refuseCycles() }
    try graph.refuseUnreachable(from: entry)
    var topology = Topology(entry: entry, maxDepth: maxDepth, client: client, services: services)
    for (index, item) in list.items.enumerated() {
      guard let field = item.fields["gateway"] else { continue }
      guard index == entry else {
        throw field.error("only the entry can be a gateway: it cleans what the client sends")
      }
    }
    try topology.putExternals(edges, client: fields["client"])
    if let edge = vocabulary.preset(named: services[entry].strategy)?.edge { topology.putGateway(edge) }
    if topology.services[entry].gateway != nil { try graph.refuseCalls(of: entry, because: "it is a gateway") }
    return topology
  }

  private struct ServiceItem {
    let name: String
    let nameField: Field
    let fields: Fields
  }

  private func serviceList(
    _ field: Field
  ) throws(TopologyError) -> (items: [ServiceItem], index: [String: Int]) {
    var items: [ServiceItem] = []
    var index: [String: Int] = [:]
    for unnamed in try field.list("a list of services", max: TopologyLimits.serviceCountMax) {
      var named = unnamed
      // From here on the path says the name, which the reader finds more easily than the position.
      if let name = unnamed.peek("name"), (try? unnamed.checkName(name, isKey: false)) != nil {
        named.path = "\(field.path).\(name)"
      }
      let fields = try named.mapping("a service", keys: TopologyReader.serviceKeys)
      let nameField = try fields.required("name")
      let name = try nameField.name("a service's name")
      if let first = index[name] {
        throw nameField.error("duplicate service \(quoted(name)), first named in line \(items[first].nameField.line)")
      }
      index[name] = items.count
      items.append(ServiceItem(name: name, nameField: nameField, fields: fields))
    }
    guard !items.isEmpty else { throw field.error("expected at least one service, got none") }
    return (items, index)
  }

  private func client(
    _ field: Field?, _ defaults: ServiceDefaults, propagator: String, tracing: SamplingRatio?
  ) throws(TopologyError) -> ClientSide {
    var client = ClientSide(
      propagator: propagator, payloadSize: defaults.payloadSize, set: [], transport: defaults.transport,
      contextInBody: defaults.contextInBody, neverIndexed: defaults.neverIndexed)
    client.tracing = tracing
    guard let field else { return client }
    let fields = try field.mapping("a mapping of the client's side", keys: TopologyReader.clientKeys)
    if let field = fields["propagator"] { client.propagator = try field.propagator(vocabulary) }
    if let field = fields["transport"] { client.transport = try field.word("transport", among: vocabulary.transports) }
    if let field = fields["place"] { client.contextInBody = try field.contextInBody() }
    if let field = fields["hpack"] { client.neverIndexed = try field.fieldIndexing() }
    if let field = fields["tracing"] { client.tracing = try field.samplingRatio() }
    if let field = fields["size"] { client.payloadSize = try field.size() }
    if let field = fields["set"] { client.set = try ScriptReader.assignments(field, vocabulary) }
    if let field = fields["fields"] { client.fields = try GatewayReader.clientFields(field) }
    if let field = fields["bad"] { client.bad = try GatewayReader.badRequests(field) }
    return client
  }
}

extension Service {
  init(name: String, settings: ServiceDefaults, script: [Step]) {
    self.init(
      name: name, replicas: settings.replicas, workers: settings.workers, strategy: settings.carrier.strategy,
      store: settings.carrier.store, contextWork: settings.contextWork, keysPerLayer: settings.keysPerLayer,
      growth: settings.growth, responseSize: settings.responseSize, errorRate: settings.errorRate, script: script,
      writes: settings.writes == .standard ? nil : settings.writes,
      errorStatus: settings.errorStatus == .internal ? nil : settings.errorStatus)
    tracing = settings.tracing
    if settings.keptNanoseconds > 0 {
      keepsContext = KeptContext(
        deadlineNanoseconds: settings.keptNanoseconds, isReleased: settings.releasesContext)
    }
    resources = settings.resources
  }
}
