// The frame transport as a carrier: fields are the frame's header fields, the binary section is its context section.

internal import Context
package import TransportFrame

extension FrameWriter: CarrierWriter {
  package func appendField(_ name: StaticString, _ value: RawSpan) {
    value.withUnsafeBytes { value in
      appendField(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), value)
    }
  }

  package func appendField(name: RawSpan, _ value: RawSpan) {
    name.withUnsafeBytes { name in value.withUnsafeBytes { value in appendField(name, value) } }
  }

  @inline(__always)
  package func appendField(_ name: StaticString, sizeMax: Int, _ fill: (UnsafeMutableRawPointer) -> Int) {
    appendField(UnsafeRawBufferPointer(start: name.utf8Start, count: name.utf8CodeUnitCount), sizeMax: sizeMax, fill)
  }

  @inline(__always)
  package func appendBinary(_ size: Int) -> UnsafeMutableRawPointer { appendContext(size) }
}

extension Frame: CarrierReader {
  /// Names lie in lower case on this transport: the callers are nodes.
  @inline(__always)
  package func forEachField(_ name: StaticString, _ body: (RawSpan) -> Void) {
    forEachField { (found: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) in
      if ContextText.equal(found, name) { body(value.bytes) }
    }
  }

  @inline(__always)
  package func forEachField(_ body: (_ name: RawSpan, _ value: RawSpan) -> Void) {
    forEachField { (name: UnsafeRawBufferPointer, value: UnsafeRawBufferPointer) in body(name.bytes, value.bytes) }
  }

  package var binary: UnsafeRawBufferPointer { context }
}
