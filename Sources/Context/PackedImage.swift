// Writes any store as a packed image and fills any store from one, through the accessors that every store has.

/// What a store does that is not itself packed. The fidelity check reads every store by it.
enum PackedImage {
  static func size(of context: RequestContext) -> Int {
    var size = PackedLayout.headSize
    context.withTraceState { size += PackedLayout.recordHeadSize + $0.byteCount }
    context.forEachEntry { name, integer, text in
      let isInHead = ContextSchema.key(named: name).map { _ in text.byteCount <= ContextSchema.textFieldSize } ?? false
      if !isInHead { size += PackedLayout.recordHeadSize + name.byteCount + (integer == nil ? text.byteCount : 8) }
    }
    return size
  }

  static func write(_ context: RequestContext, to image: UnsafeMutableRawPointer) {
    PackedLayout.writeEmpty(to: image)
    let span = context.spanContext()
    span.writeBinary(to: image)
    var end = image + PackedLayout.headSize
    context.withTraceState { list in
      list.withUnsafeBytes { append(PackedRecord.Kind.traceState, .init(start: nil, count: 0), $0, to: &end) }
    }
    var presence: UInt8 = 0
    context.forEachEntry { name, integer, text in
      let key = ContextSchema.key(named: name)
      name.withUnsafeBytes { name in
        text.withUnsafeBytes { text in
          if let key, let integer {
            presence |= key.presenceMask
            image.storeBytes(of: integer.littleEndian, toByteOffset: PackedLayout.userOffset, as: Int64.self)
          } else if let key, text.count <= ContextSchema.textFieldSize {
            presence |= key.presenceMask
            PackedLayout.writeTextField(text, to: image + key.packedOffset)
          } else if let integer {
            withUnsafeBytes(of: integer.littleEndian) { append(PackedRecord.Kind.integer, name, $0, to: &end) }
          } else {
            append(PackedRecord.Kind.text, name, text, to: &end)
          }
        }
      }
    }
    image.storeBytes(of: presence, toByteOffset: PackedLayout.presenceOffset, as: UInt8.self)
  }

  private static func append(
    _ kind: UInt8, _ name: UnsafeRawBufferPointer, _ value: UnsafeRawBufferPointer,
    to end: inout UnsafeMutableRawPointer
  ) {
    PackedRecord.write(kind: kind, name: name, value: value, to: end)
    end += PackedLayout.recordHeadSize + name.count + value.count
  }

  /// False when the image is malformed; nothing is set then.
  static func read(_ image: UnsafeRawBufferPointer, into context: RequestContext) -> Bool {
    guard PackedLayout.isValid(image), let base = image.baseAddress else { return false }
    let span = SpanContext(binary: base)
    if span.isValid { context.setSpanContext(span) }
    let presence = image[PackedLayout.presenceOffset]
    for key in ContextSchema.keys where presence & key.presenceMask != 0 {
      if key.type == .integer {
        let value = base.loadUnaligned(fromByteOffset: PackedLayout.userOffset, as: Int64.self)
        context.setInteger(key, Int64(littleEndian: value))
      } else {
        let field = base + key.packedOffset
        let text = UnsafeRawBufferPointer(start: field + 1, count: Int(field.load(as: UInt8.self)))
        context.setText(key, text.bytes)
      }
    }
    PackedTail(of: base, size: image.count).forEachRecord { record in
      switch record.kind {
      case PackedRecord.Kind.traceState: context.setTraceState(record.value.bytes)
      case PackedRecord.Kind.integer: context.setEntry(name: record.name.bytes, integer: record.integer)
      default:
        if let key = ContextSchema.key(named: record.name.bytes) {
          context.setText(key, record.value.bytes)
        } else {
          context.setEntry(name: record.name.bytes, text: record.value.bytes)
        }
      }
    }
    return true
  }
}
