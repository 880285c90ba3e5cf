import Experiments
import Foundation
import Runs
import Support
import TestSupport
import Testing
import Trained

/// `aanet explore`: what its pages carry is what `aanet query` answers. `Tests/Pages/check_explorer.py` holds what a browser
/// shows of the same pages against the same answers.
@Suite struct ExploreCommandTests {
  /// A row whose name wants to be a tag, and an image whose name does.
  private static let hostileRow = #"</script><img src=x onerror=alert(1)>'"&"#
  private static let hostileImage = "0013_c1s1_<img src=x onerror=alert(1)>'\"\n`x`&.jpg"
  private static let query = "0011_c1s1_000000_01.jpg"

  /// A project with runs with and without attributes, trained once for all tests.
  private static let trained: Result<TinyProject, any Error> = Result {
    let project = try TinyProject()
    try project.folder.write(
      """
      tiny:
        root: data/tiny
        layout:
          folders: { train: bounding_box_train, query: query, gallery: bounding_box_test }
          pattern: '(?<identity>-1|\\d+)_c(?<camera>\\d)[^/]*'
          distractors: ['0000']
          junk: ['-1']
        attributes: market_attribute.mat
        attribute_scheme: market1501
        synthetic: true
      """, to: "datasets.yaml")
    let quoted = hostileRow.replacing("\"", with: "\\\"")
    try project.folder.write(
      TinyProject.experiment
        + "\n  \"\(quoted)\": { loss: { weights: uncertainty }, train: { rate: { new: 0.02 } } }\n",
      to: "experiments/tiny.yaml")
    let folder = project.url.appendingPathComponent("data/tiny/query")
    try FileManager.default.moveItem(
      at: folder.appendingPathComponent("0013_c1s1_000000_01.jpg"), to: folder.appendingPathComponent(hostileImage))
    let outcome = try BuiltCommand.run(["run", "tiny", "train.epochs=1"], in: project.url)
    return outcome.status == 0 ? project : try #require(nil as TinyProject?, "\(outcome.complaints)")
  }

  private func project() throws -> TinyProject { try Self.trained.get() }

  private func aanet(_ arguments: [String]) throws -> BuiltCommand.Outcome {
    try BuiltCommand.run(arguments, in: try project().url)
  }

  private func object(_ text: String) throws -> [String: Any] {
    try #require(try JSONSerialization.jsonObject(with: Data(text.utf8)) as? [String: Any])
  }

  private func explore(_ arguments: String...) throws -> [String: Any] {
    let outcome = try aanet(["explore"] + arguments + ["--format", "json"])
    #expect(outcome.status == 0, "\(outcome.complaints)")
    return try object(outcome.output)
  }

  private func text(_ path: String) throws -> String {
    try String(contentsOf: URL(fileURLWithPath: path, relativeTo: try project().url), encoding: .utf8)
  }

  // MARK: The same answers as the command

  /// What is asked of a page and of the command.
  private struct Question {
    let run: Int
    let name: String
    let query: String
    var conditions: [String] = []
    var by = "predicted"
  }

  private static let questions: [Question] = [query, "0012_c1s1_000000_01.jpg", hostileImage].flatMap { query in
    [
      Question(run: 0, name: "all/1", query: query),
      Question(run: 0, name: "all/1", query: query, conditions: ["gender=male"]),
      Question(
        run: 0, name: "all/1", query: query, conditions: ["hair=short", "upper_color=black", "upper_color=white"]),
      Question(run: 0, name: "all/1", query: query, conditions: ["gender=female", "hat=no"], by: "labelled"),
      Question(run: 1, name: "plain/1", query: query),
      Question(run: 1, name: "plain/1", query: query, conditions: ["gender=male"], by: "labelled"),
    ]
  }

  @Test func aPageAnswersAsTheCommandDoes() throws {
    let summary = try explore("all/1", "plain/1", "--out", "pages/two.html")
    #expect(summary["queries"] as? Int == 4 && summary["gallery"] as? Int == 14 && summary["pictures"] as? Int == 18)
    #expect(summary["maps"] as? Int == 18 && summary["drawn"] as? Bool == true)
    let page = try PageAnswers(of: try text("pages/two.html"))
    var expected: [[String: Any]] = []
    for question in Self.questions {
      let path = "data/tiny/query/\(question.query)"
      let outcome = try aanet(
        [
          "query", question.name, path, "--top", "100", "--format", "json", "--out", "panels/q.png", "--by",
          question.by,
        ]
          + question.conditions.flatMap { ["--where", $0] })
      #expect(outcome.status == 0, "\(outcome.complaints)")
      let printed = try object(outcome.output)
      let matches = try #require(printed["matches"] as? [[String: Any]])
      let answer = try page.answer(
        run: question.run, query: question.query, where: question.conditions, by: question.by)
      #expect(answer.images == matches.compactMap { $0["name"] as? String }, "\(question)")
      #expect(answer.before == matches.compactMap { $0["unfiltered_rank"] as? Int }, "\(question)")
      #expect(answer.precision == printed["average_precision"] as? Double, "\(question)")
      for (here, there) in zip(answer.distances, matches.compactMap { $0["distance"] as? Double }) {
        #expect(abs(here - there) <= answer.step, "\(question)")
      }
      expected.append([
        "run": question.run, "query": question.query, "where": question.conditions, "by": question.by,
        "answer": printed,
      ])
    }
    try keep("pages/two.html", expected: expected)
  }

