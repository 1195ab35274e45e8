// Cuts the list of slots out of a result's document, in pieces that can be read at the same time: slots are nearly all
// of a large document. It looks at brackets, commas and strings only; whether the bytes are JSON is the reader's matter.

internal import FoundationEssentials

struct SlotPieces: Sendable {
  struct Piece: Sendable {
    /// A JSON list of some of the slots.
    let list: Data
    let slotCount: Int
  }

  /// The document with an empty list of slots.
  let rest: Data
  /// In the document's order.
  let pieces: [Piece]

  /// nil when there is no list of slots, or more than one.
  ///
  /// - Parameter pieceSize: bytes after which a piece ends with the slot that it is in.
  init?(_ document: [UInt8], pieceSize: Int = 1 << 20) {
    var scanner = Scanner(bytes: document)
    guard let start = scanner.findSlots() else { return nil }
    var pieces: [Piece] = []
    var (pieceStart, slotCount) = (start, 1)
    while let comma = scanner.nextInList() {
      if document[comma] == UInt8(ascii: ",") {
        if comma - pieceStart < pieceSize {
          slotCount += 1
          continue
        }
      }
      pieces.append(Piece(list: SlotPieces.list(document[pieceStart..<comma]), slotCount: slotCount))
      (pieceStart, slotCount) = (comma + 1, 1)
      if document[comma] == UInt8(ascii: "]") {
        guard scanner.findSlots() == nil else { return nil }
        self.pieces = pieces
        rest = Data(document[..<start]) + Data(document[comma...])
        return
      }
    }
    return nil
  }

  private static func list(_ slots: ArraySlice<UInt8>) -> Data {
    var list = Data(capacity: slots.count + 2)
    list.append(UInt8(ascii: "["))
    list.append(contentsOf: slots)
    list.append(UInt8(ascii: "]"))
    return list
  }

  private struct Scanner {
    let bytes: [UInt8]
    private var place = 0
    private var depth = 0
    private static let key = Array("\"slots\"".utf8)

    init(bytes: [UInt8]) {
      self.bytes = bytes
    }

    /// The place behind the bracket that opens the list under the document's key `slots`.
    mutating func findSlots() -> Int? {
      while place < bytes.count {
        let start = place
        guard step() == UInt8(ascii: "\""), depth == 1, bytes[start..<place].elementsEqual(Scanner.key) else {
          continue
        }
        guard nextVisible() == UInt8(ascii: ":"), nextVisible() == UInt8(ascii: "[") else { continue }
        depth += 1
        return place
      }
      return nil
    }

    /// The place of the next comma between slots, or of the bracket that closes their list.
    mutating func nextInList() -> Int? {
      while place < bytes.count {
        let byte = step()
        if byte == UInt8(ascii: ","), depth == 2 { return place - 1 }
        if byte == UInt8(ascii: "]"), depth == 1 { return place - 1 }
      }
      return nil
    }

    /// Goes past one byte, or one whole string; returns the first.
    private mutating func step() -> UInt8 {
      let byte = bytes[place]
      place += 1
      switch byte {
      case UInt8(ascii: "{"), UInt8(ascii: "["): depth += 1
      case UInt8(ascii: "}"), UInt8(ascii: "]"): depth -= 1
      case UInt8(ascii: "\""):
        while place < bytes.count, bytes[place] != byte { place += bytes[place] == UInt8(ascii: "\\") ? 2 : 1 }
        place = min(place + 1, bytes.count)
      default: break
      }
      return byte
    }

    private mutating func nextVisible() -> UInt8? {
      while place < bytes.count, bytes[place] <= 0x20 { place += 1 }
      guard place < bytes.count else { return nil }
      place += 1
      return bytes[place - 1]
    }
  }
}
