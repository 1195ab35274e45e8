// A request at a gateway: its raw fields are cleaned before anything is done with it, or it is refused.

internal import Context
internal import Control
internal import Gateway
internal import Topology
internal import TransportCore

extension NodeServer {
  /// Fills the request's context, whatever it held, from the message's fields. False when the gateway refuses: the request
  /// has then been answered and is over, and no callee has heard of it.
  @inline(never)
  func clean(_ message: ReceivedMessage, into request: RequestSlot, by gateway: Unmanaged<Gateway>) -> Bool {
    let outcome = request.pointee.context.unsafelyUnwrapped._withUnsafeGuaranteedRef { context in
      context.reset()
      let outcome = gateway._withUnsafeGuaranteedRef { $0.clean(message: message, into: context) }
      if isCounting { count(message, context) }
      return outcome
    }
    if outcome.hasDrops {
      counters.pointee.extractionDrops &+= 1
      counters.pointee.extractionDropsByReason[CounterPage.gatewayDrop] &+= 1
    }
    guard let refusal = outcome.refusal else { return true }
    counters.pointee.refusalsByReason[Int(refusal.rawValue)] &+= 1
    fail(request, with: refusal == .rejectedField ? .invalidArgument : .unauthenticated)
    return false
  }
}
