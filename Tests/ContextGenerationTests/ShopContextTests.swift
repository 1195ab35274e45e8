// What generated code does, by a schema that has a field of every type.

import Context
import Statistics
import Testing

@Suite("A generated context")
struct ShopContextTests {
  private static let span = SpanContext(traceIDHigh: 1, traceIDLow: 0x0203, spanID: 0xf0, flags: 1)

  private let full = ShopContext(span: span)
    .withSessionID(FixedBytes(Array(0..<16))).withCustomer(-2).withRegion("eu-west").withBasketSize(-3)
    .withIsTest(true).withCampaign("größe").withExperiment(FixedBytes([7, 8, 9])).withPriceList(5)
    .withClassOfService("gold")

  private func bytes(_ context: ShopContext) -> [UInt8] {
    var bytes = [UInt8](repeating: 0xa5, count: ShopContext.encodedSize)
    bytes.withUnsafeMutableBytes { context.encode(to: $0.baseAddress!) }
    return bytes
  }

  private func decoded(_ bytes: [UInt8]) throws(SchemaFault) -> ShopContext {
    let copy = bytes
    let result = copy.withUnsafeBytes { bytes -> Result<ShopContext, SchemaFault> in
      do throws(SchemaFault) { return .success(try ShopContext(decoding: bytes)) } catch { return .failure(error) }
    }
    return try result.get()
  }

  @Test("has the documented bytes")
  func documentedBytes() {
    let bytes = bytes(full)
    #expect(bytes.count == 347)
    #expect(Array(bytes[0..<2]) == [0xcf, 0xcc])
    #expect(Array(bytes[2..<27]) == [0, 0, 0, 0, 0, 0, 0, 1, 0, 0, 0, 0, 0, 0, 2, 3, 0, 0, 0, 0, 0, 0, 0, 0xf0, 1])
    #expect(Array(bytes[27..<29]) == [0xff, 0x01])
    #expect(Array(bytes[29..<37]) == [0xfe] + [UInt8](repeating: 0xff, count: 7))
    #expect(Array(bytes[37..<45]) == [0xfd, 0xff, 0xff, 0xff, 5, 0, 0, 0])
    #expect(bytes[45] == 1)
    #expect(Array(bytes[46..<65]) == Array(0..<16) + [7, 8, 9])
    #expect(Array(bytes[65..<74]) == [7] + Array("eu-west".utf8) + [0])
    #expect(Array(bytes[74..<83]) == [7] + Array("größe".utf8) + [0])
    #expect(Array(bytes[330..<336]) == [4] + Array("gold".utf8) + [0])
    #expect(ShopContext.Offset.sessionID == 46 && ShopContext.Offset.classOfService == 330)
  }

  @Test("reads back what it wrote, for any values", arguments: 1...200 as ClosedRange<UInt64>)
  func roundTrip(seed: UInt64) throws {
    var random = SeededGenerator(seed: seed)
    func chance() -> Bool { random.next() % 3 != 0 }
    func text(_ sizeMax: Int) -> String {
      String(repeating: "x", count: Int(random.next() % UInt64(sizeMax + 1)))
    }
    var context = ShopContext(span: chance() ? Self.span : .none)
    if chance() { context.sessionID = FixedBytes((0..<16).map { _ in UInt8(truncatingIfNeeded: random.next()) }) }
    if chance() { context.customer = Int64(bitPattern: random.next()) }
    if chance() { context.region = text(8) }
    if chance() { context.basketSize = Int32(truncatingIfNeeded: random.next()) }
    if chance() { context.isTest = chance() }
    if chance() { context.campaign = text(255) }
    if chance() { context.experiment = FixedBytes([1, UInt8(truncatingIfNeeded: random.next()), 0]) }
    if chance() { context.priceList = 0 }
    if chance() { context.classOfService = text(16) }
    #expect(try decoded(bytes(context)) == context)
  }

  @Test("has functions that change one field of a copy")
  func with() {
    let other = full.withCustomer(nil)
    #expect(full.customer == -2 && other.customer == nil)
    #expect(other.withCustomer(-2) == full && other != full)
    #expect(full.withExperiment(FixedBytes([7, 8, 8])) != full)
  }

  @Test("leaves out a text that is longer than its field, and a span context that is not valid")
  func losses() throws {
    #expect(full.withRegion("123456789") == full.withRegion(nil))
    #expect(try decoded(bytes(full.withRegion("12345678"))) == full.withRegion("12345678"))
    var spanless = full
    spanless.span.spanID = 0
    #expect(try decoded(bytes(spanless)).span == .none)
  }

  @Test("refuses bytes of another size or schema, and bytes that are malformed")
  func faults() {
    let good = bytes(full)
    func fault(_ change: (inout [UInt8]) -> Void) -> SchemaFault? {
      var changed = good
      change(&changed)
      do throws(SchemaFault) {
        _ = try decoded(changed)
        return nil
      } catch {
        return error
      }
    }
    #expect(fault { _ in } == nil)
    for size in [0, 1, 2, 346] { #expect(fault { $0 = Array($0.prefix(size)) } == .wrongSize, "\(size)") }
    #expect(fault { $0.append(0) } == .wrongSize)
    #expect(fault { $0[0] ^= 1 } == .unknownSchema)
    #expect(fault { $0[28] |= 2 } == .malformed)
    #expect(fault { $0[45] = 2 } == .malformed)
    #expect(fault { $0[65] = 9 } == .malformed)
    #expect(fault { $0[66] = 0xff } == .malformed)
    #expect(fault { $0[330] = 17 } == .malformed)
  }

  @Test("never reads beyond its bytes and never crashes, whatever they are", arguments: 1...20 as ClosedRange<UInt64>)
  func fuzz(seed: UInt64) {
    var random = SeededGenerator(seed: seed)
    let good = bytes(full)
    var readCount = 0
    for _ in 0..<500 {
      var changed = good
      for _ in 0..<random.next() % 4 { changed[Int(random.next() % 347)] = UInt8(truncatingIfNeeded: random.next()) }
      if random.next() % 8 == 0 { changed = Array(changed.prefix(Int(random.next() % 348))) }
      guard let context = try? decoded(changed) else { continue }
      readCount += 1
      #expect((try? decoded(bytes(context))) == context)
    }
    #expect(readCount > 50)
  }

  @Test("gives 64-bit integers and texts by their number in the schema, and nothing else")
  func fields() {
    var context = full
    #expect((0..<9).map { context.integer(field: $0) } == [nil, -2, nil, nil, nil, nil, nil, nil, nil])
    let texts = (0..<9).map { context.withText(field: $0) { String(utf8: $0) } }
    #expect(texts == [nil, nil, "eu-west", nil, nil, "größe", nil, nil, "gold"])
    for field in -1...9 {
      context.setInteger(field: field, 4)
      #expect(context.setText(field: field, "t".utf8.span.bytes) == [2, 5, 8].contains(field))
    }
    #expect(context == full.withCustomer(4).withRegion("t").withCampaign("t").withClassOfService("t"))
  }
}
