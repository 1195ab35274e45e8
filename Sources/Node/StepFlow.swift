// What the steps of a script do that keep a request in this node: set keys, burn CPU, sleep.

internal import CLinux
internal import Context
internal import Control
internal import EventLoop
internal import Glibc
internal import Results
internal import Statistics
internal import TransportCore

extension NodeServer {
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
    let isCounted = step.pointee.iterations >= 0
    if request.pointee.workLeft < 0 {
      request.pointee.workLeft = isCounted ? step.pointee.iterations : duration(of: step)
    }
    // Whoever waits already is served first.
    while workQueue.isEmpty || isServingWork {
      let budget = workQueue.budget(in: loop.turnCount)
      guard budget > 0 else { break }
      let isDone =
        isCounted ? iterate(for: request) : burn(min(request.pointee.workLeft, budget), for: request)
      if isDone { return false }
    }
    lap(.work)
    detachContext(of: request, behind: step)
    stageDidPause(request)
    if workQueue.isEmpty, !isServingWork { workTimer.start(after: 0) }
    workQueue.append(request)
    return true
  }

  /// True when the step's work is done.
  private func burn(_ slice: Int64, for request: RequestSlot) -> Bool {
    beginSlice(of: request)
    let end = ctx_thread_cpu_nanoseconds() + slice
    while ctx_thread_cpu_nanoseconds() < end {}
    loop.refreshNow()
    return endSlice(slice, spent: slice, of: request)
  }

  /// The same where the work is counted. True when the step's work is done.
  private func iterate(for request: RequestSlot) -> Bool {
    beginSlice(of: request)
    let slice = min(request.pointee.workLeft, WorkQueue.iterationsMax)
    let begin = loop.refreshNow()
    ctx_iterate(slice)
    return endSlice(slice, spent: loop.refreshNow() &- begin, of: request)
  }

  private func beginSlice(of request: RequestSlot) {
    request.pointee.latestBegin = loop.now
    if request.pointee.isAbandoned { counters.pointee.lateSlices &+= 1 }
  }

  private func endSlice(_ slice: Int64, spent nanoseconds: Int64, of request: RequestSlot) -> Bool {
    workQueue.spend(nanoseconds)
    request.pointee.workLeft -= slice
    guard request.pointee.workLeft == 0 else { return false }
    request.pointee.workLeft = -1
    return true
  }

  /// Gives this turn's CPU to the requests that wait for it.
  func serveWork() {
    isServingWork = true
    while workQueue.budget(in: loop.turnCount) > 0, let request = workQueue.first {
      workQueue.remove(request)
      resume(request)
    }
    isServingWork = false
    if !workQueue.isEmpty { workTimer.start(after: 0) }
  }

  @inline(never)
  func sleep(_ step: UnsafeMutablePointer<ScriptStep>, for request: RequestSlot) {
    if request.pointee.deadline <= loop.now { return fail(request, with: .deadlineExceeded) }
    request.pointee.latestBegin = loop.now
    if request.pointee.isAbandoned { counters.pointee.lateSleeps &+= 1 }
    wait(until: min(loop.now &+ duration(of: step), request.pointee.deadline), step, request)
  }

  /// What a request waited for has come: its time, or CPU for its next slice of work.
  func resume(_ request: RequestSlot) {
    request.pointee.timer = -1
    stageDidResume(request)
    if request.pointee.deadline <= loop.now { return fail(request, with: .deadlineExceeded) }
    let step = request.pointee.step.unsafelyUnwrapped
    advance(request, from: request.pointee.workLeft < 0 ? step + 1 : step)
  }

  private func wait(until time: Int64, _ step: UnsafeMutablePointer<ScriptStep>, _ request: RequestSlot) {
    detachContext(of: request, behind: step)
    stageDidPause(request)
    request.pointee.timer = wheel.schedule(at: time, token: UInt64(UInt(bitPattern: request)))
  }

  /// The received bytes go when the request has to wait.
  private func detachContext(of request: RequestSlot, behind step: UnsafeMutablePointer<ScriptStep>) {
    guard step.pointee.needsContextLater else { return }
    request.pointee.context.unsafelyUnwrapped._withUnsafeGuaranteedRef { $0.detach() }
    lap(.store)
  }

  private func duration(of step: UnsafeMutablePointer<ScriptStep>) -> Int64 {
    let mean = step.pointee.nanoseconds
    // Inverse transform: 1 − u lies in 0 < … ≤ 1.
    return step.pointee.isExponential ? Int64(-log(1 - random.nextUnit()) * Double(mean)) : mean
  }
}
