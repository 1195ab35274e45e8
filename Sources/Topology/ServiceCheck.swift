// A service that came as a value and not from a topology file: held against the bounds that the file's reader enforces.
// Names no line; the path is that of the value's fields.

internal import Yams

extension Service {
  /// Throws for the first field that no topology file could have given. Which services there are to call is not known
  /// here.
  ///
  /// - Parameter path: of the service in its document, such as `configuration.service`.
  package func check(file: String, path: String, vocabulary: Vocabulary) throws(TopologyError) {
    let check = ServiceCheck(file: file, vocabulary: vocabulary)
    try check.name(name, "\(path).name", isKey: false)
    try check.range(replicas, 1...TopologyLimits.replicasMax, "\(path).replicas")
    try check.range(workers, 1...TopologyLimits.workersMax, "\(path).workers")
    if let writes {
      let parts = 0...TopologyLimits.ratioPartMax
      try check.range(writes.writes, parts, "\(path).writes.writes")
      try check.range(writes.reads, parts, "\(path).writes.reads")
      try check.range(writes.writes + writes.reads, 1...2 * TopologyLimits.ratioPartMax, "\(path).writes", "in all")
    }
    try check.word(store, among: vocabulary.stores, "\(path).store")
    try check.range(keysPerLayer, 0...TopologyLimits.keysPerLayerMax, "\(path).keysPerLayer")
    try check.word(growth, among: Growth.names, "\(path).growth")
    try check.range(responseSize, 0...TopologyLimits.payloadSizeMax, "\(path).responseSize")
    try check.share(errorRate, "\(path).errorRate")
    if let gateway {
      guard store != "none" else { throw check.error("\(path).gateway", "a gateway needs a store, got none") }
      try gateway.check("\(path).gateway", check.error)
      if !gateway.defaults.isEmpty { try check.assignments(gateway.defaults, "\(path).gateway.defaults") }
    }
    try check.range(script.count, 0...TopologyLimits.stepCountMax, "\(path).script", "steps")
    if let kept = keepsContext {
      try check.range(
        kept.deadlineNanoseconds, 1...TopologyLimits.durationNanosecondsMax, "\(path).keepsContext.deadlineNanoseconds")
    }
    if let cpu = resources?.cpuThousandths {
      try check.range(cpu, 1...TopologyLimits.cpuThousandthsMax, "\(path).resources.cpuThousandths")
    }
    if let memory = resources?.memorySize {
      try check.range(memory, 1...TopologyLimits.memorySizeMax, "\(path).resources.memorySize")
    }
    if let rules = scriptedCalls { try check.propagator(rules.propagator, "\(path).scriptedCalls") }
    for (index, step) in script.enumerated() { try check.step(step, "\(path).script[\(index)]") }
  }
}

private struct ServiceCheck {
  let file: String
  let vocabulary: Vocabulary

  func error(_ path: String, _ problem: String) -> TopologyError {
    TopologyError(file: file, path: path, problem: problem)
  }

  func range<Value: BinaryInteger>(
    _ value: Value, _ range: ClosedRange<Value>, _ path: String, _ what: String = ""
  ) throws(TopologyError) {
    guard !range.contains(value) else { return }
    let unit = what.isEmpty ? "" : " \(what)"
    throw error(path, "expected \(range.lowerBound) to \(range.upperBound)\(unit), got \(value)")
  }

  func share(_ value: Double, _ path: String) throws(TopologyError) {
    guard value >= 0, value <= 1 else { throw error(path, "expected a share 0 to 1, got \(value)") }
  }

  func word(_ value: String, among known: [String], _ path: String) throws(TopologyError) {
    guard known.contains(value) else {
      throw error(path, "expected one of \(known.joined(separator: ", ")), got \(quoted(value))")
    }
  }

  func name(_ value: String, _ path: String, isKey: Bool) throws(TopologyError) {
    do throws(TopologyError) {
      try Field.anywhere.checkName(value, isKey: isKey)
    } catch {
      throw self.error(path, error.problem)
    }
  }

  func step(_ step: Step, _ path: String) throws(TopologyError) {
    switch step {
    case .set(let assignments): try self.assignments(assignments, "\(path).set")
    case .work(let duration): try self.duration(duration, "\(path).work")
    case .countedWork(let iterations):
      try range(iterations, 0...TopologyLimits.iterationsMax, "\(path).work.iterations")
    case .sleep(let duration): try self.duration(duration, "\(path).sleep")
    case .call(let call): try self.call(call, "\(path).call")
    case .parallel(let calls):
      try range(calls.count, 1...TopologyLimits.parallelCallCountMax, "\(path).parallel", "calls")
      for (index, call) in calls.enumerated() { try self.call(call, "\(path).parallel[\(index)]") }
    }
  }

  func assignments(_ list: [Assignment], _ path: String) throws(TopologyError) {
    try range(list.count, 1...TopologyLimits.assignmentCountMax, path, "keys")
    for (index, assignment) in list.enumerated() {
      let path = "\(path)[\(index)]"
      try name(assignment.key, "\(path).key", isKey: true)
      switch assignment.value {
      case .integer(let value):
        guard !vocabulary.textKeys.contains(assignment.key) else {
          throw error("\(path).value", "\(assignment.key) holds a text, got \(value)")
        }
      case .text(let text):
        guard !vocabulary.integerKeys.contains(assignment.key) else {
          throw error("\(path).value", "\(assignment.key) holds an integer, got the text \(quoted(text))")
        }
        try range(text.utf8.count, 0...TopologyLimits.textSizeMax, "\(path).value", "bytes of text")
      }
    }
  }

  private func duration(_ duration: DurationDistribution, _ path: String) throws(TopologyError) {
    let allowed = 0...TopologyLimits.durationNanosecondsMax
    switch duration {
    case .fixed(let nanoseconds): try range(nanoseconds, allowed, "\(path).fixedNanoseconds")
    case .exponential(let mean): try range(mean, allowed, "\(path).exponentialMeanNanoseconds")
    }
  }

  private func call(_ call: Call, _ path: String) throws(TopologyError) {
    try range(call.service, 0...TopologyLimits.serviceCountMax - 1, "\(path).service")
    try range(call.payloadSize, 0...TopologyLimits.payloadSizeMax, "\(path).payloadSize")
    try range(call.timeoutNanoseconds, 0...TopologyLimits.durationNanosecondsMax, "\(path).timeoutNanoseconds")
    try share(call.probability, "\(path).probability")
    try range(call.retries, 0...TopologyLimits.retriesMax, "\(path).retries")
    if let pipeline = call.pipeline { try range(pipeline, 1...TopologyLimits.pipelineMax, "\(path).pipeline") }
    try word(call.transport, among: vocabulary.transports, "\(path).transport")
    try propagator(call.propagator, path)
  }

  func propagator(_ name: String, _ path: String) throws(TopologyError) {
    do throws(TopologyError) {
      let known = try Field(file: file, path: path, node: Node(name)).propagator(vocabulary)
      guard known == name else { throw error(path, "unknown propagator \(quoted(name))") }
    } catch {
      throw self.error("\(path).propagator", error.problem)
    }
  }
}
