import Foundation
import Retrieval
import Support
import Tensors
import TestSupport
import Testing

/// Galleries that stay in their file: what is ranked is what would be ranked in memory, bit for bit.
@Suite struct LargeGalleryTests {
  /// Blocks of some images, of a small gallery already.
  private static let small = DistanceBlocks.Limits(wholeGallery: 0, block: 11, product: 40, distances: 200)

  private static let ways: [(normalize: Bool, limits: DistanceBlocks.Limits)] =
    [(false, .standard), (true, .standard), (false, small), (true, small)]

  private let folder: TemporaryFolder

  init() throws { folder = try TemporaryFolder() }

  /// Writes sets as a run does, the gallery in batches.
  private func file(
    _ query: LabelledDescriptors, _ gallery: LabelledDescriptors, batch: Int = 7, named name: String = "d.safetensors"
  ) throws -> URL {
    let url = folder.url.appendingPathComponent(name)
    let dimension = gallery.descriptors.dimension
    let file = try DescriptorFile(
      FileReplacement(of: url), query: query.labels, gallery: gallery.labels, dimension: dimension)
    for start in stride(from: 0, to: gallery.count, by: batch) {
      let end = min(start + batch, gallery.count)
      try file.append(Array(gallery.descriptors.values[start * dimension..<end * dimension]))
    }
    try file.finish(query: query.descriptors.values)
    return url
  }

  private func stored(_ url: URL) throws -> Gallery { try Gallery(in: TensorFile(contentsOf: url), at: url, limit: 0) }

  /// Descriptors whose distances round, with junk, distractors and images that are there twice.
  private func drawn(_ seed: UInt64) throws -> (query: LabelledDescriptors, gallery: LabelledDescriptors) {
    var stream = RandomStream(seed: seed, name: "large gallery")
    let dimension = 1 + stream.int(below: 40)
    func set(_ count: Int, identities: Range<Int>) throws -> LabelledDescriptors {
      var values: [Float] = []
      for image in 0..<count {
        if image > 0, stream.chance(0.2) {
          let twin = stream.int(below: image)
          values += values[twin * dimension..<(twin + 1) * dimension]
        } else {
          values += (0..<dimension).map { _ in Float(stream.normal()) }
        }
      }
      return try LabelledDescriptors(
        values: values, dimension: dimension,
        identities: (0..<count).map { _ in identities.lowerBound + stream.int(below: identities.count) },
        cameras: (0..<count).map { _ in 1 + stream.int(below: 3) })
    }
    return (
      try set(1 + stream.int(below: 30), identities: 0..<6), try set(1 + stream.int(below: 200), identities: -1..<5)
    )
  }

  @Test func aFileIsRankedAsMemoryIs() throws {
    var counted = 0
    for seed in 0..<120 as Range<UInt64> {
      let (query, gallery) = try drawn(seed)
      let inFile = try stored(file(query, gallery))
      #expect(inFile.descriptors is StoredDescriptors)
      for (normalize, limits) in Self.ways {
        func rank(_ gallery: Gallery) -> Result<RetrievalResult, PlainError> {
          Result { () throws(PlainError) in
            try RetrievalProtocol.evaluate(
              query: query, gallery: gallery, normalize: normalize, topRanks: 10, limits: limits)
          }
        }
        // Equal are all ranks, the best images, both forms of precision, and the reasons why there are none.
        let ranked = rank(inFile)
        #expect(ranked == rank(Gallery(gallery)), "seed \(seed), \(normalize)")
        counted += (try? ranked.get())?.countedQueries ?? 0
      }
      #expect(try inFile.loaded() == gallery)
    }
    #expect(counted > 1000)
  }

