// A checked topology -> the YAML that says all of it, every default filled in. `validate --print` shows it.

package enum TopologyPrinter {
  /// Reading this text again gives an equal topology.
  package static func yaml(_ topology: Topology) -> String {
    let names = topology.services.map(\.name)
    var lines = ["version: \(TopologyReader.version)", "entry: \(plain(names[topology.entry]))"]
    if topology.maxDepth > 0 { lines.append("max-depth: \(topology.maxDepth)") }
    lines.append("client:")
    lines.append("  propagator: \(propagator(topology.client.propagator))")
    if let transport = topology.client.transport { lines.append("  transport: \(transport)") }
    lines.append("  place: \(ContextPlace(inBody: topology.client.contextInBody).rawValue)")
    lines.append("  hpack: \(FieldIndexing.text(topology.client.neverIndexed))")
    if let ratio = topology.client.tracing { lines.append("  tracing: \"\(ratio.text)\"") }
    lines.append("  size: \(size(topology.client.payloadSize))")
    if !topology.client.set.isEmpty { lines.append("  set: \(assignments(topology.client.set))") }
    if let fields = topology.client.fields { lines.append("  fields: \(self.fields(fields))") }
    if let bad = topology.client.bad {
      lines.append("  bad:")
      lines += bad.map { "    - {share: \(Quantity.text(share: $0.share)), fields: \(fields($0.fields))}" }
    }
    lines.append("services:")
    for service in topology.services { lines += self.lines(service, topology.services) }
    return lines.joined(separator: "\n") + "\n"
  }

  private static func lines(_ service: Service, _ services: [Service]) -> [String] {
    var lines: [String]
    if let external = service.external {
      lines = ["  - name: \(plain(service.name))", "    external: \(external.authority)"]
      if let method = external.method {
        lines.append("    method: \(doubleQuoted(method))")
      } else {
        lines.append("    path: \(doubleQuoted(external.path))")
      }
      if let message = external.message { lines.append("    message: \(doubleQuoted(message))") }
      lines += ["    strategy: \(service.strategy)", "    store: \(service.store)"]
    } else {
      lines = ownLines(service)
    }
    guard !service.script.isEmpty else { return lines + ["    script: []"] }
    lines.append("    script:")
    for step in service.script {
      switch step {
      case .set(let list): lines.append("      - set: \(assignments(list))")
      case .work(let duration): lines.append("      - work: \(distribution(duration))")
      case .countedWork(let iterations): lines.append("      - work: {iterations: \(iterations)}")
      case .sleep(let duration): lines.append("      - sleep: \(distribution(duration))")
      case .call(let call): lines.append("      - call: \(self.call(call, services))")
      case .parallel(let calls):
        lines.append("      - parallel:")
        lines += calls.map { "          - call: \(call($0, services))" }
      }
    }
    return lines
  }

  /// Of a service that is started, but for its script.
  private static func ownLines(_ service: Service) -> [String] {
    var lines = [
      "  - name: \(plain(service.name))",
      "    replicas: \(service.replicas)",
      "    workers: \(service.workers)",
      "    writes: \(ratio(service.writes ?? .standard))",
      "    strategy: \(service.strategy)",
      "    store: \(service.store)",
      "    context-work: \(service.contextWork)",
      "    keys-per-layer: \(service.keysPerLayer)",
      "    growth: \(service.growth)",
      "    response-size: \(size(service.responseSize))",
      "    error-rate: \(Quantity.text(share: service.errorRate))",
      "    error-status: \((service.errorStatus ?? .internal).rawValue)",
    ]
    if let ratio = service.tracing { lines.append("    tracing: \"\(ratio.text)\"") }
    if let port = service.port { lines.append("    port: \(port)") }
    if let members = service.resources?.members, !members.isEmpty {
      let list = members.sorted { $0.key < $1.key }.map { "\($0.key): \($0.value)" }
      lines.append("    resources: {\(list.joined(separator: ", "))}")
    }
    if let rules = service.scriptedCalls {
      lines += ["    scripted-calls: true", "    propagator: \(propagator(rules.propagator))"]
    }
    if let rules = service.gateway { lines += self.lines(rules) }
    if let kept = service.keepsContext {
      lines += [
        "    keeps-context: \(Quantity.text(kept.deadlineNanoseconds, units: Quantity.durationUnits))",
        "    releases-context: \(kept.isReleased)",
      ]
    }
    return lines
  }

  private static func ratio(_ ratio: AccessRatio) -> String { "\"\(ratio.writes):\(ratio.reads)\"" }

  private static func call(_ call: Call, _ services: [Service]) -> String {
    let callee = services[call.service]
    let parts = [
      "service: \(plain(callee.name))",
      call.forwardsBody == true
        ? "body: forward" : callee.external?.usualMessage == nil ? "size: \(size(call.payloadSize))" : nil,
      "timeout: \(Quantity.text(call.timeoutNanoseconds, units: Quantity.durationUnits))",
      "deadline: \(call.ignoresDeadline == true ? DeadlinePassing.ignore : DeadlinePassing.cascade)",
      "probability: \(Quantity.text(share: call.probability))",
      "retries: \(call.retries)",
      "pipeline: \(call.pipeline ?? 1)",
      "place: \(ContextPlace(inBody: call.contextInBody).rawValue)",
      "hpack: \(FieldIndexing.text(call.neverIndexed))",
      "optional: \(call.isOptional == true)",
      "propagator: \(propagator(call.propagator))",
      "transport: \(call.transport)",
      "drops-context: \(call.dropsContext)",
    ]
    return "{\(parts.compactMap(\.self).joined(separator: ", "))}"
  }

  private static func distribution(_ duration: DurationDistribution) -> String {
    switch duration {
    case .fixed(let nanoseconds): Quantity.text(nanoseconds, units: Quantity.durationUnits)
    case .exponential(let mean): "{exponential: \(Quantity.text(mean, units: Quantity.durationUnits))}"
    }
  }

  static func assignments(_ list: [Assignment]) -> String {
    let parts = list.map { assignment in
      switch assignment.value {
      case .integer(let value): "\(assignment.key): \(value)"
      case .text(let text): "\(assignment.key): \(doubleQuoted(text))"
      }
    }
    return "{\(parts.joined(separator: ", "))}"
  }

  private static func size(_ bytes: Int) -> String { Quantity.text(Int64(bytes), units: Quantity.sizeUnits) }

  private static func propagator(_ name: String) -> String { name.contains(",") ? doubleQuoted(name) : plain(name) }

  /// A service may be called `null`, which stands for no value unless quoted.
  static func plain(_ name: String) -> String { name == "null" ? doubleQuoted(name) : name }

  /// YAML's double-quoted style, with everything escaped that YAML does not take as it is.
  ///
  /// - Parameter newline: how that is written.
  package static func doubleQuoted(_ text: String, newline: String = "\\U0000000a") -> String {
    var result = "\""
    for scalar in text.unicodeScalars {
      switch scalar.value {
      case 0x22: result += "\\\""
      case 0x5c: result += "\\\\"
      case 0x0a: result += newline
      case 0x20...0x7e, 0xa1...0x2027, 0x202a...0xd7ff: result.unicodeScalars.append(scalar)
      default:
        let digits = String(scalar.value, radix: 16)
        result += "\\U" + String(repeating: "0", count: 8 - digits.count) + digits
      }
    }
    return result + "\""
  }
}
