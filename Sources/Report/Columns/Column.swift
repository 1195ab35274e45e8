// A column of a table: what it is called in a file and by people, and how an entry fills it. Text, Markdown, the page and
// files of numbers show the same columns; none of them knows what it shows.

internal import Results
internal import Statistics

struct Column<Entry> {
  /// In a file.
  let name: String
  let title: String
  let unit: String
  /// Where lines are short: title and unit below one another.
  var narrow: (title: String, unit: String)?
  /// Of the names in a file, where an entry fills several columns there.
  var endings = [""]
  let cell: (Entry) -> Cell

  init(
    _ name: String, _ title: String = "", _ unit: String = "", narrow: (title: String, unit: String)? = nil,
    endings: [String] = [""], cell: @escaping (Entry) -> Cell
  ) {
    self.name = name
    self.title = title
    self.unit = unit
    self.narrow = narrow
    self.endings = endings
    self.cell = cell
  }

  var names: [String] { endings.map { name + $0 } }
  var heading: ReportTable.Heading { ReportTable.Heading(title: title, unit: unit, narrow: narrow) }

  /// The same with another cell, or another heading where lines are short.
  func with(narrow: (title: String, unit: String)? = nil, _ cell: @escaping (Entry) -> Cell) -> Column {
    Column(name, title, unit, narrow: narrow ?? self.narrow, endings: endings, cell: cell)
  }

  /// With the ends of its band behind each value.
  var withBand: Column { with { cell($0).withBand } }
}

/// What stands in a place of a table: rounded for people, in full in files.
indirect enum Cell {
  typealias Form = (Double?) -> String

  /// How much of its scatter a value shows.
  enum Scatter { case none, half, range }

  case text(String?)
  /// One word for people, another one in files.
  case word(String, written: String?)
  case number(Double?, Form)
  /// In a file with the smallest and the largest of its rounds.
  case spread(MedianInterval?, Form, Scatter)
  /// A figure that is a lower bound of the true one; a file has a column of its own for that.
  case atLeast(Cell)
  /// In a file with the ends of its band.
  case point(DecayFigures.Point?, Form, Scatter)

  static func count(_ value: Double?) -> Cell { .number(value, NumberText.count) }
  static func microseconds(_ value: Double?) -> Cell { .number(value) { NumberText.microseconds($0) } }
  static func integer(_ value: (some BinaryInteger)?) -> Cell { .text(value.map { "\($0)" }) }
  static func full(_ value: Double?) -> Cell { .number(value) { ExactText.number($0) } }

  static func claim(_ comparison: Comparison?) -> Cell {
    let word =
      switch comparison?.verdict {
      case .difference: "yes"
      case .indicated: "indicated"
      case .noDifferenceSeen: "indistinct"
      case .rangeOnly: "range"
      case .tooFew, nil: NumberText.missing
      }
    return .word(word, written: comparison?.verdict.rawValue)
  }

  static func fidelity(_ fidelity: FidelityResult?) -> Cell {
    let word =
      switch fidelity?.verdict {
      case .faithful: "faithful"
      case .lostAsDeclared: "lost as declared"
      case .mismatch: "MISMATCH"
      case .notChecked, nil: "not checked"
      }
    return .word(word, written: fidelity?.verdict.rawValue)
  }

  var withBand: Cell {
    switch self {
    case .atLeast(let cell): .atLeast(cell.withBand)
    case .point(let point, let form, _): .point(point, form, .range)
    default: self
    }
  }

  var shown: String {
    switch self {
    case .text(let text): text ?? NumberText.missing
    case .word(let word, _): word
    case .number(let value, let form): form(value)
    case .atLeast(let cell): "≥" + cell.shown
    case .spread(let value, let form, .none): form(value?.median)
    case .spread(let value, let form, .half): NumberText.plusMinus(value, form)
    case .spread(let value, let form, .range): NumberText.withRange(value, form)
    case .point(let point, let form, .half):
      NumberText.plusMinus(point?.value, point?.roundCount ?? 0 > 1 ? point?.band : nil, form)
    case .point(let point, let form, .range) where point?.roundCount ?? 0 > 1:
      point.flatMap { point in point.band.map { NumberText.withRange(point.value, $0, unit: "", form) } }
        ?? form(point?.value)
    case .point(let point, let form, _): form(point?.value)
    }
  }

  /// For every ending of the column.
  var written: [String] {
    switch self {
    case .text(let text): [text ?? ""]
    case .word(_, let word): [word ?? ""]
    case .number(let value, _): [CSVTable.number(value)]
    case .atLeast(let cell): cell.written
    case .spread(let value, _, _): [value?.median, value?.min, value?.max].map { CSVTable.number($0) }
    case .point(let point, _, .none) where point?.band == nil && point?.roundCount == 0: [CSVTable.number(point?.value)]
    case .point(let point, _, _):
      [point?.value, point?.band?.lowerBound, point?.band?.upperBound].map { CSVTable.number($0) }
    }
  }
}

extension CSVTable {
  /// A file of entries, a line each.
  init<Entry>(_ columns: [Column<Entry>], _ entries: [Entry]) {
    self.init(columns: columns.flatMap(\.names))
    rows = entries.map { entry in
      columns.flatMap { column in
        let fields = column.cell(entry).written
        return (0..<column.endings.count).map { $0 < fields.count ? fields[$0] : "" }
      }
    }
  }
}
