// Writes any store as the schema's bytes and fills any store from them, through the accessors that every store has.

/// What a store does that is not the schema's own struct.
enum SchemaImage {
  static func write(_ context: RequestContext, to start: UnsafeMutableRawPointer) {
    StandardContext(span: context.spanContext()).encode(to: start)
    var presence: UInt8 = 0
    for key in ContextSchema.keys {
      let field = start + key.packedOffset
      if key.type == .integer {
        guard let value = context.integer(key) else { continue }
        field.storeBytes(of: value.littleEndian, as: Int64.self)
        presence |= key.presenceMask
      } else {
        context.withText(key) { text in
          if EncodedField.write(text, sizeMax: ContextSchema.textFieldSize, at: field) { presence |= key.presenceMask }
        }
      }
    }
    start.storeBytes(of: presence, toByteOffset: StandardContext.Offset.presence, as: UInt8.self)
  }

  static func read(_ view: StandardContextView, into context: RequestContext) {
    if view.span.isValid { context.setSpanContext(view.span) }
    for key in ContextSchema.keys {
      if let value = view.integer(field: key.field) {
        context.setInteger(key, value)
      } else if let text = view.text(field: key.field) {
        context.setText(key, text.bytes)
      }
    }
  }
}
