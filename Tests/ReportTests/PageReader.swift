// Reads back what a page says: the tables of its figures, cell by cell, and nothing that it does not say.

import Foundation
import Testing

struct PageReader {
  let html: String

  /// Columns, then rows, of the table of the figure with this id.
  func table(_ id: String) throws -> (columns: [String], rows: [[String]]) {
    let figure = try figure(id)
    let table = try #require(figure.range(of: "<table").map { figure[$0.lowerBound...] }, "\(id) has no table")
    let rows = table.split(separator: "<tr").dropFirst().map { row in
      row.split(separator: "</t").compactMap(cell)
    }
    return (try #require(rows.first), Array(rows.dropFirst()))
  }

  func figure(_ id: String) throws -> Substring {
    let start = try #require(html.range(of: "<figure id=\"\(id)\""), "no figure \(id)")
    let end = try #require(html[start.lowerBound...].range(of: "</figure>"))
    return html[start.lowerBound..<end.upperBound]
  }

  /// The text of a piece that ends with a cell, without its tags; nil when there is no cell in it.
  private func cell(_ piece: Substring) -> String? {
    guard let tag = piece.ranges(of: /<t[hd][ >]/).last, let end = piece[tag.lowerBound...].firstIndex(of: ">") else {
      return nil
    }
    let text = piece[piece.index(after: end)...]
    return Self.unescaped(String(text.replacing(/<[^>]*>/, with: "")))
  }

  static func unescaped(_ text: String) -> String {
    text.replacing("&lt;", with: "<").replacing("&gt;", with: ">").replacing("&quot;", with: "\"")
      .replacing("&#39;", with: "'").replacing("&amp;", with: "&")
  }
}
