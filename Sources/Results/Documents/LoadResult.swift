// What `ctxchain load` measured, as one document. The schema is docs/schema/load-result-2.schema.json.

package import Statistics

package struct LoadResult: ResultForm, Codable, Equatable {
  package static let formatName = "ctxchain-load"
  package static let currentVersion = 2

  /// Always `ctxchain-load`.
  package var format = Self.formatName
  package var version = Self.currentVersion
  package var toolVersion: String
  package var commandLine: [String]
  package var seed: UInt64
  /// Bytes that `opaque` carried; absent when they were those that `packed` would send.
  package var opaqueSize: Int?
  /// Stopped by a signal.
  package var interrupted = false
  /// `host:port`, or URL, over HTTP/1.1 behind its method, of a server that is not ours.
  package var entry: String
  /// What such a server has answered, lowest status first; absent of others.
  package var statuses: [StatusCount]?
  package var trial: Trial
  package var responseTime: LatencyHistogram

  package init(
    toolVersion: String, commandLine: [String], seed: UInt64, opaqueSize: Int? = nil, entry: String, trial: Trial,
    responseTime: LatencyHistogram
  ) {
    self.toolVersion = toolVersion
    self.commandLine = commandLine
    self.seed = seed
    self.opaqueSize = opaqueSize
    self.entry = entry
    self.trial = trial
    self.responseTime = responseTime
  }
}
