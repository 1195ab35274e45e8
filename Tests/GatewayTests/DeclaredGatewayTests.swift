import Context
import Gateway
import Statistics
import TestSupport
import Testing
import Topology

@Suite("What a gateway does")
struct DeclaredGatewayTests {
  private static let names = ["x-a", "x-b", "x-c", "x-tenant", "host"]
  private static let targets = ["tenant", "user", "trace-id", "request-id", "plan"]
  private static let values = [
    "", "a", "acme", "ACME", "42", "-7", "007", "+1", "-", "9223372036854775808", "00000000000000000001",
    "463ac35c9f6413ad", "0000000000000000", "463ac35c9f6413ad463ac35c9f6413ad", "a b", " a", "a\t",
    "longer than a field",
    "é", "true",
  ]

  @Test("is what is declared, for rules and fields drawn at random, in every store")
  func declared() {
    var random = TestSeed.generator("gateway", standard: 4_120_261_128)
    var (refusedCount, takenCount) = (0, 0)
    for round in 0..<4_000 {
      let rules = Self.rules(&random)
      let fields = (0..<random.next(below: 6)).map { _ in
        (random.element(of: Self.names), Self.value(&random))
      }
      let store = [StoreKind.map, .valueChain, .struct, .packed][round % 4]
      let (outcome, context) = cleaned(rules, fields, store: store)
      switch rules.declared(fields.map { (name: $0.0, value: $0.1) }) {
      case .failure(let refusal):
        refusedCount += 1
        #expect(outcome.refusal == refusal.reason, "round \(round): \(rules) \(fields)")
      case .success(let snapshot):
        takenCount += 1
        #expect(outcome.refusal == nil && context == snapshot, "round \(round): \(rules) \(fields)")
      }
    }
    #expect(refusedCount > 400 && takenCount > 400)
  }

  private static func value(_ random: inout SeededGenerator) -> [UInt8] {
    random.chance(0.1) ? random.bytes(random.next(below: 5)) : Array(random.element(of: values).utf8)
  }

  private static func rules(_ random: inout SeededGenerator) -> GatewayRules {
    var free = names
    func field() -> String { free.remove(at: random.next(below: free.count)) }
    func pattern() -> String? { random.element(of: [nil, nil, "[a-z]+", "[0-9-]{1,4}", ".*", "(acme|42)"]) }
    func rule() -> FieldRule {
      FieldRule(field: field(), target: random.element(of: targets), pattern: pattern())
    }
    func condition() -> FieldCondition? {
      let name = random.element(of: names)
      switch random.next(below: 5) {
      case 0: return FieldCondition(field: name, is: random.element(of: values))
      case 1: return FieldCondition(field: name, matches: pattern() ?? "a*")
      case 2: return FieldCondition(field: name, absent: true)
      case 3: return FieldCondition(field: name, absent: false)
      default: return nil
      }
    }
    return GatewayRules(
      required: (0..<random.next(below: 2)).map { _ in rule() },
      optional: (0..<random.next(below: 3)).map { _ in rule() },
      rejected: (0..<random.next(below: 2)).map { _ in RejectedField(field: field(), pattern: pattern()) },
      mappings: (0..<random.next(below: 3)).map { _ in
        FieldMapping(
          source: random.element(of: names), target: random.element(of: targets), pattern: pattern(), when: condition())
      },
      defaults: random.chance(0.5) ? [Assignment(key: "tenant", value: .text("none"))] : [])
  }
}
