import Control
import Node
import Results
import TestSupport
import Testing
import Topology
import TransportCore
import TransportFrame

/// The clocks are real and nothing is said about how long anything takes: what is held against each other are sums.
@Suite("A node with stage clocks")
struct StageTests {
  /// Every nanosecond of a request is in exactly one stage, or in the wait for its calls.
  private func expectWhole(_ sums: StageSums, requests: Int64, _ comment: Comment) {
    #expect(sums.requests == requests, comment)
    #expect(sums.residence == sums.stages.reduce(0, +) + sums.wait - sums.overlap, comment)
    #expect(sums.stages.allSatisfy { $0 >= 0 } && sums.write > 0, comment)
  }

  private func nanoseconds(_ stage: Stage, _ sums: StageSums) -> Int64 { sums.stages[stage.rawValue] }

  @Test("adds up the whole time of requests that it answers at once")
  func leaf() throws {
    let bench = try NodeBench()
    let caller = try bench.connect()
    bench.clockStages(true)
    for id in 1...20 {
      caller.send(.request(id: UInt64(id), flags: FrameFlags.stages))
      #expect(bench.loop.turn { caller.reply(to: UInt64(id)) != nil })
    }
    let sums = bench.clockStages(false)
    expectWhole(sums, requests: 20, "\(sums)")
    for stage in [Stage.read, .parse, .decode, .extract, .store, .encode, .loop] {
      #expect(nanoseconds(stage, sums) > 0, "\(stage)")
    }
    #expect(sums.wait == 0 && nanoseconds(.inject, sums) == 0 && nanoseconds(.work, sums) == 0)
  }

  @Test("adds up the whole time of requests with calls, one after the other and at once, work and sleep")
  func calls() throws {
    let scripts: [(name: String, script: [Step], callCount: Int, works: Bool)] = [
      ("one call", [.call(call())], 1, false),
      ("two in a row", [.call(call()), .call(call(1))], 2, false),
      ("two at once", [.parallel([call(), call(1)])], 2, false),
      ("two at once on one edge", [.parallel([call(), call()])], 2, false),
      ("eight at once", [.parallel((0..<8).map { call($0) })], 8, false),
      ("work before a call", [.work(.fixed(nanoseconds: 20_000)), .call(call())], 1, true),
      ("sleep between", [.call(call()), .sleep(.fixed(nanoseconds: 100_000)), .call(call(1))], 2, true),
      ("work in slices", [.work(.fixed(nanoseconds: 2_500_000)), .call(call())], 1, true),
      ("counted work in slices", [.countedWork(iterations: 8_000_000), .call(call())], 1, true),
    ]
    for (name, script, callCount, works) in scripts {
      let bench = try NodeBench(script: script, calleeCount: 8)
      let caller = try bench.connect()
      bench.clockStages(true)
      var answered = [Int](repeating: 0, count: 8)
      for id in 1...5 {
        caller.send(.request(id: UInt64(id), flags: FrameFlags.stages))
        #expect(
          bench.loop.turn {
            for (index, callee) in bench.callees.enumerated() where callee.requests.count > answered[index] {
              callee.answer(answered[index])
              answered[index] += 1
            }
            return caller.reply(to: UInt64(id)) != nil
          }, "\(name)")
      }
      let sums = bench.clockStages(false)
      expectWhole(sums, requests: 5, "\(name): \(sums)")
      #expect(answered.reduce(0, +) == 5 * callCount, "\(name)")
      #expect(sums.wait > 0 && nanoseconds(.inject, sums) > 0, "\(name)")
      #expect((nanoseconds(.work, sums) > 0) == works, "\(name)")
      #expect((sums.overlap > 0) == name.contains("at once"), "\(name): \(sums.overlap)")
      let flags = bench.callees.flatMap(\.requests).map(\.flags)
      #expect(flags.allSatisfy { $0 == FrameFlags.stages }, "\(name): later nodes must be asked as well")
    }
  }

  @Test("says nothing of what was before, and clocks nothing when it is off")
  func onAndOff() throws {
    let bench = try NodeBench(script: [.call(call())])
    let caller = try bench.connect()
    func ask(_ id: UInt64, flags: UInt8) {
      caller.send(.request(id: id, flags: flags))
      #expect(bench.loop.turn { bench.callee.requests.count == id })
      bench.callee.answer(Int(id) - 1)
      #expect(bench.loop.turn { caller.reply(to: id) != nil })
    }
    #expect(bench.clockStages(true) == StageSums())
    ask(1, flags: FrameFlags.stages)
    #expect(bench.clockStages(true).requests == 1)
    #expect(bench.clockStages(false) == StageSums())
    ask(2, flags: FrameFlags.stages)
    #expect(bench.callee.requests[1].flags == 0, "a node without clocks does not ask for them")
    #expect(bench.clockStages(false) == StageSums())
  }
}
