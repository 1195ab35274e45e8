// The block `gateway` of a service, and `fields` and `bad` of the client, from the file.

enum GatewayReader {
  static let keys = ["required", "optional", "rejected", "mappings", "defaults"]
  static let ruleKeys = ["field", "target", "pattern"]
  static let mappingKeys = ["source", "target", "pattern", "when"]
  static let conditionKeys = ["field", "is", "matches", "absent"]

  static func rules(_ field: Field, _ vocabulary: Vocabulary) throws(TopologyError) -> GatewayRules {
    let fields = try field.mapping("the rules of a gateway", keys: keys)
    var rules = GatewayRules()
    for item in try list(fields["required"]) { rules.required.append(try rule(item)) }
    for item in try list(fields["optional"]) { rules.optional.append(try rule(item)) }
    for item in try list(fields["rejected"]) { rules.rejected.append(try rejected(item)) }
    for item in try list(fields["mappings"]) { rules.mappings.append(try mapping(item)) }
    if let field = fields["defaults"] { rules.defaults = try ScriptReader.assignments(field, vocabulary) }
    if let problem = GatewayCheck.rules(rules) { throw field.error(problem) }
    if let name = GatewayCheck.repeatedField(rules) { throw field.error("field \(quoted(name)) is named twice") }
    return rules
  }

  private static func list(_ field: Field?) throws(TopologyError) -> [Field] {
    try field?.list("a list of rules", max: TopologyLimits.gatewayRuleCountMax) ?? []
  }

  private static func rule(_ field: Field) throws(TopologyError) -> FieldRule {
    let fields = try field.mapping("a rule with field and target", keys: ruleKeys)
    return FieldRule(
      field: try fields.required("field").fieldName(), target: try fields.required("target").name("a key", isKey: true),
      pattern: try fields["pattern"]?.pattern())
  }

  private static func rejected(_ field: Field) throws(TopologyError) -> RejectedField {
    guard field.isMapping else { return RejectedField(field: try field.fieldName()) }
    let fields = try field.mapping("a field's name, or a rule with field and pattern", keys: ["field", "pattern"])
    return RejectedField(field: try fields.required("field").fieldName(), pattern: try fields["pattern"]?.pattern())
  }

  private static func mapping(_ field: Field) throws(TopologyError) -> FieldMapping {
    let fields = try field.mapping("a mapping with source and target", keys: mappingKeys)
    return FieldMapping(
      source: try fields.required("source").fieldName(),
      target: try fields.required("target").name("a key", isKey: true),
      pattern: try fields["pattern"]?.pattern(), when: try condition(fields["when"]))
  }

  private static func condition(_ field: Field?) throws(TopologyError) -> FieldCondition? {
    guard let field else { return nil }
    let fields = try field.mapping("a condition with field and is, matches or absent", keys: conditionKeys)
    let condition = FieldCondition(
      field: try fields.required("field").fieldName(), is: try fields["is"]?.fieldValue(),
      matches: try fields["matches"]?.pattern(), absent: try fields["absent"]?.flag())
    if let problem = GatewayCheck.condition(condition) { throw field.error(problem) }
    return condition
  }

  // MARK: The client

  static func clientFields(_ field: Field) throws(TopologyError) -> [ClientField] {
    let fields = try field.anyMapping("header fields and their values")
    guard !fields.entries.isEmpty else { throw field.error("expected at least one field, got none") }
    let countMax = TopologyLimits.clientFieldCountMax
    guard fields.entries.count <= countMax else {
      throw field.error("expected at most \(countMax) fields, got \(fields.entries.count)")
    }
    var result: [ClientField] = []
    for entry in fields.entries {
      if let problem = GatewayCheck.fieldName(entry.key) ?? GatewayCheck.transportsOwn(entry.key) {
        throw field.error(problem, at: entry.mark)
      }
      let value = entry.field.isEmpty ? nil : try entry.field.fieldValue()
      result.append(ClientField(name: entry.key, value: value))
    }
    return result
  }

  static func badRequests(_ field: Field) throws(TopologyError) -> [BadRequests] {
    var result: [BadRequests] = []
    for item in try field.list("a list of shares of bad requests", max: TopologyLimits.badRequestKindCountMax) {
      let fields = try item.mapping("a share and fields", keys: ["share", "fields"])
      result.append(
        BadRequests(
          share: try fields.required("share").share(), fields: try clientFields(try fields.required("fields"))))
    }
    if let problem = GatewayCheck.shares(result) { throw field.error(problem) }
    return result
  }
}

extension Field {
  fileprivate func fieldName() throws(TopologyError) -> String {
    let text = try text("a field name")
    if let problem = GatewayCheck.fieldName(text) { throw error(problem) }
    return text
  }

  fileprivate func fieldValue() throws(TopologyError) -> String {
    let text = try text("a text")
    if let problem = GatewayCheck.fieldValue(text) { throw error(problem) }
    return text
  }

  fileprivate func pattern() throws(TopologyError) -> String {
    let text = try text("a pattern")
    if let problem = GatewayCheck.pattern(text) { throw error(problem) }
    return text
  }
}
