// The medium that a propagator writes to and reads from, for all transports: a list of fields, or bytes.
// Never knows a transport: Wire's types conform, each in a file of its own beside this one.

/// Where `inject` writes. Frame: fields and the binary section of the frame. HTTP/1.1: header lines, and one header
/// `ctxchain-context-bin` in base64 for the binary section. gRPC: metadata, and one `-bin` key.
package protocol CarrierWriter {
  /// Appends a header field. Fields keep their order and may repeat. `name` is lower-case ASCII; `value` holds no
  /// control characters.
  mutating func appendField(_ name: StaticString, _ value: RawSpan)

  /// The same for a name that is not a constant (`uberctx-<key>`).
  mutating func appendField(name: RawSpan, _ value: RawSpan)

  /// Appends a field whose value `fill` writes in place: it gets at least `sizeMax` bytes and returns how many it used;
  /// after 0 no field is appended.
  mutating func appendField(_ name: StaticString, sizeMax: Int, _ fill: (UnsafeMutableRawPointer) -> Int)

  /// Appends `size` bytes to the binary section and returns where they go; the caller writes all of them at once,
  /// before it calls the carrier again.
  mutating func appendBinary(_ size: Int) -> UnsafeMutableRawPointer
}

/// What `extract` reads from. Everything handed out lies in the received bytes and is valid during the call only.
package protocol CarrierReader {
  /// Calls `body` with the value of each field of that name, in the order received. Names compare without case;
  /// `name` is lower case. Values are trimmed of spaces and tabs at both ends.
  func forEachField(_ name: StaticString, _ body: (RawSpan) -> Void)

  /// Calls `body` with every field, names in lower case.
  func forEachField(_ body: (_ name: RawSpan, _ value: RawSpan) -> Void)

  /// The binary section; empty when there is none. It stays in place until the node returns to the loop.
  var binary: UnsafeRawBufferPointer { get }
}