  @Test func blocksGiveTheOrderOfTheWhole() throws {
    // Whole numbers have exact distances, whatever a product's size.
    for seed in 0..<200 as Range<UInt64> {
      let small = try RandomCase(seed: seed)
      guard
        let whole = try? RetrievalProtocol.evaluate(query: small.query, gallery: small.gallery, topRanks: 8)
      else { continue }
      let inFile = try stored(file(small.query, small.gallery))
      #expect(
        try RetrievalProtocol.evaluate(query: small.query, gallery: inFile, topRanks: 8, limits: Self.small) == whole,
        "seed \(seed)")
    }
  }

  @Test func nearestForPairsAndTheirRankingAreThoseOfMemory() throws {
    let (query, gallery) = try drawn(3)
    let inFile = try stored(file(query, gallery))
    let there = try PairScores.nearest(9, query: query, gallery: inFile, normalize: true)
    let here = try PairScores.nearest(9, query: query, gallery: Gallery(gallery), normalize: true)
    #expect(there == here)
    var stream = RandomStream(seed: 1, name: "judged")
    let pairs = try PairScores(
      first: here.first, places: here.places, differences: here.places.map { _ in Float(stream.normal()) })
    #expect(
      try RetrievalProtocol.evaluate(query: query, gallery: inFile, pairs: pairs, limits: Self.small)
        == RetrievalProtocol.evaluate(query: query, gallery: Gallery(gallery), pairs: pairs, limits: Self.small))
  }

  @Test func aFileIsTheOneThatIsWrittenAtOnce() throws {
    let (query, gallery) = try drawn(5)
    var tensors: [String: StoredTensor] = [:]
    for (name, set) in [("query", query), ("gallery", gallery)] {
      tensors[name] = StoredTensor(set.descriptors.values, shape: [set.count, set.descriptors.dimension])
      tensors["\(name)_ids"] = StoredTensor(set.labels.identities, shape: [set.count])
      tensors["\(name)_cameras"] = StoredTensor(set.labels.cameras, shape: [set.count])
    }
    let expected = try SafeTensors(tensors: tensors).pieces().flatMap { $0 }
    #expect(try Data(contentsOf: file(query, gallery, batch: 3)) == Data(expected))
  }

  @Test func otherNumbersAreConverted() throws {
    let (query, gallery) = try drawn(8)
    let url = try file(query, gallery)
    var tensors = try SafeTensors(contentsOf: url)
    let halves = gallery.descriptors.values.map { Float16($0) }
    tensors.tensors["gallery"] = StoredTensor(
      kind: .float16, shape: [gallery.count, gallery.descriptors.dimension],
      bytes: halves.withUnsafeBytes { Array($0) })
    try tensors.serialized().write(to: url)
    #expect(try stored(url).loaded().descriptors.values == halves.map { Float($0) })
  }

  @Test func sizesDecideWhatStaysInItsFile() {
    // Market-1501 by 3,072 numbers is taken into memory, with half a million distractors it is not.
    #expect(!Gallery.staysInFile(19_732, dimension: 3072))
    #expect(Gallery.staysInFile(519_732, dimension: 3072))
  }

  @Test func whatIsUnfinishedLeavesNothing() throws {
    let (query, gallery) = try drawn(2)
    let url = folder.url.appendingPathComponent("d.safetensors")
    try Data("before".utf8).write(to: url)
    func begin() throws -> DescriptorFile {
      try DescriptorFile(
        FileReplacement(of: url), query: query.labels, gallery: gallery.labels,
        dimension: gallery.descriptors.dimension)
    }
    func expectUntouched() throws {
      #expect(try Data(contentsOf: url) == Data("before".utf8))
      #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["d.safetensors"])
    }
    do { try begin().append(Array(gallery.descriptors.values.prefix(gallery.descriptors.dimension))) }
    try expectUntouched()
    // Too few images, and a number that is none, whose image is counted from the file's first.
    #expect(throws: PlainError.self) { try begin().finish(query: query.descriptors.values) }
    let row = [Float](repeating: 1, count: gallery.descriptors.dimension)
    let error = #expect(throws: PlainError.self) {
      let file = try begin()
      try file.append(row + row)
      try file.append(row.dropLast() + [.nan])
    }
    #expect(error?.description.contains("gallery 2 holds nan") == true)
    try expectUntouched()
  }

  @Test func damageIsTold() throws {
    let (query, gallery) = try drawn(4)
    let url = try file(query, gallery)
    let ranked = { try RetrievalProtocol.evaluate(query: query, gallery: $0, limits: Self.small) }
    // A number that is none, far inside.
    var tensors = try SafeTensors(contentsOf: url)
    var values = gallery.descriptors.values
    values[values.count - 1] = .infinity
    tensors.tensors["gallery"] = StoredTensor(values, shape: [gallery.count, gallery.descriptors.dimension])
    try tensors.serialized().write(to: url)
    var error = try #require(#expect(throws: PlainError.self) { _ = try ranked(stored(url)) }).description
    #expect(error.hasPrefix(url.path) && error.contains("gallery \(gallery.count - 1) holds inf"), "\(error)")
    // A file that is cut off once it is open.
    let open = try stored(file(query, gallery))
    try FileHandle(forWritingTo: url).truncate(atOffset: 1000)
    error = try #require(#expect(throws: PlainError.self) { _ = try ranked(open) }).description
    #expect(error.hasPrefix(url.path) && error.contains("cut off: it has 1000 of at least"), "\(error)")
  }
}
