import Documents
import Evidence
import Foundation
import Runs
import Support

/// A table that a notebook draws from, under the name that its cells and values use.
package struct NotebookTable: Sendable {
  /// The name: `table3`.
  package var name: String
  /// The report on the experiment's records.
  package var report: Report

  package init(name: String, report: Report) {
    self.name = name
    self.report = report
  }

  /// The row of a name.
  ///
  /// - Throws: a `ConfigurationError` with the nearest name.
  func row(_ word: String, at location: SourceLocation?) throws(ConfigurationError) -> Row {
    let rows = report.rows
    if let row = rows.first(where: { $0.name == word }) { return row }
    throw ConfigurationError(
      at: location, Wording.unknown("\(name) has no row", naming: word, among: rows.map(\.name)))
  }

  /// A digest of all that its cells draw from: definition, records, the paper's figures.
  func digest() throws -> String {
    let source = report.records
    var parts = [
      name, source.experiment, source.dataset, "\(source.isSynthetic)", source.command, "\(report.basis.definition)",
      try RunJSON.text(of: report.published),
    ]
    for variant in source.variants {
      parts += ["variant", variant.name, "\(String(describing: variant.network))"]
      for trial in variant.trials {
        parts.append("\(trial.seed)")
        guard let record = trial.record else { continue }
        parts += [source.folderName(record), record.identity.hash]
        parts.append(try RunJSON.text(of: record.metrics))
        parts.append(try RunJSON.text(of: record.epochs))
        parts.append(try RunJSON.text(of: record.provenance))
      }
    }
    return SHA256.hexadecimal(Data(parts.map { "\($0.utf8.count):\($0)" }.joined().utf8))
  }
}

/// What `{{table3.Lg.mAP}}` stands for: a table, a row, a figure, and which reading of it.
struct NotebookValue {
  enum Reading: String, CaseIterable {
    /// The mean over the finished seeds; what is meant where no reading is named.
    case mean
    /// The sample deviation over the seeds.
    case deviation
    case spread
    /// How many seeds are finished.
    case n
    /// How many are planned.
    case planned
    case published
    /// The mean gain over the row above, seed by seed.
    case gain
    /// Half of the gain's 95 % interval.
    case noise
    /// The mean over the classes of the share that is right.
    case balanced
    /// What always saying the most frequent class gives.
    case majority
    /// What unlabelled colours leave to a perfect prediction.
    case ceiling
  }

  /// Looks a path up.
  ///
  /// - Throws: a `ConfigurationError` at the value with the nearest word, where a word is none.
  static func piece(
    _ path: [String], in tables: [NotebookTable], at location: SourceLocation
  ) throws(ConfigurationError) -> Typeset.Piece {
    guard let table = tables.first(where: { $0.name == path[0] }) else {
      throw ConfigurationError(
        at: location,
        Wording.unknown("there is no table \(Wording.quoted(path[0])) here", path[0], among: tables.map(\.name)))
    }
    let source = table.report.records
    switch path.dropFirst() {
    case ["experiment"]: return .code(source.experiment)
    case ["dataset"]: return .code(source.dataset)
    case ["title"]: return .text(table.report.title)
    default: break
    }
    let row = try table.row(path[1], at: location)
    let figures = table.report.metrics
    guard path.count > 2, let figure = figures.first(where: { $0.name == path[2] }) else {
      let word = path.count > 2 ? path[2] : ""
      throw ConfigurationError(
        at: location,
        Wording.unknown("\(table.name) has no figure", naming: word, among: figures.map(\.name)))
    }
    let word = path.count > 3 ? path[3] : Reading.mean.rawValue
    guard path.count < 5, let reading = Reading(rawValue: word) else {
      throw ConfigurationError(
        at: location,
        Wording.unknown(
          "\(Wording.quoted(path.last ?? "")) is no reading of a figure", word, among: Reading.allCases.map(\.rawValue))
      )
    }
    let what = "\(table.report.published?.label ?? table.name), \(row.name), \(path[2])"
    return value(reading, of: row, figure: figure, in: table, what: what)
  }

  private static func value(
    _ reading: Reading, of row: Row, figure: Metric, in table: NotebookTable, what: String
  ) -> Typeset.Piece {
    let sample = row.sample(figure)
    let seeds = row.values(figure).keys.sorted().map(String.init)
    let measured =
      "\(what): \(reading.rawValue) over seeds \(Numerals.list(seeds)) of \(table.report.records.experiment)"
    func number(
      _ value: Double?, _ evidence: Typeset.Evidence? = nil, _ text: (Double) -> String = { Numerals.number($0) }
    ) -> Typeset.Piece {
      value.map { .value(text($0), .measured, of: measured, evidence) }
        ?? .value("[\(what), \(reading.rawValue): not measured]", .missing, of: "no finished run gives it")
    }
    switch reading {
    case .mean: return number(sample?.mean, row.evidence(figure))
    case .deviation: return number(sample?.deviation)
    case .spread:
      return sample.map { .value(Numerals.spread($0), .measured, of: measured, row.evidence(figure)) } ?? number(nil)
    case .n: return .value("\(sample?.count ?? 0)", .measured, of: "\(what): finished seeds")
    case .planned: return .value("\(row.variant?.trials.count ?? 0)", .measured, of: "\(what): planned seeds")
    case .published:
      return row.published(figure).map {
        .value(Numerals.number($0), .published, of: "\(what), as the paper prints it")
      }
        ?? .value("[\(what): the paper prints none]", .missing, of: "no such figure in published.yaml")
    case .gain, .noise:
      let rows = table.report.rows.filter { $0.variant != nil }
      guard let place = rows.firstIndex(where: { $0.name == row.name }), place > 0 else { return number(nil) }
      let step = Difference(from: rows[place - 1], to: row, in: figure)
      return reading == .gain ? number(step.paired?.mean) { Numerals.signed($0) } : number(step.noise)
    case .balanced: return number(row.sample(.attribute(figure.name, .balanced))?.mean)
    case .majority: return number(table.report.ofData(figure, .majority))
    case .ceiling: return number(table.report.ofData(figure, .ceiling))
    }
  }
}
