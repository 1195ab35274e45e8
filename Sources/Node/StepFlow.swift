// What the steps of a script do that keep a request in this node: set keys, burn CPU, sleep.

internal import CLinux
internal import Context
internal import Control
internal import EventLoop
internal import Glibc
internal import Statistics
internal import TransportCore

extension NodeServer {
  /// CPU burnt in one go before the loop gets its turn, in nanoseconds.
  static let workSliceMax: Int64 = 1_000_000

  @inline(never)
  func assign(_ step: UnsafeMutablePointer<ScriptStep>, to request: RequestSlot) {
    request.pointee.context.unsafelyUnwrapped._withUnsafeGuaranteedRef { context in
      for position in Int(step.pointee.first)..<Int(step.pointee.first + step.pointee.count) {
        let assignment = runtime.script.assignments[position]
        switch assignment.key.type {
        case .integer: context.setInteger(assignment.key, assignment.integer)
        case .text: context.setText(assignment.key, assignment.text.span.bytes)
        }
      }
    }
  }

  /// Burns CPU, a slice at a time. True when the request must wait for its next slice, or has been answered because its
  /// deadline is over.
  @inline(never)
  func work(_ step: UnsafeMutablePointer<ScriptStep>, for request: RequestSlot) -> Bool {
    if request.pointee.deadline <= loop.now {
      fail(request, with: .deadlineExceeded)
      return true
    }
    if request.pointee.workLeft < 0 { request.pointee.workLeft = duration(of: step) }
    request.pointee.latestBegin = loop.now
    if request.pointee.isOrphan { counters.pointee.lateSlices &+= 1 }
    let slice = min(request.pointee.workLeft, NodeServer.workSliceMax)
    let end = ctx_thread_cpu_nanoseconds() + slice
    while ctx_thread_cpu_nanoseconds() < end {}
    request.pointee.workLeft -= slice
    if request.pointee.workLeft == 0 {
      request.pointee.workLeft = -1
      loop.refreshNow()
      return false
    }
    wait(until: loop.refreshNow(), step, request)
    return true
  }

  @inline(never)
  func sleep(_ step: UnsafeMutablePointer<ScriptStep>, for request: RequestSlot) {
    if request.pointee.deadline <= loop.now { return fail(request, with: .deadlineExceeded) }
    request.pointee.latestBegin = loop.now
    if request.pointee.isOrphan { counters.pointee.lateSleeps &+= 1 }
    wait(until: min(loop.now &+ duration(of: step), request.pointee.deadline), step, request)
  }

  /// The time that a sleeping request, or one between two slices of work, waited for has come.
  func resume(_ request: RequestSlot) {
    request.pointee.timer = -1
    stageDidResume(request)
    if request.pointee.deadline <= loop.now { return fail(request, with: .deadlineExceeded) }
    let step = request.pointee.step.unsafelyUnwrapped
    advance(request, from: request.pointee.workLeft < 0 ? step + 1 : step)
  }

  private func wait(until time: Int64, _ step: UnsafeMutablePointer<ScriptStep>, _ request: RequestSlot) {
    if step.pointee.needsContextLater {
      request.pointee.context.unsafelyUnwrapped._withUnsafeGuaranteedRef { $0.detach() }
      lap(.store)
    }
    stageDidPause(request)
    request.pointee.timer = wheel.schedule(at: time, token: UInt64(UInt(bitPattern: request)))
  }

  private func duration(of step: UnsafeMutablePointer<ScriptStep>) -> Int64 {
    let mean = step.pointee.nanoseconds
    // Inverse transform: 1 − u lies in 0 < … ≤ 1.
    return step.pointee.isExponential ? Int64(-log(1 - random.nextUnit()) * Double(mean)) : mean
  }
}
