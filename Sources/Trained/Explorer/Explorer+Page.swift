import Datasets
import Documents
import Experiments
import Foundation
import Models
import Support
import Synchronization

/// What an explorer's page has, and what it has not.
package struct ExplorerSummary: Encodable {
  /// How the runs are called.
  package let runs: [String]
  package let dataset: String
  /// Whether the dataset is drawn.
  package let drawn: Bool
  /// Images in the gallery.
  package let gallery: Int
  /// Queries that the page has, and those that there are.
  package let queries: Int
  package let queriesInAll: Int
  /// Images of the page, and those that it shows a picture of.
  package let images: Int
  package let pictures: Int
  /// Images that it shows maps of.
  package let maps: Int
  /// What the page has not, in sentences.
  package let leftOut: [String]
  /// The file and its size; set once it is written.
  package var page: String?
  package var bytes: Int?

  enum CodingKeys: String, CodingKey {
    case runs, dataset, drawn, gallery, queries, images, pictures, maps, page, bytes
    case queriesInAll = "queries_in_all"
    case leftOut = "left_out"
  }
}

extension Explorer {
  /// Makes the page.
  ///
  /// Queries are drawn by lot, always in the same order. Pictures and maps are taken by how likely somebody is to look at
  /// them: of the queries, of each ranking's first places, of all true matches, and so on down the rankings, as far as
  /// the file may grow.
  ///
  /// - Parameters:
  ///   - command: the command that makes the page again.
  ///   - isInterrupted: asked now and then; where it says yes, `TrainingError.interrupted` is thrown.
  ///   - report: told how many images were looked at, of how many.
  /// - Throws: `PlainError` where a page of one query is larger than it may be.
  package func page(
    _ limits: Limits, command: String, isInterrupted: () -> Bool = { false },
    report: (_ done: Int, _ total: Int) -> Void = { _, _ in }
  ) throws -> ExplorerPage {
    let count = try queries(within: limits, command: command)
    let cast = cast(count)
    let steps = cast.images.count + count * sources.count
    var done = 0
    func step(_ more: Int) throws {
      done += more
      report(done, steps)
      if isInterrupted() { throw TrainingError.interrupted }
    }
    var (data, orders) = try data(of: cast) { try step(1) }
    let room = limits.bytes - (try ExplorerPage(data, summary(cast, data, skipped: [:]), command).html.count)
    guard room >= 0 else { throw tooSmall(limits, needs: limits.bytes - room) }
    let order = Self.viewed(cast, orders)
    orders = []
    let skipped = try illustrate(
      &data, cast.images, order, within: room - Self.reserve, maps: limits.maps, step: step)
    return try ExplorerPage(data, summary(cast, data, skipped: skipped), command)
  }

  /// What the sentences of a summary may grow by, once it is known what is left out.
  private static let reserve = 16_384

  private func tooSmall(_ limits: Limits, needs bytes: Int) -> PlainError {
    PlainError(
      "the names and the ranking of \(Wording.grouped(dataset.gallery.count)) gallery images take \(bytes / 1_000_000 + 1) MB "
        + "for one query alone, more than the \(limits.bytes / 1_000_000) MB of the page; give --most-mb a larger number"
    )
  }

  /// How many queries' rankings take no more than half of the room, at least one.
  private func queries(within limits: Limits, command: String) throws -> Int {
    let wanted = min(limits.queries, dataset.query.count)
    let gallery = dataset.gallery.count
    let bare = Cast(gallery: dataset.gallery, queries: [], images: cast(wanted).images)
    let (data, _) = try data(of: bare)
    let room = limits.bytes - (try ExplorerPage(data, summary(bare, data, skipped: [:]), command).html.count)
    let ranking =
      Packed.length(ofBytes: gallery * Packed.width(below: gallery)) + Packed.length(ofBytes: gallery * 2) + 100
    let each = ranking * sources.count
    guard room >= each else { throw tooSmall(limits, needs: limits.bytes - room + each) }
    return max(1, min(wanted, room / 2 / each))
  }

