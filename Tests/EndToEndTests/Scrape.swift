// What a program serves to Prometheus, fetched by curl.

import Foundation
import Testing

let curl = "/usr/bin/curl"

struct Scrape {
  let text: String
  /// Values by series.
  let series: [String: Double]

  init(_ text: String) {
    self.text = text
    var series: [String: Double] = [:]
    for line in text.split(separator: "\n") where !line.hasPrefix("#") {
      guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else { continue }
      series[String(line[..<space])] = value
    }
    self.series = series
  }

  /// Nil where nobody answers.
  static func of(_ url: String) throws -> Scrape? {
    let program = try Program(["-sf", "--max-time", "30", url], command: curl)
    return try program.wait() == 0 ? Scrape(program.out) : nil
  }

  /// The sum of all series of a family with these parts.
  func sum(_ family: String, _ parts: String...) -> Double {
    matching(family, parts).reduce(0) { $0 + $1.value }
  }

  func has(_ family: String, _ parts: String...) -> Bool { !matching(family, parts).isEmpty }

  private func matching(_ family: String, _ parts: [String]) -> [String: Double] {
    series.filter { one in one.key.hasPrefix(family + "{") && parts.allSatisfy { one.key.contains($0) } }
  }

  /// Series that counted down since an earlier scrape.
  func fallen(since earlier: Scrape) -> [String] {
    earlier.series.filter { one in
      let name = one.key.prefix { $0 != "{" }
      let isCounter = ["_total", "_bucket", "_count", "_sum"].contains { name.hasSuffix($0) }
      return isCounter && (series[one.key] ?? -1) < one.value
    }.map(\.key)
  }
}

extension Program {
  /// Where it serves metrics, once it has said so.
  func metricsURL() throws -> String {
    var url: String?
    try until("the address of metrics") {
      url = error.firstMatch(of: /metrics at (http:\S+)\n/).map { String($0.1) }
      return url != nil
    }
    return try #require(url)
  }

  /// Polls the metrics until `condition` holds of them.
  @discardableResult
  func scrape(_ url: String, until what: String, _ condition: (Scrape) -> Bool) throws -> Scrape {
    var last: Scrape?
    try until(what, seconds: 60) {
      guard let scrape = try? Scrape.of(url) else { return false }
      last = scrape
      return condition(scrape)
    }
    return try #require(last)
  }
}
