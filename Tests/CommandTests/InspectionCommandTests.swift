import Datasets
import Foundation
import Runs
import TestSupport
import Testing
import Trained

/// `aanet query`, `aanet predict` and `aanet figures` as a person meets them, on one trained run.
@Suite struct InspectionCommandTests {
  /// A project with a run of every task and one of the global task alone, trained once for all tests.
  private static let trained: Result<TinyProject, any Error> = Result {
    let project = try TinyProject()
    let outcome = try BuiltCommand.run(["run", "tiny", "train.epochs=1"], in: project.url)
    return outcome.status == 0 ? project : try #require(nil as TinyProject?, "\(outcome.complaints)")
  }

  private func project() throws -> TinyProject { try Self.trained.get() }

  private func aanet(_ arguments: String...) throws -> BuiltCommand.Outcome {
    try BuiltCommand.run(arguments, in: try project().url)
  }

  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  private func isPNG(_ path: String) throws -> Bool {
    let data = try Data(contentsOf: URL(fileURLWithPath: path, relativeTo: try project().url))
    return try PNG.decode(data).width > 200
  }

  private static let query = "0011_c1s1_000000_01.jpg"

  /// A folder of photographs under names of every kind, one of them cut short and one no image at all.
  private func photographs() throws -> TemporaryFolder {
    let folder = try TemporaryFolder()
    let source = try project().url.appendingPathComponent("data/tiny/query")
    let names = try FileManager.default.contentsOfDirectory(atPath: source.path).sorted()
    let hostile = ["'; system(\"touch x\"); '.jpg", "<b>&\n`id`.JPG", "=cmd,\"q\".jpeg", "日本.jpg"]
    for (from, to) in zip(names, hostile) {
      try folder.write([UInt8](Data(contentsOf: source.appendingPathComponent(from))), to: to)
    }
    try folder.write([UInt8](Data(contentsOf: source.appendingPathComponent(names[0])).prefix(300)), to: "cut.jpg")
    try folder.write("no image", to: "text.jpg")
    try folder.write("passed over", to: "notes.txt")
    return folder
  }

  // MARK: query

  @Test func aQueryOfTheRunIsRankedByTheProtocol() throws {
    let json = try aanet("query", "all/1", Self.query, "--top", "50", "--format", "json", "--out", "panels/a.png")
    #expect(json.status == 0, "\(json.complaints)")
    let report = try object(json.output)
    let matches = try #require(report["matches"] as? [[String: Any]])
    // Of 14 gallery images the junk is left out and the query's person by the query's camera.
    #expect(report["gallery"] as? Int == 14 && report["left_out"] as? Int == 2 && matches.count == 12)
    #expect(matches.map { $0["rank"] as? Int } == (1...12).map { $0 })
    let distances = matches.compactMap { $0["distance"] as? Double }
    #expect(distances.count == 12 && distances == distances.sorted())
    for match in matches {
      #expect(match["right"] as? Bool == (match["identity"] as? Int == 11))
      #expect(match["identity"] as? Int != -1 && !(match["identity"] as? Int == 11 && match["camera"] as? Int == 1))
    }
    // What ranks.json says of the same query.
    let run = try #require(
      RunStore(root: try project().url.appendingPathComponent("runs")).identities().first { $0.variant == "all" })
    let ranks = try #require(try RunStore(root: try project().url.appendingPathComponent("runs")).ranks(of: run))
    let recorded = try #require(ranks.first { $0.query == Self.query })
    #expect(matches.filter { $0["right"] as? Bool == true }.compactMap { $0["rank"] as? Int } == recorded.matchRanks)
    #expect(try isPNG("panels/a.png"))

