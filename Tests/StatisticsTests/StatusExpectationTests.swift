// Which statuses are answers.

import Statistics
import Testing

@Suite("Expected statuses")
struct StatusExpectationTests {
  @Test("are statuses and classes of them")
  func known() throws {
    let expected = try #require(StatusExpectation("2xx,304,5XX"))
    for status in [200, 299, 304, 500, 599] as [UInt16] { #expect(expected.contains(status), "\(status)") }
    for status in [199, 300, 303, 305, 404, 499, 600] as [UInt16] { #expect(!expected.contains(status), "\(status)") }
    #expect(StatusExpectation.success == StatusExpectation("2xx"))
    let listed = StatusExpectation([0, 5])
    #expect(listed.contains(0) && listed.contains(5) && !listed.contains(1) && !listed.contains(4))
  }

  @Test(
    "are nothing else", arguments: ["", "2", "2x", "20x", "200-299", "0xx", "6xx", "99", "600", "2xx,", ",", "2xx 3xx"])
  func unknown(text: String) { #expect(StatusExpectation(text) == nil) }
}
