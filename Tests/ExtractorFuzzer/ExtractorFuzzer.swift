// What libFuzzer calls: one message for one propagator, chosen by the input. Built by `make fuzz-coverage` alone.

import Bytes
import Context
import Propagation
import TransportFrame
import TransportGRPC
import TransportHTTP1

/// The first byte chooses the propagator, the second the store. The rest is the binary section, or for propagators of
/// fields the lines `name: value`. 252 and 253 are what a server and a client of HTTP/2 get, 254 and 255 requests and replies
/// of HTTP/1.1.
@_cdecl("LLVMFuzzerTestOneInput")
public func fuzzOneInput(_ start: UnsafePointer<UInt8>, _ size: Int) -> CInt {
  guard size >= 2 else { return 0 }
  let input = UnsafeRawBufferPointer(start: start, count: size)
  if input[0] >= 252 {
    let rest = UnsafeRawBufferPointer(rebasing: input.dropFirst())
    switch input[0] {
    case 252: fuzzHTTP2(.server, rest)
    case 253: fuzzHTTP2(.client, rest)
    default: fuzzHTTP1(input[0] == 254 ? .requests : .replies, rest)
    }
    return 0
  }
  let names =
    PropagatorRegistry.names + [
      "tracecontext,baggage,b3", "jaeger,ottrace", "datadog,xray", "protobuf,tracecontext,baggage,b3",
      "protobuf,raw-headers,jaeger",
    ]
  let name = names[Int(input[0]) % names.count]
  guard let propagator = PropagatorRegistry.resolve(name) else { fatalError(name) }
  let stores = StoreKind.allCases.filter { $0 != .none }
  let context = stores[Int(input[1]) % stores.count].makeContext()
  let message = UnsafeRawBufferPointer(rebasing: input[2...])
  let readsSection = name.hasPrefix("protobuf") || PropagatorRegistry.exclusiveNames.contains(name)
  let received = FuzzedFrame { writer in
    guard readsSection else { return appendLines(message, to: writer) }
    let section = UnsafeMutableRawBufferPointer(start: writer.appendContext(message.count), count: message.count)
    section.copyMemory(from: message)
  }
  defer { received.deallocate() }
  let dropped = propagator.extract(message: received.frame.message, into: context)
  if propagator.name == "opaque" { return 0 }
  let snapshot = ContextSnapshot(of: context)
  // Stores differ in cost only.
  let reference = StoreKind.map.makeContext()
  expect(propagator.extract(message: received.frame.message, into: reference) == dropped, "\(name) drops by store")
  expect(ContextSnapshot(of: reference) == snapshot, "\(name): \(snapshot) in one store of two")
  // Whatever was taken is a context like any other: it travels on as declared, and nothing of it is malformed.
  let sent = FuzzedFrame { propagator.inject(context, intoMessage: $0.message) }
  defer { sent.deallocate() }
  let receiver = StoreKind.packed.makeContext()
  let drops = propagator.extract(message: sent.frame.message, into: receiver)
  expect(drops.isEmpty, "\(name) refuses what it has sent itself: \(drops)")
  let (arrived, declared) = (ContextSnapshot(of: receiver), propagator.delivered(snapshot))
  expect(arrived == declared, "\(name): \(arrived) has arrived instead of \(declared)")
  return 0
}

/// Tells what failed in optimized code too, where `precondition` does not.
func expect(_ condition: Bool, _ message: @autoclosure () -> String) {
  if !condition { fatalError(message()) }
}

/// Names in lower case and values trimmed, as carriers hand them out.
private func appendLines(_ message: UnsafeRawBufferPointer, to writer: FrameWriter) {
  for line in message.split(separator: 0x0a) {
    guard let colon = line.firstIndex(of: 0x3a) else { continue }
    let name = line[..<colon].map { $0 >= 0x41 && $0 <= 0x5a ? $0 | 0x20 : $0 }
    var value = line[(colon + 1)...]
    while let first = value.first, first == 0x20 || first == 0x09 { value.removeFirst() }
    while let last = value.last, last == 0x20 || last == 0x09 { value.removeLast() }
    name.withUnsafeBytes { writer.appendField($0, UnsafeRawBufferPointer(rebasing: value)) }
  }
}

/// A frame in a heap block of its size, in which contexts may lie until `deallocate`: a sanitizer sees the first byte
/// outside.
private struct FuzzedFrame {
  let frame: Frame
  private let block: UnsafeMutableRawBufferPointer

  init(_ write: (FrameWriter) -> Void) {
    let bytes = ByteBuffer(capacity: 64)
    defer { bytes.deallocate() }
    let writer = FrameWriter(to: bytes, type: .request, id: 1, hopsLeft: 1)
    write(writer)
    writer.finish(payloadSize: 0)
    block = .allocate(byteCount: bytes.count, alignment: 1)
    block.copyMemory(from: bytes.readable)
    guard case .frame(let frame) = Frame.decode(UnsafeRawBufferPointer(block)) else { fatalError("no frame") }
    self.frame = frame
  }

  func deallocate() { block.deallocate() }
}
