import Testing
import Topology

@Suite("The nearest known name")
struct NearestNameTests {
  @Test(
    "One insertion, deletion, substitution or swap of neighbours each count one",
    arguments: [
      ("", "", 0), ("abc", "abc", 0), ("", "abc", 3), ("abc", "", 3), ("abc", "abcd", 1), ("abc", "ab", 1),
      ("abc", "axc", 1), ("abc", "acb", 1), ("prcing", "pricing", 1), ("ca", "abc", 3), ("kitten", "sitting", 3),
    ])
  func distances(left: String, right: String, distance: Int) {
    #expect(NearestName.distance(Array(left.utf8), Array(right.utf8)) == distance)
    #expect(NearestName.distance(Array(right.utf8), Array(left.utf8)) == distance)
  }

  @Test(
    "A name is suggested only when it is near",
    arguments: [
      ("prcing", "pricing"), ("cat", "cart"), ("strage", "storage"), ("z", "x"), ("zzzzzz", nil), ("", "x"),
      ("storagestorage", nil),
    ])
  func suggestions(name: String, expected: String?) {
    #expect(NearestName.of(name, among: ["pricing", "cart", "storage", "x"]) == expected)
  }

  @Test("Of several near names the nearest is suggested, and of equally near ones the first")
  func nearest() {
    #expect(NearestName.of("service-1", among: ["service-22", "service-2", "service-3"]) == "service-2")
  }

  @Test("Without a near one all known names are listed, unless they are many")
  func hint() {
    #expect(NearestName.hint(for: "cat", among: ["cart", "x"]) == "; did you mean \"cart\"?")
    #expect(NearestName.hint(for: "unlike", among: ["cart", "x"]) == "; known: cart, x")
    #expect(NearestName.hint(for: "unlike", among: (0..<25).map { "s\($0)" }) == "")
  }
}
