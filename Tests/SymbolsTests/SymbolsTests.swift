import Foundation
import Symbols
import Testing

/// Found by name below; its address is the program counter of its code.
@inline(never)
@_cdecl("ctx_symbols_test_function")
func symbolsTestFunction() -> Int { 42 }

@Suite("Symbols")
struct SymbolsTests {
  /// A function of this process: its address, and the file that holds it, as the kernel mapped it.
  private func mapped(_ address: UInt) throws -> (address: UInt64, module: Symbolizer.Module) {
    let address = UInt64(address)
    let text = String(
      decoding: try FileHandle(forReadingFrom: URL(filePath: "/proc/self/maps")).readToEnd() ?? Data(), as: UTF8.self)
    let maps = text.split(separator: "\n").map { line in
      let words = line.split(separator: " ")
      return (
        range: words[0].split(separator: "-").compactMap { UInt64($0, radix: 16) },
        path: words.count > 5 ? String(words[5]) : ""
      )
    }
    let path = try #require(maps.first { $0.range[0] <= address && address < $0.range[1] }).path
    let ranges = maps.filter { $0.path == path }.map(\.range)
    // Its first byte is where address 0 of the file lies.
    return (address, Symbolizer.Module(base: ranges[0][0], start: ranges[0][0], end: ranges.last![1], path: path))
  }

  @Test("A function of a running program is found by an address in the middle of it")
  func running() throws {
    #expect(symbolsTestFunction() == 42)
    let function: @convention(c) () -> Int = symbolsTestFunction
    var (address, module) = try mapped(unsafeBitCast(function, to: UInt.self))
    let symbolizer = Symbolizer(program: module.path)
    module.path = ""
    for offset: UInt64 in [0, 1, 3] {
      let frame = symbolizer.frame(at: address + offset, among: [module])
      #expect(frame == SymbolizedFrame(name: "ctx_symbols_test_function", isOwnSwift: false, isOwn: true))
    }
    let elsewhere = symbolizer.frame(at: module.end, among: [module])
    #expect(elsewhere.name == "[unknown]" && !elsewhere.isOwn)
  }

  @Test("A function of a library is found, and is not the program's own")
  func library() throws {
    let (address, module) = try mapped(UInt(bitPattern: try #require(dlsym(nil, "swift_retain"))))
    let frame = Symbolizer().frame(at: address, among: [module])
    #expect(frame.name.contains("swift_retain") && !frame.isOwn)
    let gap = Symbolizer().frame(at: module.base + 1, among: [module])
    #expect(gap.name == "[\(module.path.split(separator: "/").last!)]")
  }

  @Test("A program that was stripped has the names of the symbol file that lies beside it")
  func separated() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "symbols-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let function: @convention(c) () -> Int = symbolsTestFunction
    var (address, module) = try mapped(unsafeBitCast(function, to: UInt.self))
    let (whole, stripped) = (module.path, folder.appending(path: "stripped").path)
    module.path = ""
    // An ELF head, and no table.
    try Data([0x7f, 0x45, 0x4c, 0x46, 2, 1] + [UInt8](repeating: 0, count: 58)).write(to: URL(filePath: stripped))
    #expect(Symbolizer(program: stripped).frame(at: address, among: [module]).name == "[ctxchain]")
    try FileManager.default.createSymbolicLink(atPath: stripped + ".debug", withDestinationPath: whole)
    let frame = Symbolizer(program: stripped).frame(at: address, among: [module])
    #expect(frame.name == "ctx_symbols_test_function" && frame.isOwn)
  }

  @Test("A file that is none, cut anywhere or changed anywhere, is no reason to stop")
  func broken() throws {
    let folder = FileManager.default.temporaryDirectory.appending(path: "symbols-\(UUID().uuidString)")
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    defer { try? FileManager.default.removeItem(at: folder) }
    let path = folder.appending(path: "file").path
    #expect(ELFSymbols(path: path) == nil)
    var whole = [UInt8](repeating: 0, count: 4096)
    whole.replaceSubrange(0..<6, with: [0x7f, 0x45, 0x4c, 0x46, 2, 1])
    for size in [0, 5, 63, 64, 4096] {
      try Data(whole.prefix(size)).write(to: URL(filePath: path))
      #expect((ELFSymbols(path: path) != nil) == (size >= 64))
    }
    // Tables that lie anywhere, of any size, and link anywhere.
    for seed in 0..<200 {
      var generator = LinearGenerator(state: UInt64(seed))
      for index in 40..<whole.count { whole[index] = UInt8(truncatingIfNeeded: generator.next() >> 33) & 7 }
      (whole[58], whole[59]) = (64, 0)
      try Data(whole).write(to: URL(filePath: path))
      _ = ELFSymbols(path: path)?.name(at: generator.next())
    }
  }

  @Test(
    "Names are shortened to what a profile needs",
    arguments: [
      (
        "Node.RequestFlow.begin(TransportFrame.Frame, from: Node.InboundConnection) -> ()",
        "Node.RequestFlow.begin(_:from:)"
      ),
      ("Context.MapContext.spanContext() -> Context.SpanContext", "Context.MapContext.spanContext()"),
      (
        "generic specialization <Swift.UInt8> of Swift.Array._copyToNewBuffer(oldCount: Swift.Int) -> ()",
        "Swift.Array._copyToNewBuffer(oldCount:)"
      ),
      (
        "closure #1 (Swift.Int, [A : B]) -> () in Bytes.ByteBuffer.grow(to: Swift.Int) -> ()",
        "closure #1 in Bytes.ByteBuffer.grow(to:)"
      ),
      ("Context.RequestContext.opaque.getter : Swift.UnsafeRawBufferPointer", "Context.RequestContext.opaque.getter"),
      (
        "static TransportFrame.Frame.decode(Swift.UnsafeRawBufferPointer) -> TransportFrame.Decoding",
        "TransportFrame.Frame.decode(_:)"
      ),
      ("merged Swift.Dictionary<A, B>.subscript.getter : (A) -> B?", "Swift.Dictionary.subscript.getter"),
      ("Node.NodeServer.(sweep in _0AB12)(at: Swift.Int) -> ()", "Node.NodeServer.sweep(at:)"),
      (
        "(extension in Context):Swift.Array.(hash in _0AB12)<A>(A) -> ()", "Swift.Array.hash(_:)"
      ),
      (
        "closure #2 () -> () in closure #1 (A.B) -> () in (extension in Node):A.B.c(d: Swift.Int) throws -> ()",
        "closure #2 in closure #1 in A.B.c(d:)"
      ),
      (
        "protocol witness for Propagation.Propagator.inject(_: A) -> ()",
        "protocol witness for Propagation.Propagator.inject(_:)"
      ),
    ])
  func shortened(demangled: String, name: String) {
    #expect(FunctionName.shortened(demangled) == name)
  }

  @Test("Mangled names of Swift and C++ are read by the runtimes; versions of glibc's are left out")
  func mangled() {
    #expect(FunctionName.readable("$sSS6appendyySSF") == "Swift.String.append(_:)")
    #expect(FunctionName.readable("_ZN5swift9swift_fooEPNS_10HeapObjectE") == "swift::swift_foo")
    #expect(FunctionName.readable("memcpy@@GLIBC_2.14") == "memcpy")
    #expect(FunctionName.readable("$s") == "$s")
  }
}

private struct LinearGenerator {
  var state: UInt64

  mutating func next() -> UInt64 {
    state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
    return state
  }
}
