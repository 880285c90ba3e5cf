@testable import Notebook
import Documents
import Evidence
import Foundation
import Runs
import Tensors
import TestSupport

/// The files of a run's folder: the first byte names the file that the rest becomes, and what is read of it is reported on.
struct RecordsTarget: FuzzTarget {
  private let folder: ScratchFolder
  private let store: RunStore

  init() throws {
    _ = try FabricatedRecords.tables(of: FabricatedRecords.record())  // a target without them would see little
    folder = try ScratchFolder("runs")
    store = RunStore(root: folder.url)
    try FileManager.default.createDirectory(
      at: store.folder(for: FabricatedRecords.run), withIntermediateDirectories: true)
  }

  /// The files by the letter that names them.
  private static let files: [UInt8: RunStore.File] = [
    UInt8(ascii: "m"): .metrics, UInt8(ascii: "r"): .ranks, UInt8(ascii: "e"): .epochs,
    UInt8(ascii: "p"): .provenance, UInt8(ascii: "y"): .plan,
  ]
  private static let figures = UInt8(ascii: "f")
  private static let manifest = UInt8(ascii: "h")

  func feed(_ bytes: [UInt8]) {
    guard let first = bytes.first else { return }
    let rest = Array(bytes.dropFirst())
    if first == Self.figures {
      guard (try? folder.write(rest, to: RunFigures.fileName)) != nil else { return }
      _ = try? RunFigures(in: folder.url)
    } else if first == Self.manifest {
      guard let page = try? folder.write(rest, to: "page.html") else { return }
      _ = try? PageVerification(of: page, against: store)
    } else if let file = Self.files[first] {
      let run = FabricatedRecords.run
      let path = store.url(file, of: run)
      defer { unlink(path.path) }
      let name = String(path.path.dropFirst(folder.url.path.count + 1))
      guard (try? folder.write(rest, to: name)) != nil else { return }
      if (try? store.ranks(of: run)) != nil || file != .ranks { _ = try? store.plan(of: run) }
      guard let found = try? store.record(for: run) else { return }
      report(
        FabricatedRecords.record(
          folder: found.folder, epochs: file == .epochs ? found.epochs : [FabricatedRecords.epoch(1)],
          metrics: found.metrics ?? FabricatedRecords.metrics,
          provenance: found.provenance ?? FabricatedRecords.provenance))
    }
  }

  /// Everything that a report makes of a record but pictures.
  private func report(_ record: RunRecord) {
    guard let tables = try? FabricatedRecords.tables(of: record) else { return }
    for table in tables {
      _ = table.report.csv
      _ = table.report.terminalTable(width: 80)
      _ = try? JSONEncoder().encode(table.report.summary)
    }
    let blocks = tables.map(\.report).flatMap { report -> [Block] in
      [.table(report.results, csv: report.csv), .list(report.findings)]
    }
    for block in blocks {
      _ = block.html(label: "")
      _ = block.markdown(label: "")
    }
    _ = try? NotebookReport.tables(of: tables.map(\.report), title: "fuzz", command: "aanet run made/up")
    _ = try? PageManifest(of: [record])
    for ranks in [try? RunStore.ranks(in: record.folder)].compactMap({ $0 ?? nil }) {
      _ = RetrievalCurves.cumulatedMatching(ranks, last: 20)
      _ = RetrievalCurves.precision(ranks)
    }
  }

  func seeds() throws -> [String: [UInt8]] {
    let run = FabricatedRecords.run
    try store.writeMetrics(FabricatedRecords.metrics, of: run)
    try store.writeRanks(FabricatedRecords.ranks, of: run)
    try store.writeProvenance(FabricatedRecords.provenance, of: run)
    try store.writePlan("dataset: synthetic-duke\nseeds: [1]\n", of: run)
    for number in 1...2 { try store.append(FabricatedRecords.epoch(number), of: run) }
    var seeds: [String: [UInt8]] = [:]
    for (letter, file) in Self.files {
      seeds[file.rawValue] = [letter] + Array(try Data(contentsOf: store.url(file, of: run)))
    }
    let figure = RunFigures.Figure(
      name: "maps", file: "maps.png", preview: "maps.jpg", paper: "Figure 6", caption: "Maps", alternative: "maps",
      width: 1, height: 1, rows: [RunFigures.Row(image: "a.jpg", numbers: ["x": 1], words: ["y": ["z"]])])
    try RunFigures(run: "r", dataset: "d", isDrawn: true, figures: [figure], leftOut: ["parts": "off"])
      .write(to: folder.url)
    seeds[RunFigures.fileName] =
      [Self.figures] + Array(try Data(contentsOf: folder.url.appendingPathComponent(RunFigures.fileName)))
    return seeds
  }
}
