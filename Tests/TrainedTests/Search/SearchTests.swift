import Datasets
import Foundation
import Retrieval
import Tensors
import TestSupport
import Testing
import Trained

/// Ranking a gallery by hand-made descriptors of one number.
@Suite struct SearchTests {
  private let scheme = AttributeScheme.dukeMTMC

  private func image(_ name: String, _ identity: Int?, _ camera: Int?) -> SearchImage {
    let file = URL(fileURLWithPath: "/gallery/\(name)")
    guard let identity, let camera else { return SearchImage(Photograph(file)) }
    return SearchImage(LabelledImage(file: file, name: name, identity: identity, camera: camera))
  }

  /// Probabilities of Duke's attributes, certain of class 0 but for the gender.
  private func probabilities(female: Double) -> [[Double]] {
    [[1 - female, female]]
      + scheme.attributes.dropFirst().map { [1] + [Double](repeating: 0, count: $0.classes.count - 1) }
  }

  private func gallery(
    _ rows: [(name: String, identity: Int?, camera: Int?, place: Float, female: Double, label: Int??)]
  ) throws -> SearchGallery {
    SearchGallery(
      images: rows.map { image($0.name, $0.identity, $0.camera) },
      descriptors: try Descriptors(rows.map(\.place), dimension: 1),
      probabilities: rows.map { probabilities(female: $0.female) },
      labels: rows.map { row in
        row.label.map { label in [label] + scheme.attributes.dropFirst().map { _ in 0 } }
      })
  }

  private func labelled() throws -> SearchGallery {
    try gallery([
      ("a", 7, 1, 0.0, 0.9, 1),  // the query's person by the query's camera: left out
      ("b", 7, 2, 3.0, 0.9, 1), ("c", -1, 2, 0.1, 0.9, nil),  // junk: left out
      ("d", 0, 2, 1.0, 0.2, nil), ("e", 5, 1, 1.0, 0.6, 0), ("f", 7, 3, 2.0, 0.4, .some(nil)),
      ("g", 5, 2, -1.0, 0.7, 1),
    ])
  }

  private func query(_ identity: Int?, _ camera: Int?) -> SearchQuery {
    SearchQuery(image: image("query", identity, camera), descriptor: [0], probabilities: probabilities(female: 0.8))
  }

  private func names(_ answer: Search.Answer, _ gallery: SearchGallery) -> [String] {
    answer.hits.map { gallery.images[$0.index].name }
  }

  @Test("the protocol's rules, and of equal distances the gallery's order")
  func plain() throws {
    let gallery = try labelled()
    let answer = try Search(gallery, normalize: false).rank(for: query(7, 1))
    #expect(names(answer, gallery) == ["d", "e", "g", "f", "b"])
    #expect(answer.hits.map(\.isRight) == [false, false, false, true, true])
    #expect(answer.hits.map(\.distance) == [1, 1, 1, 2, 3] && answer.hits.map(\.rank) == [1, 2, 3, 4, 5])
    #expect(answer.leftOut == 2 && answer.filtered == 0 && answer.trueMatches == 2)
    // Ranks 4 and 5: (1/4 + 2/5) / 2.
    #expect(answer.averagePrecision == 0.325)
  }

  @Test("somebody whom nobody labelled has no right and wrong")
  func unknown() throws {
    let gallery = try labelled()
    for identity in [nil, 0] as [Int?] {
      let answer = try Search(gallery, normalize: false).rank(for: query(identity, identity))
      #expect(answer.hits.allSatisfy { $0.isRight == nil } && answer.trueMatches == nil)
      #expect(answer.averagePrecision == nil && answer.leftOut == 1)
    }
    let photographs = try self.gallery([("p", nil, nil, 1, 0.5, nil), ("q", nil, nil, 0, 0.5, nil)])
    let answer = try Search(photographs, normalize: false).rank(for: query(7, 1))
    #expect(names(answer, photographs) == ["q", "p"] && answer.hits.allSatisfy { $0.isRight == nil })
    #expect(answer.trueMatches == nil)
  }

