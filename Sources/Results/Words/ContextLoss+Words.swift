// What is lost of a context, in words.

package import Statistics

extension ContextLoss {
  /// What is gone: `loses tenant, user; integer → text: count; flags 0x02`. Nothing is `nothing`.
  package var words: String {
    var texts: [String] = []
    if !lostKeys.isEmpty { texts.append("loses " + lostKeys.joined(separator: ", ")) }
    for (sent, arrived) in [("integer", "text"), ("text", "integer")] {
      let keys = changedTypes.filter { $0.sent == sent && $0.arrived == arrived }.map(\.key)
      if !keys.isEmpty { texts.append("\(sent) → \(arrived): " + keys.joined(separator: ", ")) }
    }
    if !changedKeys.isEmpty { texts.append("changes " + changedKeys.joined(separator: ", ")) }
    if unnamedKeys > 0 { texts.append("and \(NumberText.plural(unnamedKeys, "more key"))") }
    if lostFlags != 0 { texts.append("flags lost \(Self.flags(lostFlags))") }
    if gainedFlags != 0 { texts.append("flags gained \(Self.flags(gainedFlags))") }
    if texts.isEmpty, bytesKept < bytes { texts.append("changes bytes") }
    return texts.isEmpty ? "nothing" : texts.joined(separator: "; ")
  }

  /// `0x02`.
  package static func flags(_ bits: UInt8) -> String {
    let digits = String(bits, radix: 16)
    return "0x" + (digits.count < 2 ? "0" : "") + digits
  }

  /// Of a mean context: `4 of 7`.
  package var keysInWords: String {
    let contexts = Double(max(1, contexts))
    return "\(NumberText.count(Double(keysKept) / contexts)) of \(NumberText.count(Double(keys) / contexts))"
  }
}
