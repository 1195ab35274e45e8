// The parts of a request's time in a node that are clocked one behind the other. A line each: whatever clocks, sums, writes
// and shows stages goes through all of them.

package enum Stage: Int, CaseIterable, Sendable {
  // In the order in which a request comes through them.
  /// The system call that reads.
  case read
  /// Received bytes to a message of the transport, requests and replies: of the later ones of a read, from the moment at
  /// which the one before was done.
  case parse
  /// Message to a place in the node's tables; requests and replies.
  case decode
  /// Message to context.
  case extract
  /// Work with the context: the standard work, `set` steps, and the copy that outlives the received bytes.
  case store
  /// `work` and `sleep` steps of the script.
  case work
  /// Context to message.
  case inject
  /// What else is written of a message: head and payload, of calls and of replies.
  case encode
  /// From the last message of a turn to the begin of its write: the loop, and the clocks of the write.
  case loop
  /// Over gRPC: header blocks to fields and back (HPACK), which lies within parse, encode and loop and is not in them.
  case hpack

  /// Documents that are older than the stage have what it took in `decode`.
  package var isInEveryDocument: Bool { self != .parse && self != .hpack }

  /// In documents and files.
  package var name: String { "\(self)" }

  /// What a picture shows it as part of, where it cannot show all.
  package var group: TimeGroup {
    switch self {
    case .read: .kernel
    case .parse, .decode, .encode, .hpack: .messages
    case .extract: .extract
    case .store: .store
    case .work: .script
    case .inject: .inject
    case .loop: .loop
    }
  }
}

/// Parts of a request's time as pictures show them: few enough to be told apart.
package enum TimeGroup: CaseIterable, Sendable {
  case extract, store, inject, messages, loop, kernel, wait, script, client
}