  /// Keeps a page for a browser, where one is to look at it afterwards.
  private func keep(_ page: String, expected: [[String: Any]]? = nil) throws {
    guard let kept = ProcessInfo.processInfo.environment["AANET_KEEP"], !kept.isEmpty else { return }
    let folder = URL(fileURLWithPath: kept).appendingPathComponent("explorer", isDirectory: true)
    try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
    let file = try project().url.appendingPathComponent(page)
    try FileManager.default.copyItem(at: file, to: folder.appendingPathComponent(file.lastPathComponent))
    guard let expected else { return }
    try JSONSerialization.data(withJSONObject: expected).write(to: folder.appendingPathComponent("expected.json"))
  }

  // MARK: What is in it

  @Test func namesAreTextAndNothingIsFetched() throws {
    _ = try explore("\(Self.hostileRow)/1", "--out", "pages/hostile.html")
    try keep("pages/hostile.html")
    let html = try text("pages/hostile.html")
    #expect(!html.contains("<img src=x"))
    #expect(html.components(separatedBy: "</script>").count == 4, "the data, the page's script and the common one")
    #expect(html.contains("default-src 'none'; img-src data:; style-src 'sha256-"))
    let open = html.replacing(
      #/<script type="application\/json" id="data">.*?<\/script>/#.dotMatchesNewlines(), with: "")
    for word in ["https://", "src=\"", "url(", "@import"] { #expect(!open.contains(word), "\(word)") }
    let page = try PageAnswers(of: html)
    #expect(
      page.names.contains(Self.hostileImage)
        && page.runs.count == 1 && page.runs[0].hasPrefix("tiny/\(Self.hostileRow)/seed-1-"))
  }

  @Test func theSameRunGivesTheSamePage() throws {
    _ = try explore("all/1", "--out", "pages/a.html")
    _ = try explore("all/1", "--out", "pages/b.html", "--threads", "1")
    #expect(try text("pages/a.html") == text("pages/b.html"))
  }

  @Test func aRunWithoutAttributesSaysWhatItHasNot() throws {
    let summary = try explore("plain/1", "--out", "pages/plain.html")
    let left = try #require(summary["left_out"] as? [String])
    #expect(left.contains { $0.hasPrefix("predicted attributes: ") && $0.contains("without the attribute task") })
    #expect(summary["maps"] as? Int == 18, "the global task has a map")
    #expect(try text("pages/plain.html").contains("was trained without the attribute task"))
    let none = try explore("all/1", "--maps", "0", "--queries", "2", "--out", "pages/none.html")
    let words = (none["left_out"] as? [String] ?? []).joined(separator: "\n")
    #expect(none["maps"] as? Int == 0 && none["queries"] as? Int == 2)
    #expect(words.contains("2 of 4 queries") && words.contains("--queries") && words.contains("maps of tiny/all"))
  }

  /// Whatever the bound, the file keeps it; what it has grows with it.
  @Test func aPageKeepsItsBound() throws {
    let store = Project(try project().url)
    let run = try RunReference.open("all/1", in: store, threads: 1)
    let explorer = try Explorer([(run, ["all/1"])])
    var last = (pictures: -1, maps: -1)
    var sizes: [Int] = []
    for bytes in stride(from: 60_000, through: 150_000, by: 6_000) {
      var page: ExplorerPage
      do {
        page = try explorer.page(Explorer.Limits(bytes: bytes, queries: 4, maps: 18), command: "aanet explore all/1")
      } catch let error as PlainError {
        #expect(error.description.contains("give --most-mb a larger number") && last.pictures < 0)
        continue
      }
      let file = try project().url.appendingPathComponent("pages/bound.html")
      try page.write(to: file)
      let size = try Data(contentsOf: file).count
      #expect(size <= bytes && page.summary.bytes == size)
      let (pictures, maps) = (page.summary.pictures, page.summary.maps)
      #expect(pictures >= last.pictures && maps >= last.maps && maps <= pictures)
      #expect((pictures < 18) == page.summary.leftOut.contains { $0.hasPrefix("the pictures of") })
      last = (pictures, maps)
      sizes.append(pictures)
    }
    #expect(last.pictures == 18 && last.maps == 18 && Set(sizes).count > 2, "\(sizes)")
  }

  @Test func ofAnExperimentTheBestRunIsTaken() throws {
    let project = try TinyProject()
    let none = try BuiltCommand.run(["explore", "tiny", "--best"], in: project.url)
    #expect(none.status == 2 && none.complaints.contains("aanet run tiny"), "\(none.complaints)")
    #expect(try BuiltCommand.run(["run", "tiny", "train.epochs=1", "--no-report"], in: project.url).status == 0)
    // Its plan says three epochs, its runs were of one.
    try project.folder.write(
      TinyProject.experiment.replacing("epochs: 3", with: "epochs: 1"), to: "experiments/tiny.yaml")
    let store = RunStore(root: project.url.appendingPathComponent("runs"))
    let runs = try store.identities().map { ($0.fullName, try store.metrics(of: $0)?.retrieval.mAP ?? 0) }
    let best = try BuiltCommand.run(["explore", "tiny", "--best", "--format", "json"], in: project.url)
    let greatest = try #require(runs.map(\.1).max())
    let taken = try #require((try object(best.output)["runs"] as? [String])?.first)
    #expect(runs.contains { $0.0 == taken && $0.1 == greatest }, "\(taken): \(runs)")
  }

  // MARK: What is refused

  @Test func onlyAPageOfItsOwnIsReplaced() throws {
    let url = try project().url
    try project().folder.write("<p>mine</p>", to: "mine.html")
    for path in ["mine.html", "experiments"] {
      let place = path == "experiments" ? "folder.html" : path
      if place == "folder.html" {
        try FileManager.default.createDirectory(
          at: url.appendingPathComponent(place), withIntermediateDirectories: true)
      }
      let outcome = try aanet(["explore", "all/1", "--out", place])
      #expect(outcome.status == 2 && outcome.complaints.contains("and it stays"), "\(outcome.complaints)")
    }
    #expect(try text("mine.html") == "<p>mine</p>")
    try FileManager.default.createSymbolicLink(
      at: url.appendingPathComponent("link.html"), withDestinationURL: url.appendingPathComponent("mine.html"))
    #expect(try aanet(["explore", "all/1", "--out", "link.html"]).status == 2)
    for _ in 0..<2 { #expect(try aanet(["explore", "all/1"]).status == 0) }
    let made = try #require(project().folder.files().first { $0.hasPrefix("reports/_out/explore/") })
    #expect(made.hasSuffix(".html") && made.contains("all"))
  }

  @Test func wrongCallsSayWhatToDo() throws {
    let cases: [([String], String)] = [
      (["all/1", "all/1"], "is named twice"), (["all/1", "nobody"], "there is no run"),
      (["all/1", "--most-mb", "0"], "--most-mb"),
      (["all/1", "--out", "a.txt"], ".html"), (["all/1", "--queries", "0"], "--queries"),
      (["all/1", "--maps", "-1"], "--maps"),
    ]
    for (arguments, word) in cases {
      let outcome = try aanet(["explore"] + arguments)
      #expect(
        outcome.status == 2 && outcome.output.isEmpty && outcome.complaints.contains(word),
        "\(arguments): \(outcome.complaints)")
    }
  }

  @Test func runsOnOtherImagesAreNotSetSideBySide() throws {
    let project = try TinyProject()
    let registry = try String(contentsOf: project.url.appendingPathComponent("datasets.yaml"), encoding: .utf8)
    try project.folder.write(registry + "\n" + registry.replacing("tiny:", with: "other:"), to: "datasets.yaml")
    for dataset in ["tiny", "other"] {
      let run = ["run", "tiny", "dataset=\(dataset)", "train.epochs=1", "--variant", "plain", "--no-report"]
      #expect(try BuiltCommand.run(run, in: project.url).status == 0)
    }
    let runs = RunStore(root: project.url.appendingPathComponent("runs")).identities().map(\.hash)
    let outcome = try BuiltCommand.run(["explore"] + runs, in: project.url)
    #expect(runs.count == 2 && outcome.status == 2 && outcome.complaints.contains("on the same images"), "\(outcome)")
  }

  @Test func aRunWhoseDescriptorsWereDroppedSaysHowToGetThem() throws {
    let project = try TinyProject()
    let run = ["run", "tiny", "train.epochs=1", "--variant", "plain", "--no-report"]
    #expect(try BuiltCommand.run(run + ["keep=scores"], in: project.url).status == 0)
    let outcome = try BuiltCommand.run(["explore", "plain/1"], in: project.url)
    #expect(outcome.status == 2 && outcome.complaints.contains("keep=all"), "\(outcome.complaints)")
    #expect(!project.folder.files().contains { $0.hasSuffix(".html") })
    #expect(try BuiltCommand.run(run + ["keep=all"], in: project.url).status == 0)
    #expect(try BuiltCommand.run(["explore", "plain/1"], in: project.url).status == 0)
  }
}