  @Test("a photograph does not find itself")
  func itself() throws {
    let gallery = try self.gallery([("p", nil, nil, 1, 0.5, nil), ("q", nil, nil, 0, 0.5, nil)])
    let query = SearchQuery(image: image("q", nil, nil), descriptor: [0], probabilities: [])
    #expect(names(try Search(gallery, normalize: false).rank(for: query), gallery) == ["p"])
  }

  @Test("a filter takes away what is predicted otherwise, and ranks are told before and after")
  func filtered() throws {
    let gallery = try labelled()
    let female = try AttributeFilter(["gender=female"], scheme: scheme)
    let search = Search(gallery, normalize: false)
    let predicted = try search.rank(for: query(7, 1), where: female)
    #expect(names(predicted, gallery) == ["e", "g", "b"] && predicted.hits.map(\.unfilteredRank) == [2, 3, 5])
    #expect(predicted.filtered == 2 && predicted.trueMatches == 2 && predicted.remainingMatches == 1)
    // By labels: d has none (nobody labelled it), f's gender is unlabelled.
    let byLabels = try search.rank(for: query(7, 1), where: female, by: .labelled)
    #expect(names(byLabels, gallery) == ["g", "b"])
    let male = try AttributeFilter(["gender=male"], scheme: scheme)
    #expect(names(try search.rank(for: query(7, 1), where: male, by: .labelled), gallery) == ["e"])
  }

  @Test("attributes alone: the likeliest first, right where the annotators agree, unknown where they are silent")
  func attributesAlone() throws {
    let gallery = try labelled()
    let answer = Search(gallery, normalize: false).rank(where: try AttributeFilter(["gender=female"], scheme: scheme))
    #expect(names(answer, gallery) == ["a", "b", "g", "e"])
    #expect(answer.hits.map(\.probability) == [0.9, 0.9, 0.7, 0.6] && answer.hits.allSatisfy { $0.distance == nil })
    #expect(answer.hits.map(\.isRight) == [true, true, true, false])
    let either = Search(gallery, normalize: false).rank(
      where: try AttributeFilter(["gender=female,gender=male"], scheme: scheme))
    #expect(either.hits.count == 6)
    #expect(either.hits.first { gallery.images[$0.index].name == "d" }?.isRight == .some(nil))
    #expect(either.hits.first { gallery.images[$0.index].name == "f" }?.isRight == .some(nil))
  }

  @Test("ranks agree with the benchmark's protocol on random descriptors")
  func protocolAgrees() throws {
    let identities = TestNumbers.whole(60, "identities", in: -1...5)
    let cameras = TestNumbers.whole(60, "cameras", in: 1...3)
    // Few different numbers, so that there are ties.
    let values = TestNumbers.whole(60 * 4, "descriptors", in: 1...2).map(Float.init)
    for normalize in [false, true] {
      let set = SearchGallery(
        images: (0..<60).map { image("\($0)", identities[$0], cameras[$0]) },
        descriptors: try Descriptors(values, dimension: 4), probabilities: (0..<60).map { _ in [] },
        labels: (0..<60).map { _ in nil })
      let labelled = try LabelledDescriptors(values: values, dimension: 4, identities: identities, cameras: cameras)
      let expected = try RetrievalProtocol.evaluate(
        query: labelled, gallery: labelled, normalize: normalize, topRanks: 60)
      let search = Search(set, normalize: normalize)
      for index in 0..<60 where identities[index] > 0 {
        let query = SearchQuery(
          image: set.images[index], descriptor: Array(values[index * 4..<index * 4 + 4]), probabilities: [])
        let answer = try search.rank(for: query)
        #expect(answer.hits.map(\.index) == expected.queries[index].top)
        #expect(answer.averagePrecision == expected.queries[index].averagePrecision?.rectangle)
      }
    }
  }
}
