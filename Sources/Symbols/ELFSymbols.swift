// The functions of an ELF file: what `.symtab` says, or `.dynsym` where a file has no more than that. 64 bits, the
// machine's own byte order. It trusts nothing that the file says: what lies outside of it is left out.
//
// Format: https://gabi.xinuos.com (System V ABI), chapters 4 "Object Files" and 5 "Symbol Table".

internal import Glibc

package struct ELFSymbols {
  private struct Function {
    let start: UInt64
    /// 0 when the file does not say.
    let size: UInt64
    /// Of the name in the file.
    let nameOffset: Int
  }

  private static let sectionHeaderSize = 64
  private static let symbolSize = 24
  private enum SectionType { static let symbols: UInt32 = 2, dynamicSymbols: UInt32 = 11 }
  private enum SymbolType { static let function: UInt8 = 2, indirectFunction: UInt8 = 10 }

  private let file: MappedFile
  /// By ascending start.
  private var functions: [Function] = []

  /// nil when the file cannot be read or is no such file; one without symbols is one in which nothing is found.
  package init?(path: String) {
    guard let file = MappedFile(path: path), file.bytes.count >= 64,
      file.bytes.prefix(6).elementsEqual([0x7f, 0x45, 0x4c, 0x46, 2, 1])
    else { return nil }
    self.file = file
    let sections = ELFSymbols.sections(file)
    let table =
      sections.first { $0.type == SectionType.symbols } ?? sections.first { $0.type == SectionType.dynamicSymbols }
    guard let table, sections.indices.contains(table.link) else { return }
    read(table, names: sections[table.link])
  }

  /// The name of the function in whose code an address of the file lies.
  package func name(at address: UInt64) -> String? {
    var (low, high) = (0, functions.count)
    while low < high {
      let middle = (low + high) / 2
      if functions[middle].start <= address { low = middle + 1 } else { high = middle }
    }
    guard low > 0 else { return nil }
    let function = functions[low - 1]
    guard function.size == 0 || address - function.start < function.size else { return nil }
    return file.text(at: function.nameOffset)
  }

  // MARK: Reading

  private struct Section {
    let type: UInt32
    let offset: Int
    let size: Int
    /// Index of the section that holds the names.
    let link: Int
  }

  private static func sections(_ file: MappedFile) -> [Section] {
    guard let start = file.integer(UInt64.self, at: 40), let count = file.integer(UInt16.self, at: 60),
      let entrySize = file.integer(UInt16.self, at: 58), entrySize == sectionHeaderSize
    else { return [] }
    return (0..<Int(count)).compactMap { index in
      guard let first = Int(exactly: start), first <= file.bytes.count else { return nil }
      let header = first + index * sectionHeaderSize
      guard let type = file.integer(UInt32.self, at: header + 4),
        let offset = file.integer(UInt64.self, at: header + 24).flatMap(Int.init(exactly:)),
        let size = file.integer(UInt64.self, at: header + 32).flatMap(Int.init(exactly:)),
        let link = file.integer(UInt32.self, at: header + 40)
      else { return nil }
      let isInside = offset <= file.bytes.count && size <= file.bytes.count - offset
      return Section(type: type, offset: isInside ? offset : 0, size: isInside ? size : 0, link: Int(link))
    }
  }

  private mutating func read(_ table: Section, names: Section) {
    for index in 0..<table.size / ELFSymbols.symbolSize {
      let place = table.offset + index * ELFSymbols.symbolSize
      guard let name = file.integer(UInt32.self, at: place), let info = file.integer(UInt8.self, at: place + 4),
        let section = file.integer(UInt16.self, at: place + 6), let start = file.integer(UInt64.self, at: place + 8),
        let size = file.integer(UInt64.self, at: place + 16)
      else { return }
      let isFunction = [SymbolType.function, SymbolType.indirectFunction].contains(info & 15)
      guard isFunction, section != 0, Int(name) < names.size else { continue }
      functions.append(Function(start: start, size: size, nameOffset: names.offset + Int(name)))
    }
    // Of several names for one function the first, whatever the sort makes of equals.
    functions.sort { ($0.start, $1.nameOffset) < ($1.start, $0.nameOffset) }
  }
}

/// A file's bytes, as long as it lives.
final class MappedFile {
  let bytes: UnsafeRawBufferPointer

  init?(path: String) {
    let fd = open(path, O_RDONLY | O_CLOEXEC)
    guard fd >= 0 else { return nil }
    defer { close(fd) }
    var facts = stat()
    guard fstat(fd, &facts) == 0, facts.st_size > 0 else { return nil }
    let address = mmap(nil, Int(facts.st_size), PROT_READ, MAP_PRIVATE, fd, 0)
    guard let address, address != MAP_FAILED else { return nil }
    bytes = UnsafeRawBufferPointer(start: address, count: Int(facts.st_size))
  }

  deinit { munmap(UnsafeMutableRawPointer(mutating: bytes.baseAddress!), bytes.count) }

  /// nil outside of the file.
  func integer<Integer: FixedWidthInteger & BitwiseCopyable>(_ type: Integer.Type, at offset: Int) -> Integer? {
    guard offset >= 0, offset <= bytes.count - MemoryLayout<Integer>.size else { return nil }
    return bytes.loadUnaligned(fromByteOffset: offset, as: type)
  }

  /// Up to the byte 0, or to the file's end.
  func text(at offset: Int) -> String {
    String(decoding: bytes[min(offset, bytes.count)...].prefix { $0 != 0 }, as: UTF8.self)
  }
}
