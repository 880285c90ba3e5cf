import Experiments
import Foundation
import Models
import Runs
import Tensors
import TestSupport
import Testing
import Trained

/// Every command that opens a run, on every composition of a network: it works, or says in a sentence what the run has
/// not.
@Suite struct MatrixTests {
  /// Trained once for all tests.
  private static let trained = Result { try MatrixProject() }

  private func matrix() throws -> MatrixProject { try Self.trained.get() }

  /// A query of the tiny project.
  private static let query = "0011_c1s1_000000_01.jpg"

  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  /// Runs a command on every row; `check` looks at what it did.
  private func onEveryRow(
    _ arguments: (MatrixProject.Row) -> [String], check: (MatrixProject.Row, BuiltCommand.Outcome) throws -> Void
  ) throws {
    let matrix = try matrix()
    try withEvery("row", in: matrix.rows) { row in try check(row, try matrix.aanet(arguments(row))) }
  }

  private func require(_ outcome: BuiltCommand.Outcome, ends status: Int32 = 0) throws {
    try Agreement.require(outcome.status == status, "it ended with \(outcome.status): \(outcome.complaints)")
  }

  private func requireRefusal(_ outcome: BuiltCommand.Outcome, by row: MatrixProject.Row) throws {
    try require(outcome, ends: 2)
    try Agreement.require(
      outcome.complaints.contains("was trained without the attribute task") && outcome.output.isEmpty,
      "\(outcome.complaints)")
  }

