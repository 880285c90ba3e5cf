import ArgumentParser
import Experiments
import Foundation
import Support
import Trained

extension Search.Source: ExpressibleByArgument {}

/// `aanet query`: who is on this image, and who looks like that.
struct QueryCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "query",
    abstract: "Search a run's gallery, or a folder of photographs, by an image, by attributes, or by both.",
    discussion: """
      IMAGE is one of the dataset's images, by its name alone or its path, or any JPEG photograph of a person. Without \
      it the gallery is searched by attributes alone. Ranking is by the benchmarks' protocol: junk is left out, and so \
      are images of the query's person by the query's own camera. Distances are the run's, without re-ranking; where the \
      run judges pairs, the nearest images' distance is the probability that they show somebody else. A row of several \
      runs is searched by their descriptors side by side; a photograph goes through each of their networks.

      \(BoxOptions.discussion)

      --where keeps images of which all conditions hold; an attribute that is named twice may have either value. An \
      attribute without a value never holds.

      Examples:
        aanet query 'table3/Lg+Lp+La+Laa uncertainty/1' 0064_c2_f0046182.jpg
        aanet query 0123abcd person.jpg --gallery photographs --top 20
        aanet query 0123abcd person.jpg --gallery frames --boxes detections.json --least-score 0.5
        aanet query 0123abcd 0064_c2_f0046182.jpg --where gender=male,backpack=yes
        aanet query 0123abcd 0064_c2_f0046182.jpg --like gender,upper_color
        aanet query 0123abcd --where upper_color=red,upper_color=purple --format json
      """)

  @Argument(
    help: ArgumentHelp(
      "The run's folder, experiment/variant/seed as far as it is unique, or its hash's first digits.",
      valueName: "run"))
  var source: String
  @Argument(help: "The image to look for; none searches by attributes alone.", completion: .file()) var image: String?
  @Option(help: "How many images to show.") var top = 10
  @Option(name: .customLong("where"), help: "Conditions attribute=value, divided by commas.")
  var conditions: [String] = []
  @Option(help: "Attributes that must be as the model predicts them of IMAGE, divided by commas.")
  var like: [String] = []
  @Option(help: "What conditions look at: predicted or labelled, the annotators' word.")
  var by = Search.Source.predicted
  @Option(
    help: ArgumentHelp("Search the JPEG files of this folder instead of the run's gallery.", valueName: "dir"),
    completion: .directory)
  var gallery: String?
  @OptionGroup var boxes: BoxOptions
  @Option(
    help: ArgumentHelp("The PNG file to write (default: under reports/_out/query/).", valueName: "file"),
    completion: .file())
  var out: String?
  @Option(help: "How to print: table or json.") var format = OutputFormat.table
  @OptionGroup var options: TrainedRunOptions

  func validate() throws {
    guard (1...100).contains(top) else { throw ValidationError("--top goes from 1 to 100") }
    guard image != nil || !conditions.isEmpty else {
      throw ValidationError("name an image to look for, or attributes with --where")
    }
    guard image != nil || like.isEmpty else { throw ValidationError("--like needs an image to be like") }
    guard gallery == nil || by == .predicted else {
      throw ValidationError("--by labelled needs the run's own gallery: nobody labelled the photographs of a folder")
    }
    guard gallery != nil || boxes.boxes == nil else {
      throw ValidationError("--boxes needs the folder of the frames: name it with --gallery")
    }
    if let out, !out.lowercased().hasSuffix(".png") { throw ValidationError("--out \(out): end its name in .png") }
  }

  func run() throws {
    let trained = try options.openRanked(source)
    var filter = try AttributeFilter(conditions, scheme: trained.scheme)
    let needsPredictions = !like.isEmpty || (by == .predicted && !conditions.isEmpty)
    if needsPredictions, let lack = trained.lackOfPredictions { throw PlainError(lack) }
    Interruption.listen()
    let needsStored = gallery == nil || image.map { !FileManager.default.fileExists(atPath: $0) } ?? false
    let stored = needsStored ? try StoredGallery(of: trained) : nil
    if let remark = stored?.remark { Console.complain("note: \(remark)") }
    if by == .labelled, stored?.attributes == nil {
      throw PlainError("\(trained.settings.dataset) has no file of attributes, so nothing is labelled")
    }
    let query = try image.map {
      try QueryFinder(trained, stored: stored).find($0) { Console.complain("note: \($0)") }
    }
    if let query {
      let classes = query.predictedClasses
      filter = filter.and(try AttributeFilter(like: like, classes: classes, scheme: trained.scheme))
    }
    let (pool, skipped) = try searched(by: trained, stored: stored)
    let second = SecondStage(
      of: trained, stored: gallery == nil ? stored : nil, isInterrupted: { Interruption.isAsked })
    let search = Search(pool, normalize: trained.settings.evaluate.isNormalized, second: second)
    let answer: Search.Answer
    do {
      answer = try query.map { try search.rank(for: $0, where: filter, by: by) } ?? search.rank(where: filter, by: by)
    } catch TrainingError.interrupted {
      throw ExitCode(130)
    }
    var report = QueryReport(answer, to: query, in: pool, where: filter, by: by, top: top, run: trained)
    let file = panelFile(query, filter, trained)
    try InspectionPanels.writeRanking(
      answer, of: query?.image, in: pool, title: report.headline, top: top, to: file)
    report.panel = file.path
    try print(report)
    if skipped > 0 { throw ExitCode(1) }
  }

  /// The images to search, and how many of them could not be read.
  private func searched(by trained: any RankedRun, stored: StoredGallery?) throws -> (SearchGallery, skipped: Int) {
    guard let gallery else {
      guard let stored else { throw PlainError("\(trained.name): its gallery is not open") }
      return (SearchGallery(stored, of: trained), 0)
    }
    let photographs = try boxes.photographs(try PhotographFolder(URL(fileURLWithPath: gallery)).files)
    let watcher = LookingWatcher(photographs.count)
    do {
      let readings = try trained.describe(photographs, isInterrupted: { Interruption.isAsked }, report: watcher.see)
      watcher.finish()
      guard !readings.isEmpty else { throw PlainError("\(gallery): none of its images can be read") }
      let pool = try SearchGallery(readings, of: photographs, dimension: trained.descriptorLength)
      return (pool, watcher.skipped)
    } catch TrainingError.interrupted {
      watcher.finish()
      throw ExitCode(130)
    }
  }

  private func panelFile(_ query: SearchQuery?, _ filter: AttributeFilter, _ trained: any RankedRun) -> URL {
    if let out { return URL(fileURLWithPath: out) }
    let words = filter.words(trained.scheme).joined(separator: ",")
    let parts = [query?.image.name, words.isEmpty ? nil : words].compactMap { $0 }
    let name = PanelName.safe(parts.joined(separator: ","))
    return options.project.reports.appendingPathComponent("_out/query/\(name).png")
  }

  private func print(_ report: QueryReport) throws {
    if format == .json { return try Console.printJSON(report) }
    Swift.print(Wording.printable(report.headline, limit: 1000))
    let names = report.conditions.compactMap { $0.split(separator: "=").first.map(String.init) }
    let filtered = report.query != nil && report.filtered > 0
    let measure = report.query == nil ? "probability" : "distance"
    var table = TextTable(
      ["rank"] + (filtered ? ["was"] : []) + ["image", "id", "camera", measure, ""] + names, right: [0])
    for match in report.matches {
      let value = report.query == nil ? match.probability : match.distance
      table.add(
        ["\(match.rank)"] + (filtered ? ["\(match.unfilteredRank)"] : [])
          + [match.name, match.identity.map(String.init) ?? "", match.camera.map(String.init) ?? ""]
          + [value?.fixed(3) ?? "", match.right.map { $0 ? "right" : "wrong" } ?? ""]
          + names.map { name in match.attributes[name].map { "\($0.value) \($0.probability.fixed(2))" } ?? "" })
    }
    Swift.print(table.text)
    if let panel = report.panel { Console.complain("\nopen \(panel)") }
  }
}
