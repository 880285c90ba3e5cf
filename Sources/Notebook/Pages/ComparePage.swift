import Charts
import Documents
import Evidence
import Foundation
import Support

/// The page of a comparison of runs.
extension RunComparison {
  /// Writes the page, whole in one file, and its charts as SVG and PNG beside it; returns the files, the page first.
  ///
  /// - Throws: a ``PlainError`` where gnuplot is missing, and where the folder holds files that are not a comparison's.
  @discardableResult
  package func write(to folder: URL) throws -> [URL] {
    // What is damaged is named on the page; it has nothing that could be recomputed.
    let sound = groups.flatMap(\.finished).filter(\.damage.isEmpty).map(\.record)
    let known = [Page.file] + Drawing.files(of: EpochReading.all.map(\.name))
    return try PageFiles(drawings: drawings(), records: sound, document: document)
      .write(to: folder, isKnown: known.contains)
  }

  /// A folder's name for comparing these names: of letters and digits, no longer than file systems take.
  package static func folderName(for names: [String]) -> String {
    let joined = names.joined(separator: "_vs_")
    let plain = String(
      joined.map { $0.isASCII && ($0.isLetter || $0.isNumber || "+._-".contains($0)) ? $0 : "-" }
        .drop { $0 == "." })
    // What had to be changed or cut off is told apart by a digest of the whole.
    let isSame = plain == joined.replacing("/", with: "-") && plain.count <= 100 && !plain.isEmpty
    return isSame ? plain : "\(plain.prefix(80))-\(SHA256.hexadecimal(joined.utf8).prefix(8))"
  }

  private var title: String {
    groups.count <= 3 ? groups.map(\.label).joined(separator: " and ") : "\(groups.count) rows side by side"
  }

  private func document(_ figures: [Figure]) -> Document {
    var blocks: [Block] = [.notice(Typeset(dataStatement()))]
    blocks += cautions().map { .notice(Typeset($0)) }
    blocks += [.heading("Figures", name: "figures"), .table(levelsTable()), .list(findings())]
    if let deltas = deltasTable() { blocks.append(.table(deltas)) }
    blocks.append(.heading("Settings", name: "differing"))
    blocks.append(settingsTable().map { .table($0) } ?? .paragraph(Typeset(noSettings)))
    blocks += [.heading("Training", name: "curves"), .table(trainingTable())]
    if let selection = curveSelection { blocks.append(.paragraph(Typeset(selection))) }
    blocks += figures.map { .figure($0) }
    blocks.append(.heading("Queries", name: "query-list"))
    if let table = queriesTable() {
      blocks.append(.table(table))
      if let flips = flipsTable() { blocks.append(.table(flips)) }
    } else {
      blocks.append(.paragraph(Typeset(noQueries)))
    }
    blocks += [.heading("Runs", name: "run-list"), .table(runsTable())]
    blocks += [.heading("How each number is computed", name: "methods"), .list(Self.methods)]
    return Document(
      title: title,
      subtitle: Typeset("Compared: ") + Typeset.list(names.prefix(8).map { Typeset([.code($0)]) })
        + (names.count > 8 ? " …" : ""), blocks: blocks)
  }

  private static let methods: [Typeset] = [
    "mAP is the rectangle form: the mean, over a query’s true matches, of the precision at that match, then the mean "
      + "over queries; mAP (trapezoid) is the form of the benchmark’s own code.",
    .rankOne, .deviation, .gainAndNoise,
  ]
}
