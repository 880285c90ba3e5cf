import Datasets
import Experiments
import Foundation
import Models
import Retrieval
import Support
import Tensors

/// Gathers what an explorer's page shows of one run, or of two on the same dataset, within a number of bytes.
package struct Explorer {
  /// A run and the words by which a command names it: `["table3/Lg/1", "--runs", "/archive"]`.
  package typealias Named = (run: any RankedRun, words: [String])

  /// How much a page holds at most.
  package struct Limits: Sendable {
    /// Bytes of the file.
    package var bytes: Int
    /// Queries.
    package var queries: Int
    /// Images with maps.
    package var maps: Int

    package init(bytes: Int, queries: Int, maps: Int) {
      (self.bytes, self.queries, self.maps) = (bytes, queries, maps)
    }
  }

  /// A run with what its evaluation stored.
  struct Source {
    let run: any RankedRun
    let words: [String]
    let stored: StoredGallery
    let gallery: SearchGallery
    let search: Search
  }

  let sources: [Source]
  let remark: (String) -> Void
  /// The places of the queries in the dataset's list, in the order in which they are taken.
  let drawn: [Int]

  /// The seed by which queries are drawn: more of them are the same ones and others.
  static let seed: UInt64 = 1

  /// Opens what the runs' evaluations stored.
  ///
  /// - Parameter remark: told what is worth a line: images that are damaged, or not those that a run was made on.
  /// - Throws: ``TrainedRun/Failure`` where a run is not evaluated or the runs do not rank the same images; what reading
  ///   their files throws.
  package init(_ runs: [Named], remark: @escaping (String) -> Void = { _ in }) throws {
    self.remark = remark
    sources = try runs.map { run, words in
      let stored = try StoredGallery(of: run)
      if let changed = stored.remark { remark(changed) }
      let gallery = SearchGallery(stored, of: run)
      let second = SecondStage(of: run, stored: stored)
      return Source(
        run: run, words: words, stored: stored, gallery: gallery,
        search: Search(gallery, normalize: run.settings.evaluate.isNormalized, second: second))
    }
    precondition(!sources.isEmpty, "an explorer without a run")
    for other in sources.dropFirst() { try Self.requireOneDataset(sources[0], other) }
    var stream = RandomStream(seed: Self.seed, name: "explorer/queries")
    drawn = stream.permutation(sources[0].stored.dataset.query.count)
  }

  private static func requireOneDataset(_ first: Source, _ other: Source) throws(TrainedRun.Failure) {
    guard first.run.folder != other.run.folder else {
      throw TrainedRun.Failure("\(first.run.name) is named twice; two runs side by side are two")
    }
    let (one, two) = (first.stored.dataset, other.stored.dataset)
    guard one.name == two.name, one.query == two.query, one.gallery == two.gallery else {
      throw TrainedRun.Failure(
        "\(first.run.name) ranks the images of '\(one.name)' and \(other.run.name) those of '\(two.name)': runs are "
          + "set side by side on the same images")
    }
  }

  var dataset: Dataset { sources[0].stored.dataset }
  var scheme: AttributeScheme { sources[0].run.scheme }

  /// The images that a page speaks of: the gallery's, then some queries in the order of their names.
  struct Cast {
    let gallery: [LabelledImage]
    /// Places in the dataset's list of queries.
    let queries: [Int]
    let images: [LabelledImage]
  }

  func cast(_ count: Int) -> Cast {
    let queries = drawn.prefix(count).sorted()
    return Cast(
      gallery: dataset.gallery, queries: queries, images: dataset.gallery + queries.map { dataset.query[$0] })
  }

  /// All of a page but pictures and maps, and by run and query the gallery's places by distance.
  ///
  /// - Parameter step: called for each query and run.
  func data(of cast: Cast, step: () throws -> Void = {}) throws -> (data: ExplorerData, orders: [[[Int]]]) {
    var orders: [[[Int]]] = []
    var runs: [ExplorerData.Run] = []
    for source in sources {
      let finder = QueryFinder(source.run, stored: source.stored)
      let queries = try cast.queries.map { try finder.query($0) }
      var rankings: [ExplorerData.Ranking] = []
      var own: [[Int]] = []
      try source.search.distances(of: queries) { _, distances in
        try step()
        let order = Search.order(of: distances.indices, by: distances)
        let rising = order.map { distances[$0] }
        own.append(order)
        rankings.append(
          ExplorerData.Ranking(
            order: Packed.text(Packed.numbers(order, width: Packed.width(below: cast.gallery.count))),
            distances: Packed.text(Packed.steps(rising)), least: rising.first ?? 0, greatest: rising.last ?? 0))
      }
      orders.append(own)
      runs.append(run(source, predictions: source.gallery.probabilities + queries.map(\.probabilities), rankings))
    }
    let attributes = scheme.attributes.map { ExplorerData.Attribute(name: $0.name, classes: $0.classes) }
    return (
      ExplorerData(
        attributes: attributes, filter: filter, images: images(of: cast), runs: runs), orders
    )
  }

  /// The attributes that the paper's filter looks at: those of the attention map, or the scheme's own selection for it.
  private var filter: [String] {
    sources.lazy.compactMap { $0.run.network?.chosenAttributes }.first { !$0.isEmpty } ?? scheme.attention
  }

  private func images(of cast: Cast) -> ExplorerData.Images {
    let table = sources[0].stored.attributes
    let labels = table.map { table in
      cast.images.flatMap { Packed.classes(table.classes(of: $0.identity, in: .test), count: scheme.attributes.count) }
    }
    return ExplorerData.Images(
      gallery: cast.gallery.count, names: cast.images.map(\.name), identities: cast.images.map(\.identity),
      cameras: cast.images.map(\.camera), labels: labels.map(Packed.text))
  }

  private func run(
    _ source: Source, predictions: [[[Double]]], _ rankings: [ExplorerData.Ranking]
  ) -> ExplorerData.Run {
    let count = scheme.attributes.count
    let lack = source.run.lackOfPredictions
    let classes = predictions.map(SearchGallery.likeliest)
    let shares = zip(predictions, classes).flatMap { rows, classes in
      (0..<count).map { place in
        guard rows.indices.contains(place), let value = classes[place] else { return Packed.none }
        return Packed.share(rows[place][value])
      }
    }
    let lackOfMaps =
      source.run.network == nil
      ? "\(source.run.name) is several runs side by side and has no maps of its own; take one of \(source.run.partNames)"
      : nil
    return ExplorerData.Run(
      name: source.run.name,
      command: (["aanet", "query"] + source.words).map(\.quotedForShell).joined(separator: " "),
      predicted: lack == nil ? Packed.text(classes.flatMap { Packed.classes($0, count: count) }) : nil,
      shares: lack == nil ? Packed.text(shares) : nil, lackOfPredictions: lack, lackOfMaps: lackOfMaps,
      rankings: rankings)
  }
}