    let path = "data/tiny/query/\(Self.query)"
    let table = try aanet("query", "all/1", path, "--top", "3", "--out", "b.png")
    #expect(table.status == 0 && table.output.contains("\(Self.query) · 12 of 14 images ranked · 2 true matches · AP"))
    #expect(table.output.split(separator: "\n").count == 5 && table.complaints.contains("b.png"))
  }

  @Test func conditionsFilterAndLabelsThatAreMissingNeverMatch() throws {
    func ranked(_ arguments: String...) throws -> [[String: Any]] {
      let all = ["query", "all/1", "--format", "json", "--top", "100", "--out", "c.png"] + arguments
      let outcome = try BuiltCommand.run(all, in: try project().url)
      #expect(outcome.status == 0, "\(outcome.complaints)")
      return try #require(try object(outcome.output)["matches"] as? [[String: Any]])
    }
    func values(_ matches: [[String: Any]], _ name: String) -> Set<String> {
      Set(matches.compactMap { (($0["attributes"] as? [String: Any])?[name] as? [String: Any])?["value"] as? String })
    }
    let everybody = try ranked("--where", "gender=male,gender=female")
    let men = try ranked("--where", "gender=male")
    let women = try ranked("--where", "gender=female")
    #expect(everybody.count == 13 && men.count + women.count == 13)
    #expect(values(men, "gender").isSubset(of: ["male"]) && values(women, "gender").isSubset(of: ["female"]))
    let likely = men.compactMap { $0["probability"] as? Double }
    #expect(likely == likely.sorted(by: >) && likely.count == men.count)

    // Identities 11 to 14: gender is the identity modulo 2, of which 0 is male; the distractor is not labelled.
    let labelled = try ranked("--where", "gender=male", "--by", "labelled")
    #expect(
      Set(labelled.compactMap { $0["identity"] as? Int }) == [12, 14]
        && labelled.allSatisfy { $0["right"] as? Bool == true })
    // Age is the identity modulo 4 where that is 0 or 1, and else nobody wrote it.
    let ages = try ranked("--where", "age=young,age=teenager,age=adult,age=old", "--by", "labelled")
    #expect(Set(ages.compactMap { $0["identity"] as? Int }) == [12, 13])

    // A model that predicts nothing can still be asked by labels; the gallery's order is the list's then.
    let plain = try aanet("query", "plain/1", "--where", "gender=male", "--by", "labelled", "--out", "f.png")
    #expect(plain.status == 0 && plain.output.contains("6 of 14 images ranked"), "\(plain.output)\(plain.complaints)")

    let like = try ranked(Self.query, "--like", "gender")
    #expect(values(like, "gender").count == 1 || like.isEmpty)
    let both = try ranked(Self.query, "--where", "gender=male")
    #expect(both.compactMap { $0["unfiltered_rank"] as? Int }.count == both.count && both.count <= 12)
  }

  @Test func aFolderOfPhotographsIsSearched() throws {
    let folder = try photographs()
    let outcome = try aanet(
      "query", "all/1", folder.url.appendingPathComponent("日本.jpg").path, "--gallery", folder.url.path, "--format",
      "json",
      "--out", "d.png")
    // Two files cannot be read, which is said and shows in the exit code.
    #expect(outcome.status == 1 && outcome.complaints.contains("cut.jpg") && outcome.complaints.contains("text.jpg"))
    #expect(outcome.complaints.contains("2 images of 6 could not be read"))
    let matches = try #require(try object(outcome.output)["matches"] as? [[String: Any]])
    #expect(matches.count == 3 && matches.allSatisfy { $0["right"] == nil && $0["identity"] == nil })
    #expect(try isPNG("d.png"))
    #expect(!FileManager.default.fileExists(atPath: try project().url.appendingPathComponent("x").path))
  }

  @Test func wrongQueriesSayWhatWasMeant() throws {
    let folder = try photographs()
    let empty = try TemporaryFolder()
    let cases: [([String], [String])] = [
      (["all/1", "0011_c1s1_000000_02.jpg"], ["did you mean '\(Self.query)'?"]),
      (["all/1", Self.query, "--where", "gendr=male"], ["did you mean 'gender'?"]),
      (["all/1", "--where", "gender=mael"], ["did you mean 'male'?"]),
      (["all/1", Self.query, "--like", "haar"], ["did you mean 'hair'?"]),
      (["tiny/al/1", Self.query], ["did you mean 'tiny/all/1'?"]),
      (["plain/1", "--where", "gender=male"], ["without the attribute task"]),
      (["plain/1", Self.query, "--like", "hair", "--by", "labelled"], ["without the attribute task"]),
      (["all/1", folder.url.appendingPathComponent("cut.jpg").path], ["cut.jpg", "not a JPEG image"]),
      (["all/1", folder.url.path], ["it is a folder"]), (["all/1"], ["--where"]),
      (["all/1", "--like", "hair", "--where", "gender=male"], ["--like needs an image"]),
      (["all/1", Self.query, "--out", "x.jpg"], [".png"]), (["all/1", Self.query, "--top", "0"], ["--top"]),
      (["all/1", Self.query, "--gallery", empty.url.path], ["no files that end in .jpg"]),
      (["all/1", Self.query, "--gallery", "nowhere"], ["no such folder"]),
      (["all/1", Self.query, "--gallery", empty.url.path, "--by", "labelled"], ["nobody labelled"]),
    ]
    for (arguments, words) in cases {
      let outcome = try BuiltCommand.run(["query"] + arguments, in: try project().url)
      #expect(outcome.status == 2 && outcome.output.isEmpty, "\(arguments): \(outcome.complaints)")
      for word in words { #expect(outcome.complaints.contains(word), "\(arguments): \(outcome.complaints)") }
    }
  }

  @Test func changedDataAreNotMistakenForTheRuns() throws {
    let project = try TinyProject()
    #expect(try BuiltCommand.run(["run", "tiny", "train.epochs=1", "--variant", "plain"], in: project.url).status == 0)
    try FileManager.default.removeItem(
      at: project.url.appendingPathComponent("data/tiny/bounding_box_test/0012_c2s1_000002_01.jpg"))
    let outcome = try BuiltCommand.run(["query", "plain/1", Self.query], in: project.url)
    #expect(outcome.status == 2 && outcome.complaints.contains("the gallery images of 'tiny' are not those"))
    try FileManager.default.removeItem(at: project.url.appendingPathComponent("data"))
    let absent = try BuiltCommand.run(["query", "plain/1", Self.query], in: project.url)
    #expect(absent.status == 2 && absent.complaints.contains("data/tiny"))
  }

  // MARK: predict

  @Test func oneImageIsPredicted() throws {
    let path = "data/tiny/query/\(Self.query)"
    let json = try aanet("predict", "all/1", path, "--format", "json", "--maps", "maps")
    #expect(json.status == 0, "\(json.complaints)")
    let all = try #require(try JSONSerialization.jsonObject(with: Data(json.output.utf8)) as? [[String: Any]])
    let attributes = try #require(all.first?["attributes"] as? [[String: Any]])
    #expect(attributes.compactMap { $0["name"] as? String } == AttributeScheme.market1501.attributes.map(\.name))
    for attribute in attributes {
      let probabilities = try #require(attribute["probabilities"] as? [String: Double])
      #expect(abs(probabilities.values.reduce(0, +) - 1) < 1e-9)
      #expect(attribute["probability"] as? Double == probabilities.values.max())
      #expect(probabilities[attribute["value"] as? String ?? ""] == probabilities.values.max())
    }
    #expect(try isPNG("maps/\(Self.query).png"))

    // The same as the descriptor that the evaluation stored says.
    let query = try aanet("query", "all/1", Self.query, "--format", "json", "--out", "e.png")
    let stored = try #require(
      (try object(query.output)["query"] as? [String: Any])?["attributes"] as? [String: [String: Any]])
    for attribute in attributes {
      let name = attribute["name"] as? String ?? ""
      let difference = (stored[name]?["probability"] as? Double ?? 9) - (attribute["probability"] as? Double ?? 0)
      #expect(abs(difference) < 1e-3, "\(name)")
    }
  }

  @Test func aFolderIsPredictedAndDamagedImagesAreNamed() throws {
    let folder = try photographs()
    let csv = try aanet("predict", "all/1", folder.url.path, "--format", "csv", "--maps", "hostile")
    #expect(csv.status == 1 && csv.complaints.contains("2 images of 6 could not be read"))
    #expect(csv.complaints.contains("cut.jpg"))
    #expect(csv.complaints.contains("1 file with other endings than JPEG’s passed over"))
    #expect(
      csv.output.hasPrefix("image,attribute,value,probability\r\n")
        && csv.output.contains("=cmd,\"\"q\"\".jpeg\",gender,"))
    let maps = try FileManager.default.contentsOfDirectory(
      atPath: try project().url.appendingPathComponent("hostile").path)
    #expect(maps.count == 4)
    for name in maps { #expect(try isPNG("hostile/\(name)"), "\(name)") }
    let table = try aanet("predict", "all/1", folder.url.path)
    #expect(table.status == 1 && table.output.split(separator: "\n").count == 5)
  }

  @Test func aRepairedImageIsPredictedWithANote() throws {
    let whole = [UInt8](try Data(contentsOf: try project().url.appendingPathComponent("data/tiny/query/\(Self.query)")))
    let folder = try TemporaryFolder()
    let file = try folder.write(Array(whole.dropLast(whole.count / 4)), to: "half.jpg")
    let outcome = try aanet("predict", "all/1", file.path)
    #expect(outcome.status == 0 && outcome.output.contains("half.jpg"))
    #expect(outcome.complaints.contains("note:") && outcome.complaints.contains("libjpeg filled in what is missing"))
  }

  @Test func wrongPredictionsEndWithTwo() throws {
    let folder = try photographs()
    let cases: [([String], String)] = [
      (["all/1", folder.url.appendingPathComponent("cut.jpg").path], "not a JPEG image"),
      (["all/1", folder.url.appendingPathComponent("text.jpg").path], "not a JPEG image"),
      (["all/1", "nowhere.jpg"], "there is no image and no folder 'nowhere.jpg'"),
      (["plain/1", folder.url.path], "without the attribute task"), (["nobody", folder.url.path], "there is no run"),
    ]
    for (arguments, word) in cases {
      let outcome = try BuiltCommand.run(["predict"] + arguments, in: try project().url)
      #expect(
        outcome.status == 2 && outcome.output.isEmpty && outcome.complaints.contains(word), "\(outcome.complaints)")
    }
  }

  @Test func damagedRunsAreNamed() throws {
    let project = try TinyProject()
    #expect(try BuiltCommand.run(["run", "tiny", "train.epochs=1", "--variant", "all"], in: project.url).status == 0)
    let store = RunStore(root: project.url.appendingPathComponent("runs"))
    let run = try #require(store.identities().first)
    let image = "data/tiny/query/\(Self.query)"
    let plan = try #require(try store.plan(of: run))
    try store.writePlan(plan.replacing("width: 16", with: "width: 17"), of: run)
    let other = try BuiltCommand.run(["predict", "all", image], in: project.url)
    #expect(
      other.status == 2 && other.complaints.contains("checkpoint.safetensors") && other.complaints.contains("shape"))
    try FileManager.default.removeItem(at: store.url(.plan, of: run))
    let without = try BuiltCommand.run(["predict", "all", image], in: project.url)
    #expect(without.status == 2 && without.complaints.contains("plan.yaml"))
    try store.writePlan(plan, of: run)
    try FileManager.default.removeItem(at: store.url(.descriptors, of: run))
    let unranked = try BuiltCommand.run(["query", "all", Self.query], in: project.url)
    #expect(unranked.status == 2 && unranked.complaints.contains("descriptors.safetensors"), "\(unranked.complaints)")
    try store.write(try Data(contentsOf: store.url(.checkpoint, of: run)).prefix(5000), as: .checkpoint, of: run)
    let cut = try BuiltCommand.run(["predict", "all", image], in: project.url)
    #expect(cut.status == 2 && cut.complaints.contains("checkpoint.safetensors"))
  }

  // MARK: figures

  @Test func figuresAreDrawnTwiceTheSame() throws {
    let first = try aanet("figures", "all/1", "--queries", "2", "--worst", "1", "--top", "3")
    #expect(first.status == 0, "\(first.complaints)")
    let store = RunStore(root: try project().url.appendingPathComponent("runs"))
    let run = try #require(store.identities().first { $0.variant == "all" })
    let folder = store.folder(for: run).appendingPathComponent(RunFigures.folderName)
    let record = try #require(try RunFigures(in: folder))
    #expect(
      record.figures.map(\.name) == ["union", "comparison", "parts", "maps", "ranking", "filtering", "attributes"])
    #expect(
      record.isDrawn && record.dataset == "tiny" && record.leftOut.isEmpty && record.run.hasPrefix("tiny/all/seed-1-"))
    for figure in record.figures {
      let read = try PNG.decode(try Data(contentsOf: folder.appendingPathComponent(figure.file)))
      #expect(read.width == figure.width && read.height == figure.height, "\(figure.name)")
      let preview = try JPEG.size(of: Array(try Data(contentsOf: folder.appendingPathComponent(figure.preview))))
      #expect(preview.width == figure.width && preview.height == figure.height)
      #expect(figure.caption.contains("drawn images (tiny)") && !figure.alternative.isEmpty && !figure.rows.isEmpty)
    }
    let ranking = try #require(record.figures.first { $0.name == "ranking" })
    let ranks = try #require(try store.ranks(of: run))
    for row in ranking.rows {
      let recorded = try #require(ranks.first { $0.query == row.image })
      #expect(row.numbers["average_precision"] == recorded.averagePrecision)
      let right = row.words["right"]?.enumerated().filter { $0.element == "yes" }.map { $0.offset + 1 }
      #expect(right == recorded.matchRanks.filter { $0 <= 3 })
    }
    let again = try aanet(
      "figures", "all/1", "--queries", "2", "--worst", "1", "--top", "3", "--to", "again", "--format", "json")
    let printed = try object(again.output)
    #expect(again.status == 0 && (printed["figures"] as? [Any])?.count == 7)
    for name in record.figures.map(\.file) + [RunFigures.fileName] {
      let there = try Data(contentsOf: try project().url.appendingPathComponent("again/\(name)"))
      #expect(there == (try Data(contentsOf: folder.appendingPathComponent(name))), "\(name)")
    }
  }

  @Test func aRunWithoutTasksHasNoFiguresOfThem() throws {
    let outcome = try aanet("figures", "plain/1", "--to", "plain-figures", "--format", "json")
    #expect(outcome.status == 0, "\(outcome.complaints)")
    let record = try #require(try RunFigures(in: try project().url.appendingPathComponent("plain-figures")))
    #expect(record.figures.map(\.name) == ["ranking"])
    #expect(record.leftOut["parts"] == "no task of the run finds parts of the feature map")
    #expect(
      record.leftOut["comparison"] == "the run was trained without the task 'attention'" && record.leftOut.count == 6)
    #expect(try aanet("figures", "all/1", "--queries", "0").status == 2)
  }

  @Test func helpHasExamples() throws {
    for command in ["query", "predict", "figures", "explore"] {
      let help = try aanet(command, "--help")
      #expect(help.status == 0 && help.output.contains("Examples:") && help.output.contains("aanet \(command) "))
    }
  }
}
