// What crossed the wire for one request of the client, by what it was for, from the counting pass. It computes; it never
// formats.

internal import Results

/// Bytes over all hops, the client's included, requests and answers together.
package struct WireBytes: Equatable, Encodable, Sendable {
  /// As it lies on the wire: names, lengths and base64 included.
  package let context: Double
  /// The same before the transport compressed it, and fields that its table took in; nil where it does not.
  package let uncompressedContext: Double?
  package let tableInsertions: Double?
  /// What the transport itself adds to requests, and to answers.
  package let requestProtocol: Double
  package let answerProtocol: Double
  /// Of both.
  package let payload: Double

  /// nil where not all of it was counted.
  init?(_ bytes: HopBytes, hops: Double) {
    guard let header = bytes.headerBytesPerHop, let answerHeader = bytes.answerHeaderBytesPerHop,
      let answerPayload = bytes.answerPayloadBytesPerHop
    else { return nil }
    context = bytes.contextBytesPerHop * hops
    uncompressedContext = bytes.uncompressedContextBytesPerHop.map { $0 * hops }
    tableInsertions = bytes.tableInsertionsPerHop.map { $0 * hops }
    requestProtocol = header * hops
    answerProtocol = answerHeader * hops
    payload = (bytes.payloadBytesPerHop + answerPayload) * hops
  }

  package var whole: Double { context + requestProtocol + answerProtocol + payload }
}
