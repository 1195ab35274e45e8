// What the keys of results were called in earlier versions of the documents, which are still read.

internal import FoundationEssentials

enum OldKeys {
  /// Version 1 to today's.
  private static let renamed = [
    "slots": "trials", "slotSeconds": "trialSeconds", "openSlotSeconds": "openTrialSeconds",
    "slotsPerRound": "trialsPerRound", "orphans": "abandoned",
  ]

  /// For documents of earlier versions alone: it costs a look-up per key.
  static let strategy = JSONDecoder.KeyDecodingStrategy.custom { path in
    let key = path[path.count - 1]
    return renamed[key.stringValue].map { FieldName($0) } ?? key
  }
}
