// What a receiver answers.

import Exporter
import Testing
import TransportMessages

@Suite("A receiver's answer")
struct PartialSuccessTests {
  private func rejected(_ bytes: [UInt8]) -> UInt64 { bytes.withUnsafeBytes { PartialSuccess.rejectedSpans($0) } }

  @Test("says how many spans were not taken, whatever else stands in it")
  func known() {
    #expect(rejected([]) == 0)
    #expect(rejected([0x0a, 0x00]) == 0)
    #expect(rejected([0x0a, 0x02, 0x08, 0x07]) == 7)
    // With a message, and a field of each wire type that nobody knows.
    #expect(rejected([0x0a, 0x08, 0x12, 0x03, 0x61, 0x62, 0x63, 0x08, 0xac, 0x02]) == 300)
    #expect(
      rejected([0x10, 0x01, 0x19, 1, 2, 3, 4, 5, 6, 7, 8, 0x25, 1, 2, 3, 4, 0x0a, 0x02, 0x08, 0x01, 0x12, 0x00]) == 1)
    // The last of a field counts.
    #expect(rejected([0x0a, 0x02, 0x08, 0x01, 0x0a, 0x02, 0x08, 0x02]) == 2)
  }

  @Test(
    "is nothing where it is no message",
    arguments: [
      [0x0a], [0x0a, 0x02, 0x08], [0x0a, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0x01], [0x0b, 0x0c],
      [0x0a, 0x02, 0x0f, 0x00], [0xff, 0xff, 0xff], Array(repeating: 0x80, count: 64), [0x08, 0x07],
    ] as [[UInt8]])
  func unknown(bytes: [UInt8]) { #expect(rejected(bytes) == 0) }
}

@Suite("A batch that was not taken")
struct RetryPolicyTests {
  @Test("is sent again for OTLP's statuses alone")
  func statuses() {
    let http = (100...599).filter { RetryPolicy.isRetryable(.unknown, http: UInt16($0)) }
    #expect(http == [429, 502, 503, 504])
    let grpc = (0...16).filter { RetryPolicy.isRetryable(StatusCode(rawValue: $0) ?? .ok, http: 0) }
    #expect(grpc == [1, 4, 8, 10, 11, 14, 15])
  }

  @Test("waits longer from try to try, half of it by chance, and never more than ten seconds")
  func pauses() {
    for (attempts, whole) in [(1, 0.25), (2, 0.5), (3, 1), (4, 2), (5, 4), (6, 8), (7, 10), (60, 10)] {
      let (least, most) = (RetryPolicy.delay(after: attempts, jitter: 0), RetryPolicy.delay(after: attempts, jitter: 1))
      #expect(least == Int64(whole * 0.5e9) && most == Int64(whole * 1e9))
    }
  }
}
