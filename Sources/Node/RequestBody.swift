// The body that a request came with, kept for calls that hand it on or are made from it.

internal import Control
internal import TransportCore

final class RequestBody {
  let bytes: [UInt8]
  /// What it asks for, of a service that makes such calls.
  let script: ScriptedCalls?

  init(_ payload: UnsafeRawBufferPointer, script: ScriptedCalls?) {
    bytes = Array(payload)
    self.script = script
  }
}
