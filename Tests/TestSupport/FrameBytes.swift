// A frame spelled out byte by byte, right or wrong, without the code under test. Never decodes.

/// The parts of a frame. What is nil is computed from the parts; a wrong value provokes a fault.
package struct FrameBytes {
  package var type: UInt8
  package var flags: UInt8 = 0
  package var id: UInt64 = 0
  /// Microseconds.
  package var deadline: UInt32 = 0
  package var hopsLeft: UInt16 = 0
  package var status: UInt16 = 0
  package var fields: [(name: [UInt8], value: [UInt8])] = []
  package var context: [UInt8] = []
  package var payload: [UInt8] = []
  package var sizeField: UInt32?
  package var fieldCount: UInt16?
  package var contextSize: UInt32?
  package var payloadSize: UInt32?

  package init(type: UInt8, id: UInt64 = 0) {
    self.type = type
    self.id = id
  }

  package static func request(
    id: UInt64, hopsLeft: UInt16 = 8, deadline: UInt32 = 0, flags: UInt8 = 0, context: [UInt8] = [],
    payload: [UInt8] = []
  ) -> FrameBytes {
    var frame = FrameBytes(type: 2, id: id)
    frame.hopsLeft = hopsLeft
    frame.deadline = deadline
    frame.flags = flags
    frame.context = context
    frame.payload = payload
    return frame
  }

  package static func response(id: UInt64, context: [UInt8] = []) -> FrameBytes {
    var frame = FrameBytes(type: 3, id: id)
    frame.context = context
    return frame
  }

  package static func error(id: UInt64, status: UInt16) -> FrameBytes {
    var frame = FrameBytes(type: 4, id: id)
    frame.status = status
    return frame
  }

  /// - Parameters:
  ///   - at: when it was given up, microseconds of the machine's clock; 0: not said.
  ///   - continues: the callee is only told.
  package static func cancel(id: UInt64, at: UInt32 = 0, continues: Bool = false) -> FrameBytes {
    var frame = FrameBytes(type: 5, id: id)
    frame.deadline = at
    frame.flags = continues ? 4 : 0
    return frame
  }

  package static func hello(
    version: String = "1", edge: String = "test>node", propagator: String = "none"
  ) -> FrameBytes {
    var frame = FrameBytes(type: 1)
    frame.fields = [("version", version), ("edge", edge), ("propagator", propagator)]
      .map { (Array($0.utf8), Array($1.utf8)) }
    return frame
  }

  package var bytes: [UInt8] {
    var body: [UInt8] = []
    for field in fields {
      body += littleEndian(UInt16(field.name.count)) + littleEndian(UInt16(field.value.count))
      body += field.name + field.value
    }
    body += context + payload
    var result = littleEndian(sizeField ?? UInt32(28 + body.count))
    result += [type, flags]
    result += littleEndian(fieldCount ?? UInt16(fields.count))
    result += littleEndian(id) + littleEndian(deadline) + littleEndian(hopsLeft) + littleEndian(status)
    result += littleEndian(contextSize ?? UInt32(context.count))
    result += littleEndian(payloadSize ?? UInt32(payload.count))
    return result + body
  }
}

package func littleEndian<Value: FixedWidthInteger>(_ value: Value) -> [UInt8] {
  withUnsafeBytes(of: value.littleEndian) { Array($0) }
}
