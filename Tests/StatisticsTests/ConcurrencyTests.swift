import Statistics
import Testing

@Suite("Concurrency")
struct ConcurrencyTests {
  @Test("is read from requests, or requests x connections, and written the same")
  func names() throws {
    for (text, inFlight, connections) in [
      ("1", 1, 1), ("64", 64, 1), ("64x64", 64, 64), ("64x16", 64, 16), ("4096x1024", 4_096, 1_024),
    ] {
      let one = try #require(Concurrency(text))
      #expect(one == Concurrency(inFlight: inFlight, connections: connections) && one.name == text)
    }
    #expect(Concurrency("64x1")?.name == "64")
    #expect(Concurrency("64x2")?.words == "64 in flight over 2 connections" && Concurrency("2")?.words == "2 in flight")
  }

  @Test(
    "is nothing without a request per connection, or beyond the limits",
    arguments: [
      "", "0", "x", "64x", "x64", "8x9", "-1", "1x0", "4097", "4096x1025", "64x64x64", "64 x 64", "64X64", "1.5",
    ]
  )
  func refused(text: String) {
    #expect(Concurrency(text) == nil)
  }
}
