// The first frame of a connection: who calls, and how it writes the context.

package import Bytes

/// A caller's hello: protocol version, edge and propagator, as header fields. The callee answers with a hello of its
/// own, which carries the version alone; only then is the connection ready.
package struct FrameHello: Equatable, Sendable {
  package static let currentVersion = 1

  package var version: Int
  /// `caller>callee`.
  package var edge: String
  package var propagator: String

  package init(version: Int = FrameHello.currentVersion, edge: String, propagator: String) {
    self.version = version
    self.edge = edge
    self.propagator = propagator
  }

  package func write(to buffer: ByteBuffer) {
    let writer = FrameWriter(to: buffer, type: .hello, id: 0)
    for (name, value) in [("version", String(version)), ("edge", edge), ("propagator", propagator)] {
      Array(name.utf8).withUnsafeBytes { name in
        Array(value.utf8).withUnsafeBytes { value in writer.appendField(name, value) }
      }
    }
    writer.finish(payloadSize: 0)
  }

  /// Nil when the frame is no hello, or a field is missing or repeated.
  package init?(_ frame: Frame) {
    guard frame.type == .hello else { return nil }
    var fields: [String: String] = [:]
    var repeated = false
    frame.forEachField { name, value in
      let name = String(decoding: name, as: UTF8.self)
      repeated = repeated || fields[name] != nil
      fields[name] = String(decoding: value, as: UTF8.self)
    }
    guard !repeated, let version = fields["version"].flatMap({ Int($0) }), let edge = fields["edge"],
      let propagator = fields["propagator"]
    else { return nil }
    self.init(version: version, edge: edge, propagator: propagator)
  }
}