  /// The images in the order in which they are likely to be looked at, each once.
  ///
  /// - Parameter orders: by run and query the gallery's places by distance.
  static func viewed(_ cast: Cast, _ orders: [[[Int]]]) -> [Int] {
    var isTaken = [Bool](repeating: false, count: cast.images.count)
    var order: [Int] = []
    func take(_ image: Int) {
      guard !isTaken[image] else { return }
      isTaken[image] = true
      order.append(image)
    }
    func takeRanks(_ ranks: Range<Int>) {
      for rank in ranks where order.count < cast.images.count {
        for query in cast.queries.indices { for ranking in orders { take(ranking[query][rank]) } }
      }
    }
    let gallery = cast.gallery.count
    let first = min(12, gallery)
    for query in cast.queries.indices { take(gallery + query) }
    takeRanks(0..<first)
    for query in cast.queries.indices {
      let identity = cast.images[gallery + query].identity
      for place in cast.gallery.indices where cast.gallery[place].identity == identity { take(place) }
    }
    takeRanks(first..<gallery)
    return order
  }

  /// How many images are looked at at once.
  private static let chunk = 64

  /// Adds pictures and maps as far as there is room.
  ///
  /// - Returns: what was wrong with images that cannot be read, by their places.
  private func illustrate(
    _ data: inout ExplorerData, _ images: [LabelledImage], _ order: [Int], within room: Int, maps most: Int,
    step: (Int) throws -> Void
  ) throws -> [Int: String] {
    var room = room
    var skipped: [Int: String] = [:]
    for start in stride(from: 0, to: order.count, by: Self.chunk) {
      let places = Array(order[start..<min(start + Self.chunk, order.count)])
      let pictures = Self.pictures(of: places.map { images[$0].file })
      var seen: [Int] = []
      for (place, picture) in zip(places, pictures) {
        switch picture {
        case .failure(let error): skipped[place] = error.description
        case .success(let bytes):
          let text = Packed.text(bytes)
          guard text.utf8.count + Self.overhead <= room else { return skipped }
          room -= text.utf8.count + Self.overhead
          data.pictured.append(place)
          data.pictures.append(text)
          seen.append(place)
        }
      }
      let rest = max(0, most - start)
      try addMaps(to: &data, of: Array(seen.prefix(rest)), images, room: &room)
      try step(places.count)
    }
    return skipped
  }

  /// What an image costs beside its numbers: a place of at most eight digits, quotes and commas.
  private static let overhead = 12

  private static func pictures(of files: [URL]) -> [Result<[UInt8], PlainError>] {
    let results = Mutex<[Int: Result<[UInt8], PlainError>]>([:])
    DispatchQueue.concurrentPerform(iterations: files.count) { place in
      let result = Result { () throws(PlainError) in try PictureFile.thumbnail(files[place]) }
      results.withLock { $0[place] = result }
    }
    let all = results.withLock { $0 }
    return files.indices.compactMap { all[$0] }
  }

  private func addMaps(
    to data: inout ExplorerData, of places: [Int], _ images: [LabelledImage], room: inout Int
  ) throws {
    guard !places.isEmpty else { return }
    for (number, source) in sources.enumerated() {
      guard let network = source.run.network else { continue }
      let readings = try network.look(
        at: places.map { Photograph(images[$0].file) }, withMaps: true,
        report: { event in if case .remark(let text) = event { remark(text) } })
      for reading in readings {
        guard let maps = reading.maps else { continue }
        let kinds = MapKinds(of: maps, scheme: scheme)
        let text = Packed.text(kinds.levels(of: maps))
        guard !kinds.kinds.isEmpty, text.utf8.count + Self.overhead <= room else { continue }
        if data.runs[number].maps == nil {
          data.runs[number].maps = ExplorerData.Maps(height: maps.height, width: maps.width, kinds: kinds.kinds)
        }
        room -= text.utf8.count + Self.overhead
        data.runs[number].maps?.images.append(places[reading.index])
        data.runs[number].maps?.values.append(text)
      }
    }
  }

