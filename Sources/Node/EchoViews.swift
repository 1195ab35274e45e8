// What an echo request brings back: the context as each node on its path saw it, tagged with the path. Only fidelity
// requests carry it; nothing here is on the measured path.

internal import Bytes
internal import Context
internal import TransportCore

/// Collects the views of one request: this node's own, then those that the callees' replies bring.
final class EchoViews {
  private let records = ByteBuffer(capacity: 1024)
  private let name: [UInt8]

  init(name: String) { self.name = Array(name.utf8) }

  deinit { records.deallocate() }

  /// Adds this node's own view.
  func add(_ context: RequestContext) {
    context.writePacked(to: ViewRecords.append(path: name, imageSize: context.packedSize(), to: records))
  }

  /// Adds what a callee's reply brought, each path behind this node's name.
  func add(reply: UnsafeRawBufferPointer) {
    ViewRecords.forEach(reply) { path, image in
      // A path that no longer fits its size field is left out: a callee may send anything.
      guard name.count + 1 + path.count <= 0xffff else { return }
      let place = ViewRecords.append(
        path: name + [UInt8(ascii: ">")] + path, imageSize: image.count, to: records)
      UnsafeMutableRawBufferPointer(start: place, count: image.count).copyMemory(from: image)
    }
  }

  /// What the reply carries.
  var bytes: UnsafeRawBufferPointer { records.readable }
}
