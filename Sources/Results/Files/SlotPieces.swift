// Cuts the list of slots out of a result's document, in pieces that can be read at the same time: slots are nearly all
// of a large document. It reads none of them.

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

  /// A piece ends with the slot in which it has this many bytes.
  private static let pieceSize = 1 << 20
  private static let key = Array("\"slots\"".utf8)

  /// nil when there is no list of slots, or more than one.
  init?(_ document: [UInt8]) {
    var scanner = BracketScanner(document)
    guard let start = SlotPieces.findSlots(&scanner) else { return nil }
    var pieces: [Piece] = []
    var (pieceStart, slotCount) = (start, 1)
    while let mark = SlotPieces.nextMark(&scanner) {
      let isLast = document[mark] == UInt8(ascii: "]")
      if !isLast, mark - pieceStart < SlotPieces.pieceSize {
        slotCount += 1
        continue
      }
      let list = [UInt8(ascii: "[")] + document[pieceStart..<mark] + [UInt8(ascii: "]")]
      pieces.append(Piece(list: Data(list), slotCount: slotCount))
      (pieceStart, slotCount) = (mark + 1, 1)
      if isLast {
        guard SlotPieces.findSlots(&scanner) == nil else { return nil }
        self.pieces = pieces
        rest = Data(document[..<start] + document[mark...])
        return
      }
    }
    return nil
  }

  /// The place behind the bracket that opens the list under the document's key `slots`.
  private static func findSlots(_ scanner: inout BracketScanner) -> Int? {
    var start = scanner.place
    while let byte = scanner.step() {
      let isKey = byte == UInt8(ascii: "\"") && scanner.depth == 1 && scanner.bytes[start..<scanner.place] == key[...]
      if isKey, scanner.stepPastSpace() == UInt8(ascii: ":"), scanner.stepPastSpace() == UInt8(ascii: "[") {
        return scanner.place
      }
      start = scanner.place
    }
    return nil
  }

  /// The place of the next comma between slots, or of the bracket that closes their list.
  private static func nextMark(_ scanner: inout BracketScanner) -> Int? {
    while let byte = scanner.step() {
      if byte == UInt8(ascii: ","), scanner.depth == 2 { return scanner.place - 1 }
      if byte == UInt8(ascii: "]"), scanner.depth == 1 { return scanner.place - 1 }
    }
    return nil
  }
}
