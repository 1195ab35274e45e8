// Raw header fields as a carrier, byte for byte as a test wants them.

import Context
import Gateway
import Propagation
import Topology

struct RawFields: CarrierReader {
  var fields: [(name: [UInt8], value: [UInt8])]

  init(_ fields: [(String, [UInt8])]) { self.fields = fields.map { (Array($0.utf8), $1) } }
  init(_ fields: [(String, String)]) { self.init(fields.map { ($0, Array($1.utf8)) }) }

  func forEachField(_ name: StaticString, _ body: (RawSpan) -> Void) {
    for field in fields where name.withUTF8Buffer({ field.name.elementsEqual($0) }) {
      field.value.withUnsafeBytes { body($0.bytes) }
    }
  }

  func forEachField(_ body: (_ name: RawSpan, _ value: RawSpan) -> Void) {
    for field in fields {
      field.name.withUnsafeBytes { name in field.value.withUnsafeBytes { body(name.bytes, $0.bytes) } }
    }
  }

  var binary: UnsafeRawBufferPointer { UnsafeRawBufferPointer(start: nil, count: 0) }
}

/// What a gateway makes of fields: a context, or a refusal.
func cleaned(
  _ rules: GatewayRules, _ fields: [(String, [UInt8])], store: StoreKind = .map
) -> (outcome: GatewayOutcome, context: ContextSnapshot) {
  let context = store.makeContext()
  let outcome = Gateway(rules).clean(RawFields(fields), into: context)
  context.detach()
  return (outcome, ContextSnapshot(of: context))
}

func cleaned(_ rules: GatewayRules, _ fields: [(String, String)], store: StoreKind = .map) -> (
  outcome: GatewayOutcome, context: ContextSnapshot
) {
  cleaned(rules, fields.map { ($0, Array($1.utf8)) }, store: store)
}
