import Documents

/// A report on one of the paper's tables: what was measured beside what was printed, in parts that a page is composed of.
///
/// A report is a function of its records: it holds no date and no path of this machine, so the same records give the
/// same bytes.
package protocol TableReport: Sendable {
  /// Its numbers for another program.
  associatedtype Summary: Encodable & Sendable

  /// What it draws from.
  var source: ExperimentRecords { get }
  /// What the paper printed; nil where nothing stands beside.
  var published: PublishedTable? { get }
  /// Its title.
  var title: String { get }
  /// Paragraphs of introduction, free of numbers.
  var introduction: [String] { get }
  /// What its definition wants said under the table.
  var remarks: [String] { get }

  /// The paper's table with the measured figures in it.
  func resultsTable() -> Table
  /// What the rows gain, where that is told apart.
  func gainsTable() -> Table?
  /// What the figures say, in plain sentences.
  func findings() -> [Typeset]
  /// How each number is computed.
  func methods() -> [Typeset]
  /// The charts, if any.
  func figures(_ drawings: [String: String]) -> [Document.Figure]
  /// The results as comma-separated values.
  func csv() -> String
  /// The numbers for another program: the same as in the tables.
  func summary() -> Summary
  /// The results alone as plain text: a screen for who waits for the rest of the runs.
  func terminalResults(width: Int) -> [String]
  /// The results with what they say, as plain text for a terminal of the given width.
  func terminalTable(width: Int) -> String
  /// How a variant is called in tables of runs.
  func rowLabel(_ variant: ReportVariant) -> Typeset
}

extension TableReport {
  /// The word that the report's files are named by: `table1`. A name of ours: letters and digits alone.
  var fileName: String {
    let plain = (published?.name ?? "table").filter { $0.isASCII && ($0.isLetter || $0.isNumber) }
    return plain.isEmpty ? "table" : String(plain.prefix(40))
  }

  /// How a variant is called in tables of runs: its name.
  package func rowLabel(_ variant: ReportVariant) -> Typeset { Typeset(variant.name) }

  /// Nothing more than what the figures say.
  package var remarks: [String] { [] }

  /// No charts.
  package func figures(_ drawings: [String: String]) -> [Document.Figure] { [] }

  /// The heading of the published figures, and of what was measured.
  func columnGroups() -> [Table.Group] {
    [
      Table.Group(Typeset(source.measuredWhere), origin: .measured),
      Table.Group(Typeset("published, \(published?.dataset ?? "none")"), origin: .published),
    ]
  }

  /// What a terminal is told under a table.
  func terminalRemarks(width: Int) -> [String] {
    var lines: [String] = []
    for finding in findings() { lines += finding.plain.wrapped(to: width) }
    if source.isSynthetic {
      lines += "The measured figures are of drawn images; the published ones are of photographs.".wrapped(to: width)
    }
    for remark in remarks { lines += remark.wrapped(to: width) }
    for note in source.gapNotes() { lines += note.plain.wrapped(to: width) }
    return lines
  }
}

extension AblationReport: TableReport {
  /// What each row gains.
  package func gainsTable() -> Table? { variants.count > 1 ? deltasTable() : nil }

  /// The row as the paper sets it.
  package func rowLabel(_ variant: ReportVariant) -> Typeset { label(variant.name, tellsWeights: true) }
}
