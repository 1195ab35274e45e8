// The schema's bytes, written and read by every store.

import Context
import Testing

@Suite("The schema's bytes")
struct SchemaImageTests {
  private func bytes(of context: RequestContext) -> [UInt8] {
    var bytes = [UInt8](repeating: 0xa5, count: StandardContext.encodedSize)
    bytes.withUnsafeMutableBytes { context.writeSchema(to: $0.baseAddress!) }
    return bytes
  }

  private func read(_ bytes: [UInt8], into kind: StoreKind) throws -> RequestContext {
    let context = kind.makeContext()
    try bytes.withUnsafeBytes { context.readSchema(try StandardContextView($0)) }
    return context
  }

  @Test(
    "are those of the struct under every store, and fill every store with what they say", arguments: StoreKind.compared)
  func equality(kind: StoreKind) throws {
    for (requestID, user, tenant) in [
      ("0123456789abcdef", 7, "acme"), (nil, nil, nil), ("", Int64.min, nil), (nil, -1, "größe"),
      ("seventeen-bytes-x", nil, "t"),
    ] as [(String?, Int64?, String?)] {
      for span in [SpanContext.sample, .none] {
        let fields = StandardContext(span: span).withRequestID(requestID).withUser(user).withTenant(tenant)
        let context = kind.makeContext()
        context.setSpanContext(span)
        if let requestID { context.set(.requestID, requestID) }
        if let user { context.setInteger(.user, user) }
        if let tenant { context.set(.tenant, tenant) }
        context.set("undeclared", "lost")
        var expected = [UInt8](repeating: 0, count: StandardContext.encodedSize)
        expected.withUnsafeMutableBytes { fields.encode(to: $0.baseAddress!) }
        #expect(bytes(of: context) == expected)
        let back = try expected.withUnsafeBytes { try StandardContext(decoding: $0) }
        let fits = requestID.map { $0.utf8.count <= 16 } ?? true
        #expect(back == (fits ? fields : fields.withRequestID(nil)))
        let found = try read(expected, into: kind)
        #expect(found.spanContext() == span)
        #expect(found.text(.requestID) == back.requestID)
        #expect(found.integer(.user) == user)
        #expect(found.text(.tenant) == tenant)
      }
    }
  }

  @Test("have fields where a packed image has them")
  func packedFields() {
    for kind in StoreKind.compared {
      let context = kind.makeContext()
      context.setSpanContext(.sample)
      context.set(.requestID, "0123456789abcdef")
      context.setInteger(.user, 0x0102_0304_0506_0708)
      context.set(.tenant, "acme")
      #expect(bytes(of: context)[28...] == context.image()[28...])
    }
  }
}
