// What `ctxchain lab race` saw, as one document, and what it says of it. The schema is
// docs/schema/lab-race-result-1.schema.json. It judges; it never runs anything.

/// One process in which all writers wrote to one map.
package struct RaceRun: Codable, Equatable, Sendable {
  package enum Outcome: String, Codable, Sendable {
    /// Every write is there, and nothing else.
    case accounted
    case lostWrites
    /// A signal or a trap ended the process.
    case crashed
    /// It did not end in time, and was killed.
    case hung
    /// ThreadSanitizer, which this program was built with, reported a race.
    case reported
  }

  package var seed: UInt64
  package var outcome: Outcome
  /// `SIGSEGV` and so on, where a signal ended it.
  package var signal: String?
  /// Writes that were in the map in the end; absent when the process did not come to its end.
  package var found: Int64?
  /// Records that were removed, and that are there.
  package var leftOver: Int?
  /// What the sanitizer said.
  package var evidence: String?

  package init(
    seed: UInt64, outcome: Outcome, signal: String? = nil, found: Int64? = nil, leftOver: Int? = nil,
    evidence: String? = nil
  ) {
    self.seed = seed
    self.outcome = outcome
    self.signal = signal
    self.found = found
    self.leftOver = leftOver
    self.evidence = evidence
  }
}

package struct RaceResult: ResultForm, Codable, Equatable {
  package static let formatName = "ctxchain-lab-race"
  package static let currentVersion = 1

  package struct Map: Codable, Equatable, Sendable {
    /// A store, or `plain map`.
    package var name: String
    /// It has a lock, or needs none: it must survive. The plain map must not.
    package var isSafe: Bool
    package var runs: [RaceRun]

    package init(name: String, isSafe: Bool, runs: [RaceRun] = []) {
      self.name = name
      self.isSafe = isSafe
      self.runs = runs
    }

    /// The first run that did not account for every write.
    package var failure: (number: Int, run: RaceRun)? {
      runs.firstIndex { $0.outcome != .accounted }.map { ($0 + 1, runs[$0]) }
    }

    /// A safe map has survived every run, the plain one has failed in one.
    var isAsExpected: Bool { !runs.isEmpty && (failure == nil) == isSafe }
  }

  /// Always `ctxchain-lab-race`.
  package var format = Self.formatName
  package var version = Self.currentVersion
  package var toolVersion: String
  package var commandLine: [String]
  /// ISO 8601, UTC.
  package var startedAt: String
  package var interrupted = false
  package var seed: UInt64
  package var writers: Int
  package var writesPerWriter: Int
  /// Of the plain map; the others have `runsOfSafe` each.
  package var runsMax: Int
  package var runsOfSafe: Int
  package var maps: [Map]
  /// In words.
  package private(set) var verdict = ""
  package var exitStatus = 0

  package init(
    toolVersion: String, commandLine: [String], startedAt: String, seed: UInt64, writers: Int, writesPerWriter: Int,
    runsMax: Int, runsOfSafe: Int, maps: [Map]
  ) {
    self.toolVersion = toolVersion
    self.commandLine = commandLine
    self.startedAt = startedAt
    self.seed = seed
    self.writers = writers
    self.writesPerWriter = writesPerWriter
    self.runsMax = runsMax
    self.runsOfSafe = runsOfSafe
    self.maps = maps
  }

  /// Of one run.
  package var writes: Int64 { Int64(writers) * Int64(writesPerWriter) }

  /// Sets verdict and exit status by what the maps have gone through.
  package mutating func judge(signal: Int32? = nil) {
    interrupted = signal != nil
    verdict = words
    exitStatus = signal.map { 128 + Int($0) } ?? (maps.allSatisfy(\.isAsExpected) ? 0 : 1)
  }
}

// MARK: Words

extension RaceResult {
  /// What became of one run.
  package func words(_ run: RaceRun) -> String {
    switch run.outcome {
    case .accounted: return "every write accounted for"
    case .crashed: return run.signal.map { "ended by \($0)" } ?? "crashed"
    case .hung: return "did not end, and was killed"
    case .reported: return "a data race, reported by ThreadSanitizer"
    case .lostWrites:
      let lost = writes - (run.found ?? 0)
      var parts: [String] = []
      if lost != 0 { parts.append(lost > 0 ? "\(lost) of \(writes) writes lost" : "\(-lost) writes too many") }
      if let leftOver = run.leftOver, leftOver != 0 {
        parts.append("\(NumberText.plural(abs(leftOver), "record")) too \(leftOver > 0 ? "many" : "few")")
      }
      return parts.joined(separator: ", ")
    }
  }

  fileprivate var words: String {
    var sentences: [String] = interrupted ? ["Interrupted."] : []
    for map in maps where !map.isSafe {
      if let (number, run) = map.failure {
        sentences.append(
          "The \(map.name) fails when \(writers) threads write to it: \(words(run)), in run \(number)"
            + " of at most \(runsMax).")
      } else if !map.runs.isEmpty {
        sentences.append("The \(map.name) was not seen to fail in \(NumberText.plural(map.runs.count, "run")).")
      }
    }
    let safe = maps.filter { $0.isSafe && !$0.runs.isEmpty }
    let survived = safe.filter { $0.failure == nil }.map(\.name)
    if !survived.isEmpty {
      let runs = safe[0].runs.count == 1 ? "1 run" : "each of \(safe[0].runs.count) runs"
      sentences.append(
        "\(NumberText.list(survived)) survived the same, with every one of \(writes) writes accounted for in \(runs).")
    }
    for map in safe {
      if let (number, run) = map.failure {
        sentences.append("\(map.name) FAILED in run \(number): \(words(run)).")
      }
    }
    return sentences.joined(separator: " ")
  }
}
