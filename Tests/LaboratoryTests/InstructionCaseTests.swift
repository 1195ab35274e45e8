// The calls whose instructions are counted do what their names say.

import Context
import Laboratory
import Propagation
import Testing

@Suite("Calls whose instructions are counted")
struct InstructionCaseTests {
  private func result(_ name: String, _ count: Int) throws -> UInt64 {
    try #require(InstructionCases.all.first { $0.name == name }, "\(name)").prepare()(count)
  }

  @Test("have names of their own, of lower letters, digits, commas and hyphens, and goals above zero")
  func names() {
    let names = InstructionCases.all.map(\.name)
    #expect(Set(names).count == names.count)
    for one in InstructionCases.all {
      #expect(one.name.wholeMatch(of: /[a-z0-9,-]+/) != nil, "\(one.name)")
      #expect(one.goal ?? 1 > 0, "\(one.name)")
      // What is subtracted is counted before.
      let before = names.prefix { $0 != one.name }
      #expect(one.deducted.map { before.contains($0) } ?? true, "\(one.name)")
    }
  }

  @Test("can be repeated any number of times, with the same result for the same number")
  func repetition() {
    for one in InstructionCases.all {
      let calls = one.prepare()
      #expect(calls(3) == calls(3), "\(one.name)")
      #expect(calls(3) == one.prepare()(3), "\(one.name)")
    }
  }

  @Test("of a packed context find texts of 16 bytes and an integer at every depth, and miss what is not there")
  func packed() throws {
    for layers in [1, 5, 64] {
      #expect(try result("packed-newest-\(layers)", 7) == 7 * 16)
      #expect(try result("packed-first-\(layers)", 7) == 7 * 16)
      #expect(try result("packed-missing-\(layers)", 7) == 0)
      #expect(try result("packed-integer-\(layers)", 7) == 7 * 1_000_001)
    }
  }

  @Test("of a packed context through the interface of all stores read the same")
  func packedInterface() throws {
    #expect(try result("packed-interface-text-1", 7) == 7 * 16)
    #expect(try result("packed-interface-integer-1", 7) == 7 * 1_000_001)
    #expect(try result("packed-declared-1", 7) == 7 * 15)
  }

  @Test("of a struct read the field, and the same through the interface of all stores")
  func structs() throws {
    #expect(try result("struct-field", 7) == 7 * 1_000_001)
    #expect(try result("struct-interface-integer", 7) == 7 * 1_000_001)
    #expect(try result("struct-interface-text", 7) == 7 * 16)
  }

  @Test("have combinations of propagators, which write what their parts do, and the hop of every preset")
  func combinationsAndHops() throws {
    let names = Set(InstructionCases.all.map(\.name))
    #expect(Strategy.presets.allSatisfy { names.contains("hop-\($0.name)") })
    for preset in Strategy.presets where preset.store != .none {
      // The hop's checksums, and 32 bytes of the frame's header: what is left is what it carries.
      let arrived = try result("hop-\(preset.name)-work", 2)
      #expect(try result("hop-\(preset.name)-inject", 2) == result("hop-\(preset.name)", 2))
      #expect(try result("hop-\(preset.name)", 2) &- arrived > 32)
      #expect(try result("hop-\(preset.name)-arrive", 2) == 0)
    }
    // The frame's header is counted once.
    let parts = try ["tracecontext-inject-trace-struct", "baggage-inject-standard-struct"].map { try result($0, 1) }
    #expect(try result("tracecontext,baggage-inject-standard-struct", 1) == parts[0] + parts[1] - 32)
  }

  @Test("of a propagator write what it writes, and read the trace back without a drop")
  func propagators() throws {
    // The frame's header and 25 bytes.
    #expect(try result("binary25-inject-trace-struct", 2) == 2 * (32 + 25))
    #expect(try result("binary25-extract-trace-struct", 2) == 0xa3ce_929d_0e0e_4736)
    // Reading 29 bytes gives what reading 25 does.
    #expect(try result("grpc-trace-bin-read", 1) != 0)
    #expect(try result("grpc-trace-bin-read", 1) == result("binary25-read", 1))
  }
}
