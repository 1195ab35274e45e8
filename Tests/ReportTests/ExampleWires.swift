// Made-up runs over two transports, with a wire and contexts that are known.

import Results

extension ExampleRun {
  /// The same as if one of them compressed header fields to a half.
  static func compressed(rounds: Int) -> RunResult {
    var result = overWires(rounds: rounds)
    for index in result.hopBytes.indices where result.hopBytes[index].transport == "http1" {
      result.hopBytes[index].uncompressedContextBytesPerHop = result.hopBytes[index].contextBytesPerHop * 2
      result.hopBytes[index].tableInsertionsPerHop = 1.5
    }
    return result
  }

  /// - Parameters:
  ///   - wire: nanoseconds that HTTP/1.1 adds to a hop.
  ///   - contexts: what each strategy adds to a hop over the frame, and over HTTP/1.1.
  static func overWires(
    rounds: Int, depths: [Int] = [1, 3], wire: Double = 6_000,
    contexts: [(name: String, frame: Double, http1: Double)] = [("packed", 2_000, 3_000), ("map", 23_000, 24_000)]
  ) -> RunResult {
    var kinds = [ExampleRun.kinds[0], ExampleRun.kinds[1]]
    kinds.append(kind("baseline/http1", nil, "none", wire, 0, 0, .faithful, transport: "http1"))
    for (name, frame, http1) in contexts {
      kinds.append(kind(name, name, name, frame, 70, 0, .faithful))
      kinds.append(kind(name + "/http1", name, name, wire + http1, 118, 0, .faithful, transport: "http1"))
    }
    var result = typical(rounds: rounds, depths: depths, kinds: kinds)
    for index in result.arms.indices { result.arms[index].transport = result.arms[index].transport ?? "frame" }
    return result
  }
}
