// What the files of a histogram are called. Names of arms may hold anything; names of files hold little.

package import Results
internal import Statistics

package enum HistogramFile {
  /// Without an ending: `map-depth-5-open`, `map-depth-5-closed-64x64`.
  package static func name(_ histogram: MergedHistogram) -> String {
    "\(plain(histogram.arm))-depth-\(histogram.depth)-\(histogram.phase.rawValue)"
      + (histogram.concurrency.map { "-\($0.name)" } ?? "")
  }

  /// One name each, in the same order: a name that came before gets a number.
  package static func names(_ histograms: [MergedHistogram]) -> [String] {
    var taken: Set<String> = []
    return histograms.map { histogram in
      let first = name(histogram)
      var name = first
      var number = 2
      while !taken.insert(name).inserted {
        name = "\(first)-\(number)"
        number += 1
      }
      return name
    }
  }

  private static func plain(_ arm: String) -> String {
    let allowed = { (scalar: Unicode.Scalar) in
      scalar.isASCII && (scalar.properties.isAlphabetic || ("0"..."9").contains(scalar) || scalar == "-")
    }
    let text = arm.unicodeScalars.map { $0 == "′" ? "-again" : allowed($0) ? String($0) : "_" }.joined()
    return text.isEmpty ? "_" : String(text.prefix(80))
  }
}
