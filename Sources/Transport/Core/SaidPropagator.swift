// How the latest request of a connection said that it carries its context, over a transport without a hello. Through a proxy
// the requests of several callers may come over one connection.

struct SaidPropagator {
  private var name: [UInt8] = []

  /// Nil: it did not say.
  var text: String? { name.isEmpty ? nil : String(decoding: name, as: UTF8.self) }

  /// True when a request says something else than the one before it: the receiver is to hear of it.
  @inline(__always)
  mutating func replace(by name: UnsafeRawBufferPointer) -> Bool {
    if name.count &+ self.name.count == 0 || self.name.elementsEqual(name) { return false }
    self.name = Array(name)
    return true
  }
}
