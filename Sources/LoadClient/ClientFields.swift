// The header fields that a topology tells its client to send: which image carries which, and how they take the place of
// the propagator's.

internal import Context
internal import Propagation
internal import Statistics
internal import Topology
internal import TransportCore

extension ClientSide {
  /// For each of `count` images. Bad ones are spread by the seed; a share that is not 0 is one image at least.
  func fieldsByImage(count: Int, seed: UInt64) -> [[ClientField]] {
    var result = Array(repeating: fields ?? [], count: count)
    guard let bad else { return result }
    var random = SeededGenerator(seed: seed, stream: 2)
    var images = Array(0..<count)
    for kind in bad {
      let badCount = kind.share == 0 ? 0 : max(1, Int((kind.share * Double(count)).rounded()))
      for _ in 0..<min(badCount, images.count) {
        let image = images.remove(at: random.next(below: images.count))
        let names = Set(kind.fields.map(\.name))
        result[image] = (fields ?? []).filter { !names.contains($0.name) } + kind.fields
      }
    }
    return result
  }
}

extension [ClientField] {
  /// Lets the propagator write all but the fields named here, then writes these.
  func write(over propagator: any Propagator, _ context: RequestContext, to writer: MessageWriter) {
    var carrier = OverwrittenCarrier(writer: writer, names: Set(map { Array<UInt8>($0.name.utf8) }))
    propagator.inject(context, into: &carrier)
    for case let (name, value?) in map({ (Array<UInt8>($0.name.utf8), $0.value) }) {
      let value = Array<UInt8>(value.utf8)
      writer.appendField(name: name.span.bytes, value.span.bytes)
    }
  }
}

/// A request from which some fields are kept out.
private struct OverwrittenCarrier: CarrierWriter {
  var writer: MessageWriter
  let names: Set<[UInt8]>

  private func keepsOut(_ name: StaticString) -> Bool {
    name.withUTF8Buffer { names.contains(Array($0)) }
  }

  mutating func appendField(_ name: StaticString, _ value: RawSpan) {
    if !keepsOut(name) { writer.appendField(name, value) }
  }

  mutating func appendField(name: RawSpan, _ value: RawSpan) {
    if !names.contains(name.withUnsafeBytes { Array($0) }) { writer.appendField(name: name, value) }
  }

  mutating func appendField(_ name: StaticString, sizeMax: Int, _ fill: (UnsafeMutableRawPointer) -> Int) {
    if !keepsOut(name) { writer.appendField(name, sizeMax: sizeMax, fill) }
  }

  mutating func appendBinary(_ size: Int) -> UnsafeMutableRawPointer { writer.appendBinary(size) }
}
