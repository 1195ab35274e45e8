import Testing
import Topology

@Suite("keeps-context")
struct KeptContextTests {
  private func service(_ keys: String, defaults: String = "{}") -> String {
    "version: 1\nentry: a\ndefaults: \(defaults)\nservices:\n  - {name: a\(keys)}\n"
  }

  @Test("gives a deadline, and is released only where that is said; without it nothing is kept")
  func reading() throws {
    let none = try parse(service("")).services[0].keepsContext
    #expect(none == nil)
    let zero = try parse(service(", keeps-context: 0")).services[0].keepsContext
    #expect(zero == nil)
    let kept = try parse(service(", keeps-context: 10s")).services[0].keepsContext
    #expect(kept == KeptContext(deadlineNanoseconds: 10_000_000_000, isReleased: false))
    let released = try parse(service(", releases-context: true", defaults: "{keeps-context: 50ms}"))
    #expect(released.services[0].keepsContext == KeptContext(deadlineNanoseconds: 50_000_000, isReleased: true))
    #expect(try parse(TopologyPrinter.yaml(released)) == released)
  }

  @Test(
    "What is wrong is told with its place",
    arguments: [
      (", releases-context: true", "no context is kept that could be released; add \"keeps-context\""),
      (", keeps-context: 10", "expected a duration"),
      (", keeps-context: 1s, releases-context: 1", "expected true or false"),
    ])
  func wrong(keys: String, message: String) { #expect(problem(service(keys)).contains(message)) }
}
