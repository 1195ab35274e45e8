// What libFuzzer calls: one message for one propagator, chosen by the input. Built by `make fuzz-coverage` alone.

import Context
import Propagation

/// The first byte chooses the propagator, the second the store. The rest is the binary section, or for propagators of
/// fields the lines `name: value`.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  guard size >= 2 else { return 0 }
  let input = UnsafeBufferPointer(start: start, count: size)
  let names = FuzzedMessage.names
  let name = names[Int(input[0]) % names.count]
  guard let propagator = PropagatorRegistry.resolve(name) else { fatalError(name) }
  let stores = StoreKind.allCases.filter { $0 != .none }
  let context = stores[Int(input[1]) % stores.count].makeContext()
  let message = FuzzedMessage(received: UnsafeRawBufferPointer(rebasing: UnsafeRawBufferPointer(input)[2...]))
  defer { message.deallocate() }
  let dropped = propagator.extract(message, into: context)
  if propagator.name == "opaque" { return 0 }
  let snapshot = ContextSnapshot(of: context)
  // Stores differ in cost only.
  let reference = StoreKind.map.makeContext()
  expect(propagator.extract(message, into: reference) == dropped, "\(name) drops by store")
  expect(ContextSnapshot(of: reference) == snapshot, "\(name): \(snapshot) in one store of two")
  // Whatever was taken is a context like any other: it travels on as declared, and nothing of it is malformed.
  var sent = FuzzedMessage()
  propagator.inject(context, into: &sent)
  sent.send()
  defer { sent.deallocate() }
  let receiver = StoreKind.packed.makeContext()
  let drops = propagator.extract(sent, into: receiver)
  expect(drops.isEmpty, "\(name) refuses what it has sent itself: \(drops)")
  let (arrived, declared) = (ContextSnapshot(of: receiver), propagator.delivered(snapshot))
  expect(arrived == declared, "\(name): \(arrived) has arrived instead of \(declared)")
  return 0
}

/// Tells what failed in optimized code too, where `precondition` does not.
private func expect(_ condition: Bool, _ message: @autoclosure () -> String) {
  if !condition { fatalError(message()) }
}

/// A carrier of both kinds.
struct FuzzedMessage: CarrierWriter, CarrierReader {
  static let names =
    PropagatorRegistry.names + [
      "tracecontext,baggage,b3", "jaeger,ottrace", "datadog,xray", "protobuf,tracecontext,baggage,b3",
      "protobuf,raw-headers,jaeger",
    ]

  private var fields: [(name: [UInt8], value: [UInt8])] = []
  private var places: [UnsafeMutableRawBufferPointer] = []

  /// A heap block of its own, in which contexts may lie until `deallocate`; a sanitizer sees the first byte outside.
  private(set) var binary = UnsafeRawBufferPointer(start: nil, count: 0)

  init() {}

  init(received: UnsafeRawBufferPointer) {
    let section = UnsafeMutableRawBufferPointer.allocate(byteCount: received.count, alignment: 1)
    section.copyMemory(from: received)
    binary = UnsafeRawBufferPointer(section)
    for line in received.split(separator: 0x0a) {
      guard let colon = line.firstIndex(of: 0x3a) else { continue }
      let name = line[..<colon].map { $0 >= 0x41 && $0 <= 0x5a ? $0 | 0x20 : $0 }
      var value = line[(colon + 1)...]
      while let first = value.first, first == 0x20 || first == 0x09 { value.removeFirst() }
      while let last = value.last, last == 0x20 || last == 0x09 { value.removeLast() }
      fields.append((name, Array(value)))
    }
  }

  /// What was appended becomes the section.
  mutating func send() {
    let section = UnsafeMutableRawBufferPointer.allocate(byteCount: places.map(\.count).reduce(0, +), alignment: 1)
    section.copyBytes(from: places.joined())
    places.forEach { $0.deallocate() }
    places = []
    binary = UnsafeRawBufferPointer(section)
  }

  func deallocate() { binary.deallocate() }

  mutating func appendField(_ name: StaticString, _ value: RawSpan) {
    fields.append((FuzzedMessage.bytes(name), value.withUnsafeBytes { Array($0) }))
  }

  mutating func appendField(name: RawSpan, _ value: RawSpan) {
    fields.append((name.withUnsafeBytes { Array($0) }, value.withUnsafeBytes { Array($0) }))
  }

  mutating func appendField(_ name: StaticString, sizeMax: Int, _ fill: (UnsafeMutableRawPointer) -> Int) {
    let room = UnsafeMutableRawBufferPointer.allocate(byteCount: sizeMax, alignment: 1)
    defer { room.deallocate() }
    let size = fill(room.baseAddress!)
    if size > 0 { fields.append((FuzzedMessage.bytes(name), Array(room[..<size]))) }
  }

  mutating func appendBinary(_ size: Int) -> UnsafeMutableRawPointer {
    places.append(.allocate(byteCount: size, alignment: 1))
    return places.last!.baseAddress!
  }

  func forEachField(_ name: StaticString, _ body: (RawSpan) -> Void) {
    let name = FuzzedMessage.bytes(name)
    for field in fields where field.name == name { body(field.value.span.bytes) }
  }

  func forEachField(_ body: (_ name: RawSpan, _ value: RawSpan) -> Void) {
    for field in fields { body(field.name.span.bytes, field.value.span.bytes) }
  }

  private static func bytes(_ name: StaticString) -> [UInt8] {
    Array(UnsafeBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount))
  }
}
