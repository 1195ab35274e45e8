// What is allowed in the rules of a gateway and in the fields of a client, wherever they come from: each check says what
// is wrong, or nothing.

enum GatewayCheck {
  /// The name of a header field: a token (RFC 9110, section 5.6.2) in lower case.
  static func fieldName(_ name: String) -> String? {
    let sizeMax = TopologyLimits.nameSizeMax
    guard name.utf8.count <= sizeMax else {
      return "expected a field name of at most \(sizeMax) bytes, got \(name.utf8.count): \(quoted(name))"
    }
    let isToken = name.utf8.allSatisfy { byte in
      byte &- 0x61 < 26 || byte &- 0x30 < 10 || "!#$%&'*+-.^_`|~".utf8.contains(byte)
    }
    return !name.isEmpty && isToken ? nil : "expected a field name in lower case such as x-user-id, got \(quoted(name))"
  }

  /// Those that say where a message ends and whose it is: over HTTP/1.1 a second one would make two messages of one.
  static func transportsOwn(_ name: String) -> String? {
    let own = ["host", "content-length", "transfer-encoding", "connection", "expect", "upgrade"]
    return own.contains(name) || name == "ctxchain" || name.hasPrefix("ctxchain-")
      ? "\(quoted(name)) is the transport's own" : nil
  }

  static func fieldValue(_ value: String) -> String? {
    let sizeMax = TopologyLimits.textSizeMax
    return value.utf8.count <= sizeMax ? nil : "expected at most \(sizeMax) bytes, got \(value.utf8.count)"
  }

  static func pattern(_ text: String) -> String? {
    do throws(PatternProblem) {
      _ = try BytePattern(text)
      return nil
    } catch {
      return "pattern \(quoted(text)): \(error)"
    }
  }

  static func condition(_ condition: FieldCondition) -> String? {
    let count = [condition.is != nil, condition.matches != nil, condition.absent != nil].count { $0 }
    return count == 1 ? nil : "expected exactly one of is, matches and absent"
  }

  /// Of the whole; nil when nothing is wrong.
  static func rules(_ rules: GatewayRules) -> String? {
    if rules.ruleCount == 0 { return "expected at least one rule, got none" }
    let countMax = TopologyLimits.gatewayRuleCountMax
    return rules.ruleCount <= countMax ? nil : "expected at most \(countMax) rules, got \(rules.ruleCount)"
  }

  /// The first field that is in two of the lists, or twice in one.
  static func repeatedField(_ rules: GatewayRules) -> String? {
    var seen: Set<String> = []
    let fields = rules.required.map(\.field) + rules.optional.map(\.field) + rules.rejected.map(\.field)
    return fields.first { !seen.insert($0).inserted }
  }

  static func shares(_ bad: [BadRequests]) -> String? {
    bad.reduce(0) { $0 + $1.share } <= 1 ? nil : "the shares add up to more than 1"
  }
}

extension ClientField {
  /// What is wrong with it; nil when nothing is.
  package var problem: String? {
    GatewayCheck.fieldName(name) ?? GatewayCheck.transportsOwn(name) ?? value.flatMap(GatewayCheck.fieldValue)
  }
}

extension GatewayRules {
  /// Throws for the first rule that no topology file could have given.
  func check(_ path: String, _ fail: (String, String) -> TopologyError) throws(TopologyError) {
    func refuse(_ problem: String?, _ place: String) throws(TopologyError) {
      if let problem { throw fail("\(path)\(place)", problem) }
    }
    func patterns(_ pattern: String?, _ place: String) throws(TopologyError) {
      if let pattern { try refuse(GatewayCheck.pattern(pattern), place) }
    }
    try refuse(GatewayCheck.rules(self), "")
    for (list, name) in [(required, "required"), (optional, "optional")] {
      for (index, rule) in list.enumerated() {
        try refuse(GatewayCheck.fieldName(rule.field), ".\(name)[\(index)].field")
        try refuse(TextCheck.name(rule.target), ".\(name)[\(index)].target")
        try patterns(rule.pattern, ".\(name)[\(index)].pattern")
      }
    }
    for (index, rule) in rejected.enumerated() {
      try refuse(GatewayCheck.fieldName(rule.field), ".rejected[\(index)].field")
      try patterns(rule.pattern, ".rejected[\(index)].pattern")
    }
    for (index, rule) in mappings.enumerated() {
      let place = ".mappings[\(index)]"
      try refuse(GatewayCheck.fieldName(rule.source), "\(place).source")
      try refuse(TextCheck.name(rule.target), "\(place).target")
      try patterns(rule.pattern, "\(place).pattern")
      guard let when = rule.when else { continue }
      try refuse(GatewayCheck.fieldName(when.field), "\(place).when.field")
      try refuse(GatewayCheck.condition(when), "\(place).when")
      try patterns(when.matches, "\(place).when.matches")
    }
    if let field = GatewayCheck.repeatedField(self) {
      throw fail(path, "field \(quoted(field)) is named twice")
    }
  }
}

private enum TextCheck {
  static func name(_ text: String) -> String? {
    do throws(TopologyError) {
      try Field.anywhere.checkName(text, isKey: true)
      return nil
    } catch {
      return error.problem
    }
  }
}