  private func summary(
    _ cast: Cast, _ data: ExplorerData, skipped: [Int: String]
  ) -> ExplorerSummary {
    let mapped = Set(data.runs.flatMap { $0.maps?.images ?? [] }).count
    return ExplorerSummary(
      runs: sources.map(\.run.name), dataset: dataset.name, drawn: sources[0].run.entry.isSynthetic,
      gallery: cast.gallery.count, queries: cast.queries.count, queriesInAll: dataset.query.count,
      images: cast.images.count, pictures: data.pictured.count, maps: mapped,
      leftOut: leftOut(cast, data, skipped: skipped, mapped: mapped))
  }

  private func leftOut(_ cast: Cast, _ data: ExplorerData, skipped: [Int: String], mapped: Int) -> [String] {
    var sentences: [String] = []
    let missing = dataset.query.count - cast.queries.count
    if missing > 0 {
      sentences.append(
        "\(missing) of \(Wording.count(dataset.query.count, "query", "queries")): those here were drawn by lot (seed "
          + "\(Self.seed)); larger numbers of --queries and --most-mb show more")
    }
    let unpictured = cast.images.count - data.pictured.count - skipped.count
    if unpictured > 0 {
      sentences.append(
        "the pictures of \(unpictured) of \(cast.images.count) images, far down the rankings; a larger --most-mb shows more"
      )
    }
    for (place, reason) in skipped.sorted(by: { $0.key < $1.key }).prefix(5) {
      let words = "the picture of \(cast.images[place].name): \(reason)"
      sentences.append(Wording.printable(words, limit: 500))
    }
    if skipped.count > 5 { sentences.append("the pictures of \(skipped.count - 5) more images that cannot be read") }
    for (source, run) in zip(sources, data.runs) {
      if let lack = run.lackOfMaps { sentences.append("maps: \(lack)") }
      if let lack = run.lackOfPredictions { sentences.append("predicted attributes: \(lack)") }
      if source.run.network != nil, run.maps == nil, mapped == 0 {
        sentences.append("maps of \(source.run.name): none was asked for or fits, or no task of it has any")
      }
      if source.run.settings.evaluate.rerank != nil {
        sentences.append(
          "the re-ranked list of \(source.run.name): ranks are those before re-ranking, as `aanet query` gives them")
      }
    }
    let unmapped = data.pictured.count - mapped
    if mapped > 0, unmapped > 0 {
      sentences.append(
        "the maps of \(unmapped) of the \(data.pictured.count) images with a picture; larger numbers of --maps and "
          + "--most-mb show more, and `aanet predict --maps` draws those of any image")
    }
    return sentences
  }
}

/// Which maps a run has of every image, in one order.
struct MapKinds {
  let kinds: [ExplorerData.Maps.Kind]

  init(of maps: ImageMaps, scheme: AttributeScheme) {
    var kinds: [ExplorerData.Maps.Kind] = []
    func add(_ name: String, attribute: Int? = nil, _ rows: Range<Int>) {
      kinds.append(.init(name: name, attribute: attribute, rows: [rows.lowerBound, rows.upperBound]))
    }
    if let global = maps.global { add("identity", global.rows) }
    for (place, map) in maps.attributes.enumerated() { add(scheme.attributes[place].name, attribute: place, map.rows) }
    if maps.attention != nil { add("attention", 0..<maps.height) }
    for part in maps.softParts { add(part.name, 0..<maps.height) }
    self.kinds = kinds
  }

  /// The numbers of all maps, each from its least to its greatest value but for those that lie in 0 ... 1 by themselves.
  func levels(of maps: ImageMaps) -> [UInt8] {
    let scaled = ([maps.global].compactMap { $0 } + maps.attributes).flatMap { Packed.levels($0.scaled.values) }
    return scaled + Packed.levels(maps.attention ?? []) + maps.softParts.flatMap { Packed.levels($0.values) }
  }
}
