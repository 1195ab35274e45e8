// The numbers of gRPC's status codes, which other programs know too.

import Testing
import TransportCore
import TransportFrame

@Suite("Status codes")
struct StatusCodeTests {
  @Test("have gRPC's numbers")
  func numbers() {
    #expect(StatusCode.allCases.map(\.rawValue) == Array(0...16))
    #expect(StatusCode.cancelled.rawValue == 1)
    #expect(StatusCode.deadlineExceeded.rawValue == 4)
    #expect(StatusCode.resourceExhausted.rawValue == 8)
    #expect(StatusCode.internal.rawValue == 13)
    #expect(StatusCode.unavailable.rawValue == 14)
    #expect(StatusCode(rawValue: 17) == nil)
  }
}
