import Orchestration
import Testing

@Suite("Names of resources")
struct ResourceNameTests {
  @Test(
    "are labels of RFC 1035, whatever they stand for",
    arguments: [
      ("cart", "cart"), ("Cart_Items", "cart-items"), ("1st", "s-1st"), ("a-", "a"), ("-a", "a"), ("42", "s-42"),
      ("", "s"), ("--", "s"), ("ä", "s"), ("a.b", "a-b"),
      (String(repeating: "a", count: 63), String(repeating: "a", count: 63)),
    ])
  func mapped(text: String, name: String) {
    #expect(ResourceName.label(text) == name)
    #expect(ResourceName.isLabel(name))
    #expect(ResourceName.isLabel(text) == (text == name))
  }

  @Test("A text that is too long keeps its beginning, and what was cut off tells two apart")
  func long() {
    let names = ["x", "y"].map { ResourceName.label(String(repeating: "a", count: 63) + $0) }
    #expect(names[0] != names[1])
    for name in names {
      #expect(name.utf8.count == 63 && name.hasPrefix("aaaa") && ResourceName.isLabel(name), "\(name)")
    }
  }
}
