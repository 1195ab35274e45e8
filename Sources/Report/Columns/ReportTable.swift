// A table as every form of a report shows it: titles, units, cells for people. It knows no form of output.

struct ReportTable {
  struct Heading {
    let title: String
    let unit: String
    var narrow: (title: String, unit: String)?

    init(title: String, unit: String = "", narrow: (title: String, unit: String)? = nil) {
      self.title = title
      self.unit = unit
      self.narrow = narrow
    }
  }

  let title: String
  /// How it is to be read.
  var lead = ""
  /// The first one is of names.
  let headings: [Heading]
  let rows: [[String]]
  /// Lines below it.
  var notes: [String] = []

  /// nil without rows.
  init?(title: String, lead: String = "", headings: [Heading], rows: [[String]], notes: [String] = []) {
    guard !rows.isEmpty else { return nil }
    self.title = title
    self.lead = lead
    self.headings = headings
    self.rows = rows
    self.notes = notes
  }

  init?<Entry>(title: String, lead: String = "", _ columns: [Column<Entry>], _ entries: [Entry]) {
    self.init(
      title: title, lead: lead, headings: columns.map(\.heading),
      rows: entries.map { entry in columns.map { $0.cell(entry).shown } })
  }

  // MARK: Forms

  /// Without title and lead. The first column is aligned left where it is of names.
  func textLines(alignsFirstLeft: Bool = true, size: Int = TextTable.lineSizeMax) -> [String] {
    TextTable.lines(
      headings.map { $0.narrow ?? ($0.title, $0.unit) }, rows, leftCount: alignsFirstLeft ? 1 : 0, size: size)
  }

  /// Titles with their units on one line.
  var wideTitles: [String] { headings.map { $0.unit.isEmpty ? $0.title : "\($0.title), \($0.unit)" } }
}
