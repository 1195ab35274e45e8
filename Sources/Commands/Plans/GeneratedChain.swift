// A chain under a strategy, as `chain` and `capacity -n` generate it.

internal import ArgumentParser
internal import Topology

enum GeneratedChain {
  /// - Throws: `ValidationError` that names the option.
  static func make(
    depth: Int, strategy: String, growth: String?, keysPerLayer: Int?, size: Int, responseSize: Int
  ) throws -> Topology {
    do {
      return try ChainTopology.make(
        depth: depth, strategy: strategy, growth: growth ?? "shadow", keysPerLayer: keysPerLayer ?? 3,
        payloadSize: size, responseSize: responseSize, vocabulary: .current)
    } catch {
      throw ValidationError("--\(error)")
    }
  }
}
