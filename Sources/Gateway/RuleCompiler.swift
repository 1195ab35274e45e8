// From checked rules to what requests run. Done once, at a node's start.

internal import Context
internal import Topology

struct RuleCompiler {
  /// Takes any value of at least a byte, without controls: what a rule without a pattern asks for.
  private static let anyValue = ".+"

  private let rules: GatewayRules
  /// Names of the fields that rules are about; a rule has the index.
  private(set) var fields: [String] = []
  private(set) var owned: [AnyObject] = []
  private(set) var defaults: [CompiledDefault] = []
  private var patterns: [String: BytePattern] = [:]
  private var keys: [String: ContextKey] = [:]
  private var targets: [String] = []

  init(_ rules: GatewayRules) { self.rules = rules }

  /// Rejected fields first: a request that carries one is refused whatever else is in it.
  mutating func compile() -> [CompiledRule] {
    var list: [CompiledRule] = []
    for rule in rules.rejected {
      list.append(
        CompiledRule(
          kind: .rejected, field: field(rule.field), pattern: rule.pattern.map { pattern($0) }))
    }
    for rule in rules.required { list.append(compiled(.required, rule.field, rule.target, rule.pattern)) }
    for rule in rules.optional { list.append(compiled(.optional, rule.field, rule.target, rule.pattern)) }
    for mapping in rules.mappings {
      var rule = compiled(.mapping, mapping.source, mapping.target, mapping.pattern)
      if let when = mapping.when { add(when, to: &rule) }
      list.append(rule)
    }
    defaults = rules.defaults.map { assignment in
      let type: ContextValueType = if case .integer = assignment.value { .integer } else { .text }
      return CompiledDefault(
        key: key(assignment.key, type), targetBit: bit(assignment.key), value: assignment.value)
    }
    owned = Array(patterns.values) + Array(keys.values)
    return list
  }

  private mutating func compiled(
    _ kind: CompiledRule.Kind, _ name: String, _ target: String, _ text: String?
  ) -> CompiledRule {
    var rule = CompiledRule(kind: kind, field: field(name), pattern: pattern(text ?? RuleCompiler.anyValue))
    if target != GatewayRules.traceIDTarget { rule.target = RuleTarget(key(target, .text)) }
    rule.targetBit = bit(target)
    return rule
  }

  private mutating func add(_ when: FieldCondition, to rule: inout CompiledRule) {
    rule.conditionField = field(when.field)
    if let text = when.is {
      rule.condition = .equal
      rule.text = .allocate(byteCount: text.utf8.count, alignment: 1)
      rule.text.copyBytes(from: text.utf8)
    } else if let text = when.matches {
      rule.condition = .matches
      rule.conditionPattern = pattern(text)
    } else {
      rule.condition = when.absent == true ? .absent : .present
    }
  }

  private mutating func field(_ name: String) -> Int {
    if let index = fields.firstIndex(of: name) { return index }
    fields.append(name)
    return fields.count - 1
  }

  private mutating func pattern(_ text: String) -> Unmanaged<BytePattern> {
    if let known = patterns[text] { return Unmanaged.passUnretained(known) }
    // The rules were checked: it can be read.
    let made = try! BytePattern(text)
    patterns[text] = made
    return Unmanaged.passUnretained(made)
  }

  /// The declared key of that name, or one of `type`. An undeclared key that `defaults` make an integer is still filled
  /// with texts by the other rules.
  private mutating func key(_ name: String, _ type: ContextValueType) -> ContextKey {
    if let declared = ContextSchema.key(named: name) { return declared }
    let identity = "\(type) \(name)"
    if let known = keys[identity] { return known }
    let made = ContextKey(name: name, type: type)
    keys[identity] = made
    return made
  }

  private mutating func bit(_ target: String) -> UInt64 {
    if let index = targets.firstIndex(of: target) { return 1 << UInt64(index) }
    targets.append(target)
    return 1 << UInt64(targets.count - 1)
  }
}