  @Test func everyRowOfTheTablesIsThere() throws {
    let rows = try matrix().rows + matrix().combined
    let library = ExperimentLibrary(project: try matrix().project.url)
    let trials = try (["quickstart", "compositions"]).flatMap {
      try library.plans($0, overrides: MatrixProject.changes)
    }.flatMap { try $0.trials() }
    // A row is there if a run of its settings is, under whichever table's name it was trained.
    for trial in trials {
      #expect(rows.contains { $0.settings == trial.settings }, "\(trial.experiment)/\(trial.variant)")
    }
    #expect(Set(rows.map(\.settings)).count == Set(trials.map(\.settings)).count)
    // Every task is on in one row and off in another.
    for task in TaskName.allCases { #expect(Set(rows.map { $0.has(task) }) == [true, false], "\(task)") }
  }

  /// What the descriptor that the evaluation stored says of a query is what the network says of the image: the readout
  /// and the pass must cut the descriptor alike.
  @Test func queryAndPredictSeeTheSameAttributes() throws {
    let matrix = try matrix()
    try onEveryRow {
      ["query", $0.name, Self.query, "--format", "json", "--out", "panels/\($0.name).png"]
    } check: {
      row, query in
      try require(query)
      let found = try object(query.output)
      try Agreement.require((found["matches"] as? [Any])?.count == 10, "\(query.output)")
      let stored = (found["query"] as? [String: Any])?["attributes"] as? [String: [String: Any]]
      let image = "data/tiny/query/\(Self.query)"
      let prediction = try matrix.aanet(["predict", row.name, image, "--format", "json", "--maps", "maps/\(row.name)"])
      guard row.has(.attribute) else {
        try Agreement.require(stored?.isEmpty == true, "\(query.output)")
        return try requireRefusal(prediction, by: row)
      }
      try require(prediction)
      let all = try JSONSerialization.jsonObject(with: Data(prediction.output.utf8)) as? [[String: Any]]
      let attributes = try #require(all?.first?["attributes"] as? [[String: Any]])
      try Agreement.require(attributes.count == 12 && stored?.count == 12, "\(attributes.count) attributes")
      for attribute in attributes {
        let name = attribute["name"] as? String ?? ""
        let here = attribute["probability"] as? Double ?? .nan
        let there = stored?[name]?["probability"] as? Double ?? .nan
        try Agreement.require(abs(here - there) < 1e-3, "\(name): \(here) and \(there)")
      }
    }
  }

  @Test func theGalleryIsSearchedByAttributes() throws {
    try onEveryRow {
      ["query", $0.name, "--where", "hat=no,hat=yes", "--format", "json", "--out", "\($0.name).png"]
    } check: { row, outcome in
      guard row.has(.attribute) else { return try requireRefusal(outcome, by: row) }
      try require(outcome)
      try Agreement.require(try object(outcome.output)["ranked"] as? Int == 13, "\(outcome.output)")
    }
  }

  /// The tasks that each figure is of; of several in a list one is enough.
  private static let needs: [String: [[TaskName]]] = [
    "union": [[.attribute], [.attention]], "comparison": [[.global], [.attention]],
    "maps": [[.attribute]], "ranking": [], "filtering": [[.attribute]], "attributes": [[.attribute]],
  ]

  @Test func figuresAreDrawnOrSaidToBeMissing() throws {
    let matrix = try matrix()
    try onEveryRow {
      ["figures", $0.name, "--queries", "1", "--worst", "1", "--top", "2", "--to", "figures/\($0.name)"]
    } check: { row, outcome in
      try require(outcome)
      let folder = matrix.project.url.appendingPathComponent("figures/\(row.name)")
      let record = try #require(try RunFigures(in: folder))
      let hasParts = row.settings.tasks.all.contains { $0.partWords != nil }
      try Agreement.require(
        record.figures.contains { $0.name == "parts" } == hasParts && (record.leftOut["parts"] == nil) == hasParts,
        "parts: \(outcome.output)")
      for (name, needs) in Self.needs {
        let missing = needs.filter { !$0.contains(where: row.has) }
        let figure = record.figures.first { $0.name == name }
        try Agreement.require((figure != nil) == missing.isEmpty, "\(name): \(outcome.output)")
        try Agreement.require(
          missing.joined().allSatisfy { record.leftOut[name]?.contains("'\($0.rawValue)'") == true }
            && (record.leftOut[name] == nil) == missing.isEmpty, "\(name) is left out: \(record.leftOut)")
        // What is said of a figure speaks of no task that the run has not.
        let words: [(String, [TaskName])] = [("identity", [.global, .identity]), ("attention map", [.attention])]
        for (word, tasks) in words where !tasks.contains(where: row.has) {
          let said = "\(figure?.caption ?? "") \(figure?.alternative ?? "")"
          try Agreement.require(!said.contains(word), "\(name): \(said)")
        }
      }
    }
  }

  @Test func everyRowIsExplored() throws {
    try onEveryRow {
      ["explore", $0.name, "--queries", "2", "--maps", "4", "--format", "json", "--out", "explored/\($0.name).html"]
    } check: { row, outcome in
      try require(outcome)
      let summary = try object(outcome.output)
      let left = (summary["left_out"] as? [String] ?? []).joined(separator: "\n")
      try Agreement.require(summary["queries"] as? Int == 2 && summary["pictures"] as? Int == 16, "\(outcome.output)")
      try Agreement.require(left.contains("without the attribute task") != row.has(.attribute), "\(left)")
      try Agreement.require(summary["maps"] as? Int == 4 || left.contains("no task of it has any"), "\(outcome.output)")
      try Agreement.require(left.contains("re-ranked") == (row.settings.evaluate.rerank != nil), "\(left)")
    }
  }

  @Test func weightsAreExportedWithAHeadForEachVector() throws {
    let matrix = try matrix()
    try onEveryRow {
      ["weights", "export", $0.name, "--to", "weights/\($0.name).safetensors"]
    } check: { row, outcome in
      try require(outcome)
      let file = matrix.project.url.appendingPathComponent("weights/\(row.name).safetensors")
      let names = Set(try SafeTensors(contentsOf: file).tensors.keys)
      let run = try TrainedRun(
        RunStore(root: matrix.project.url.appendingPathComponent("runs")).folder(for: row.run),
        in: Project(matrix.project.url))
      let heads = run.model.identityHeads.values.map(\.classifier.weight.name)
      try Agreement.require(heads.allSatisfy(names.contains), "\(names.sorted())")
      let parts = names.filter { $0.hasPrefix("part_heads.") && $0.hasSuffix(".classifier.weight") }
      try Agreement.require(parts.count == row.settings.tasks.part?.parts ?? 0, "\(parts)")
      try Agreement.require(
        names.contains("attribute_reduce.weight") == (row.settings.tasks.attribute?.features == .reduced),
        "\(names.sorted())")
    }
  }

  /// Every network becomes a model and a folder; what they compute is held against ONNX Runtime and PyTorch where they are
  /// kept for them (Tests/Export).
  @Test func everyNetworkIsExported() throws {
    let matrix = try matrix()
    try onEveryRow {
      [
        "export", $0.name, "--to", "exported/\($0.name)/model.onnx", "--examples", "data/tiny/query", "--format",
        "json",
      ]
    } check: { row, outcome in
      try require(outcome)
      let outputs = try object(outcome.output)["outputs"] as? [[String: Any]] ?? []
      let names = Set(outputs.compactMap { $0["name"] as? String })
      let parts = row.settings.tasks.part != nil
      try Agreement.require(
        names.contains("descriptor") && names.contains("attention_map") == row.has(.attention)
          && names.contains("part_rows") == parts && names.contains("attribute_hat") == row.has(.attribute)
          && names.contains("pair_map_1") == row.has(.pairs), "\(names.sorted())")
      try Agreement.require(
        outcome.complaints.contains("judges two images at a time") == row.has(.pairs), "\(outcome.complaints)")
      try require(try matrix.aanet(["export", row.name, "--to", "exported/\(row.name)/torch/"]))
    }
    if let kept = ProcessInfo.processInfo.environment["AANET_KEEP"], !kept.isEmpty {
      try FileManager.default.copyItem(
        at: matrix.project.url.appendingPathComponent("exported"),
        to: URL(fileURLWithPath: kept).appendingPathComponent("exported"))
    }
  }

  /// A row of several runs is searched; what needs a network names the runs that have one.
  @Test func aRowOfSeveralRunsIsSearchedAndSaysWhichToTakeElse() throws {
    let matrix = try matrix()
    #expect(matrix.combined.map(\.run.variant) == ["SPReID"])
    let image = "data/tiny/query/\(Self.query)"
    let bytes = try Data(contentsOf: matrix.project.url.appendingPathComponent(image))
    _ = try matrix.project.folder.write(Array(bytes), to: "photographs/person.jpg")
    for row in matrix.combined {
      let found = try matrix.aanet(
        ["query", row.name, Self.query, "--format", "json", "--out", "\(row.name).png"])
      try require(found)
      #expect((try object(found.output)["matches"] as? [Any])?.count == 10)
      // A photograph has no labels, which two of its three networks read.
      let photograph = try matrix.aanet(["query", row.name, "photographs/person.jpg"])
      try require(photograph, ends: 2)
      #expect(photograph.complaints.contains("lies outside the dataset"), "\(photograph.complaints)")
      let figures = try matrix.aanet(
        ["figures", row.name, "--queries", "1", "--worst", "1", "--top", "2", "--to", "figures/\(row.name)"])
      try require(figures)
      let explored = try matrix.aanet(["explore", row.name, "--format", "json", "--out", "explored/\(row.name).html"])
      try require(explored)
      let left = try #require(try object(explored.output)["left_out"] as? [String]).joined(separator: "\n")
      #expect(left.contains("maps: ") && left.contains("SPReID no fg/seed-1-"), "\(left)")
      #expect(figures.output.contains("ranking") && figures.complaints.contains("SPReID no fg/seed-1-"))
      for command in [
        ["query", row.name, Self.query, "--where", "hat=no"], ["predict", row.name, image],
        ["weights", "export", row.name, "--to", "none.safetensors"], ["export", row.name, "--to", "none.onnx"],
        ["export", row.name, "--to", "none/"],
      ] {
        let outcome = try matrix.aanet(command)
        try require(outcome, ends: 2)
        #expect(outcome.complaints.contains("SPReID no fg/seed-1-") && outcome.output.isEmpty, "\(outcome.complaints)")
      }
      try require(try matrix.aanet(["show", row.run.experiment, "--origins"]))
    }
    let killed = try matrix.aanet(
      ["verify-resume", "quickstart/table1", "--variant", "SPReID"] + MatrixProject.changes)
    #expect(killed.status != 0 && killed.complaints.contains("no training to be killed in"), "\(killed.complaints)")
  }

  /// Every row is watched, and written for TensorBoard and MLflow: once, whatever it is. `Tests/Viewers/check_viewers.py` reads
  /// what is kept with the two of them.
  @Test func everyRowIsWatchedAndExported() throws {
    let matrix = try matrix()
    let count = matrix.rows.count + matrix.combined.count
    let watched = try matrix.aanet(["watch", "--once", "--format", "json"])
    try require(watched)
    let seen = try #require(try object(watched.output)["runs"] as? [[String: Any]])
    #expect(seen.count == count && seen.allSatisfy { $0["state"] as? String == "finished" && $0["mAP"] is Double })
    let drawn = try #require(matrix.rows.first { $0.has(.attribute) })
    try require(try matrix.aanet(["figures", drawn.name, "--queries", "1", "--worst", "1", "--top", "2"]))
    let kept = ProcessInfo.processInfo.environment["AANET_KEEP"].flatMap { $0.isEmpty ? nil : $0 }
    for tool in ["tensorboard", "mlflow"] {
      let export = ["runs", "export", "--to", tool, "\(kept ?? matrix.project.url.path)/viewers/\(tool)"]
      let first = try matrix.aanet(export + ["--format", "json"])
      try require(first)
      let written = try JSONSerialization.jsonObject(with: Data(first.output.utf8)) as? [[String: Any]]
      #expect(written?.count == count && written?.allSatisfy { $0["numbers"] as? Int ?? 0 > 0 } == true)
      let second = try matrix.aanet(export)
      #expect(second.output == "nothing is new of \(count) runs\n", "\(second.output)")
    }
  }

  @Test func runsAreComparedReportedJudgedAndVerified() throws {
    let matrix = try matrix()
    let names = (matrix.rows + matrix.combined).map(\.name)
    let comparison = try matrix.aanet(["compare"] + names + ["--format", "json", "--out", "compared"])
    try require(comparison)
    let groups = try #require(try object(comparison.output)["groups"] as? [[String: Any]])
    #expect(groups.count == names.count && groups.allSatisfy { ($0["metrics"] as? [String: Any])?["mAP"] != nil })
    #expect(matrix.project.folder.files().contains("compared/index.html"))

    let verified = try matrix.aanet(["runs", "verify"])
    try require(verified)
    #expect(verified.output.contains("\(names.count) finished runs: \(names.count) as they were sealed"))

    let report = try matrix.aanet(["report", "quickstart"] + MatrixProject.changes)
    try require(report)
    #expect(!report.output.contains("Not finished"), "\(report.output)")
    let notebook = try matrix.aanet(["report", "paper"] + MatrixProject.changes)
    try require(notebook)
    #expect(matrix.project.folder.files().contains("reports/_out/paper/index.html"))
    if let kept = ProcessInfo.processInfo.environment["AANET_KEEP"], !kept.isEmpty {
      try FileManager.default.copyItem(
        at: matrix.project.url.appendingPathComponent("reports/_out"),
        to: URL(fileURLWithPath: kept).appendingPathComponent("matrix"))
    }
    let compositions = try matrix.aanet(["report", "compositions"] + MatrixProject.changes)
    // No published table has these rows: they are shown as they are, with nothing of the paper beside them.
    try require(compositions)
    #expect(compositions.output.contains("Variant"), "\(compositions.output)")
    for word in ["paper", "published"] { #expect(!compositions.output.contains(word), "\(compositions.output)") }

    // On drawn data a claim may be missed by chance: the ledger is whole, whatever it says.
    let claims = try matrix.aanet(["claims", "--format", "json"] + MatrixProject.changes)
    #expect([0, 1].contains(claims.status), "\(claims.complaints)")
    let judgements = try #require(try object(claims.output)["judgements"] as? [[String: Any]])
    #expect(judgements.contains { $0["measured"] != nil })
    try require(try matrix.aanet(["claims", "--deviations"]))
  }
}
