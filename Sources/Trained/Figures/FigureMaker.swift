import Datasets
import Experiments
import Foundation
import Models
import Retrieval
import Runs
import Support

/// Draws the paper's figures for a run: which images they show follows a rule, so that the same run gives the same
/// pictures.
package struct FigureMaker {
  /// How many images the figures show.
  package struct Size: Sendable {
    /// Queries spaced evenly over the sorted list.
    package var queries: Int
    /// The queries with the least average precision.
    package var worst: Int
    /// Images of a ranked list.
    package var top: Int

    /// States the sizes.
    package init(queries: Int = 4, worst: Int = 2, top: Int = 8) {
      self.queries = queries
      self.worst = worst
      self.top = top
    }
  }

  let run: any RankedRun
  let stored: StoredGallery
  let gallery: SearchGallery
  let search: Search
  let size: Size
  private let remark: (String) -> Void
  /// Every query that has a true match, in the order of the names.
  let queries: [SearchQuery]
  /// The average precision of each of them.
  let precisions: [Double]
  /// The places in ``queries`` of those that are shown: spaced evenly, and the worst of the others.
  let even: [Int]
  let worst: [Int]

  /// Ranks all queries and chooses which are shown.
  ///
  /// - Parameter remark: told what is worth a line: images that are damaged, or not those that the run was made on.
  /// - Throws: `PlainError` where no query has a true match; ``TrainedRun/Failure`` where the run is not evaluated.
  package init(
    _ run: any RankedRun, size: Size = Size(), remark: @escaping (String) -> Void = { _ in }
  ) throws {
    self.run = run
    self.size = size
    self.remark = remark
    stored = try StoredGallery(of: run)
    if let changed = stored.remark { remark(changed) }
    gallery = SearchGallery(stored, of: run)
    search = Search(
      gallery, normalize: run.settings.evaluate.isNormalized, second: SecondStage(of: run, stored: stored))
    let result = try RetrievalProtocol.evaluate(
      query: stored.query, gallery: stored.gallery, normalize: run.settings.evaluate.isNormalized, pairs: stored.pairs)
    let finder = QueryFinder(run, stored: stored)
    let counted = result.queries.filter { $0.averagePrecision != nil }
    queries = try counted.map { try finder.query($0.query) }
    precisions = counted.compactMap { $0.averagePrecision?.rectangle }
    even = ExampleChoice.evenly(size.queries, of: queries.count)
    worst = ExampleChoice.worst(size.worst, of: precisions, without: even)
  }

  /// A picture with its words and numbers.
  struct Made {
    let panel: Panel
    let figure: RunFigures.Figure
  }

  /// Draws every figure that the run's tasks allow into a folder: PNG files and JPEG previews, and `figures.json` last.
  ///
  /// - Parameter report: told how many figures are done, of how many.
  /// - Throws: what reading the images, gnuplot or writing the files throws.
  package func write(to folder: URL, report: (_ done: Int, _ total: Int) -> Void = { _, _ in }) throws -> RunFigures {
    var record = RunFigures(
      run: run.name, dataset: run.settings.dataset, isDrawn: run.entry.isSynthetic, figures: [], leftOut: [:])
    let figures = Self.all
    for (number, entry) in figures.enumerated() {
      if let lack = lack(of: entry.needs) {
        record.leftOut[entry.name] = lack
      } else {
        let made = try entry.make(self)()
        let image = try made.panel.drawn()
        var figure = made.figure
        (figure.width, figure.height) = (image.width, image.height)
        try AtomicFile.write(try PNG.encode(image), to: folder.appendingPathComponent(figure.file))
        let preview = Data(try JPEG.encode(image, quality: Self.previewQuality))
        try AtomicFile.write(preview, to: folder.appendingPathComponent(figure.preview))
        record.figures.append(figure)
      }
      report(number + 1, figures.count)
    }
    try record.write(to: folder)
    return record
  }

  /// What the run has not of what a figure needs; nil where it has all.
  private func lack(of needs: Need?) -> String? {
    guard let needs else { return nil }
    guard run.network != nil else {
      return "it shows what one network sees, and the run is several side by side; take one of "
        + run.partNames
    }
    let tasks = run.settings.tasks
    switch needs {
    case .parts:
      return tasks.all.contains { $0.partWords != nil } ? nil : "no task of the run finds parts of the feature map"
    case .tasks(let needs):
      let missing = needs.filter { !$0.contains(where: tasks.has) }
      guard !missing.isEmpty else { return nil }
      let names = missing.map { $0.map { "'\($0.rawValue)'" }.joined(separator: " or ") }.joined(separator: " and ")
      return "the run was trained without the task\(missing.count == 1 ? "" : "s") \(names)"
    }
  }

  /// libjpeg's quality of previews.
  private static let previewQuality = 85

  /// What a figure needs of a run's tasks.
  private enum Need {
    /// One task of each list.
    case tasks([[TaskName]])
    /// A task that finds parts of the map.
    case parts
  }

  /// A figure; without needs it is of the ranking alone.
  private typealias Entry = (name: String, needs: Need?, make: (FigureMaker) -> () throws -> Made)

  private static var all: [Entry] {
    [
      ("union", .tasks([[.attribute], [.attention]]), FigureMaker.union),
      ("comparison", .tasks([[.global], [.attention]]), FigureMaker.comparison),
      ("parts", .parts, FigureMaker.parts),
      ("maps", .tasks([[.attribute]]), FigureMaker.maps),
      ("ranking", nil, FigureMaker.ranking),
      ("filtering", .tasks([[.attribute]]), FigureMaker.filtering),
      ("attributes", .tasks([[.attribute]]), FigureMaker.attributes),
    ]
  }

  // MARK: What the figures share

  /// The attributes whose maps make the attention map.
  var chosenAttributes: [String] { run.network?.chosenAttributes ?? [] }

  /// `on drawn images (synthetic-duke)`.
  var data: String {
    run.entry.isSynthetic ? "drawn images (\(run.settings.dataset))" : run.settings.dataset
  }

  /// Which queries are shown, in words: `4 spaced evenly …, then the 2 others of the least average precision`.
  var words: String {
    let others = worst.count == 1 ? "the other" : "the \(worst.count) others"
    return "\(even.count) \(ExampleChoice.words)"
      + (worst.isEmpty ? "" : ", then \(others) of the least average precision")
  }

  /// Queries as the model sees them, with their pictures.
  func subjects(_ places: [Int]) throws -> [Subject] {
    let photographs = places.map { queries[$0].image.photograph }
    var failure: PlainError?
    guard let network = run.network else { return [] }
    let readings = try network.look(
      at: photographs, withMaps: true,
      report: { event in
        switch event {
        case .skipped(_, let error): failure = error
        case .remark(let text): remark(text)
        case .done: break
        }
      })
    if let failure { throw failure }
    return try readings.compactMap { reading in
      let identity = queries[places[reading.index]].image.identity
      let labels = identity.flatMap { stored.attributes?.classes(of: $0, in: .test) }
      return try Subject(reading, of: photographs[reading.index], labels: labels)
    }
  }

  func figure(
    _ name: String, paper: String, caption: String, alternative: String, rows: [RunFigures.Row]
  ) -> RunFigures.Figure {
    RunFigures.Figure(
      name: name, file: "\(name).png", preview: "\(name).jpg", paper: paper, caption: caption, alternative: alternative,
      width: 0, height: 0,
      rows: rows)
  }

  /// `43 %`.
  static func percent(_ share: Double) -> String { "\(Int((share * 100).rounded())) %" }
}
