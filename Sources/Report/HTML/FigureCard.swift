// A picture, what it shows, and the numbers in it as a table that opens on a click. It never rounds the numbers.

internal import Results

struct FigureCard {
  /// Rows of text; numbers stand to the right.
  struct NumberTable {
    let columns: [String]
    /// How many of the columns, from the left, are words.
    let wordColumnCount: Int
    let rows: [[String]]
  }

  /// Of the element; unique on the page.
  let id: String
  let title: String
  let caption: String
  let picture: Markup
  let numbers: NumberTable
  var isWide = false
  /// Between the picture and the table.
  var notes: [Markup] = []

  var markup: Markup {
    .element(
      "figure", ["id": id, "class": isWide ? "card wide" : "card"],
      [
        .element("figcaption", [:], [.element("h3", text: title), .element("p", text: caption)]), picture,
        Markup(notes),
        .element(
          "details", [:],
          [.element("summary", text: "Numbers"), .element("div", ["class": "scroll"], [numbers.markup])]),
      ])
  }
}

extension FigureCard.NumberTable {
  var markup: Markup {
    let head = columns.enumerated().map { index, title in
      Markup.element("th", ["scope": "col", "class": index < wordColumnCount ? nil : "number"], text: title)
    }
    let lines = rows.map { row in
      Markup.element(
        "tr", [:],
        row.enumerated().map { index, text in
          index < wordColumnCount
            ? .element(index == 0 ? "th" : "td", index == 0 ? ["scope": "row"] : [:], text: text)
            : .element("td", ["class": "number"], text: text)
        })
    }
    return .element(
      "table", [:], [.element("thead", [:], [.element("tr", [:], head)]), .element("tbody", [:], lines)])
  }
}
