import Foundation
import Retrieval
import Support
import Tensors
import TestSupport
import Testing

@Suite struct RetrievalInputTests {
  private func message(_ body: () throws -> Void) throws -> String {
    try #require(#expect(throws: PlainError.self) { try body() }).description
  }

  @Test func countsThatDisagreeAreErrors() throws {
    #expect(try message { _ = try Descriptors([1, 2, 3], dimension: 2) }.contains("3 numbers"))
    #expect(try message { _ = try Descriptors([], dimension: 0) }.contains("multiple of 0"))
    #expect(try message { _ = try RetrievalLabels(identities: [1], cameras: []) }.contains("0 cameras"))
    #expect(
      try message { _ = try LabelledDescriptors(values: [1, 2], dimension: 1, identities: [1], cameras: [1]) }
        .contains("2 descriptors but 1 labels"))
    let two = try LabelledDescriptors(values: [1, 2], dimension: 2, identities: [1], cameras: [1])
    let three = try LabelledDescriptors(values: [1, 2, 3], dimension: 3, identities: [1], cameras: [2])
    #expect(try message { _ = try RetrievalProtocol.evaluate(query: two, gallery: three) }.contains("2 numbers"))
    #expect(
      try message {
        _ = try RetrievalProtocol.evaluate(distances: [1, 2], query: two.labels, gallery: three.labels)
      }.contains("2 distances"))
  }

  @Test func emptySetsAreErrors() throws {
    let none = try LabelledDescriptors(values: [], dimension: 2, identities: [], cameras: [])
    let one = try LabelledDescriptors(values: [1, 2], dimension: 2, identities: [1], cameras: [1])
    #expect(try message { _ = try RetrievalProtocol.evaluate(query: none, gallery: one) } == "there are no queries")
    #expect(try message { _ = try RetrievalProtocol.evaluate(query: one, gallery: none) } == "the gallery is empty")
    // The only image of the identity is by the same camera.
    #expect(try message { _ = try RetrievalProtocol.evaluate(query: one, gallery: one) }.contains("none of the 1"))
  }

  @Test(arguments: [Float.nan, .infinity, -.infinity, 1e20])
  func unusableNumbersAreErrors(value: Float) throws {
    let text = try message { _ = try Descriptors([0, 0, 0, value], dimension: 2, of: "gallery") }
    #expect(text.contains("gallery 1"))
    let labels = try RetrievalLabels(identities: [1], cameras: [1])
    #expect(
      try message { _ = try RetrievalProtocol.evaluate(distances: [.nan], query: labels, gallery: labels) }
        .contains("query 0"))
  }

  @Test func negativeZeroIsZero() throws {
    let query = try RetrievalLabels(identities: [1], cameras: [1])
    let gallery = try RetrievalLabels(identities: [2, 1], cameras: [2, 2])
    let result = try RetrievalProtocol.evaluate(distances: [0, -0.0], query: query, gallery: gallery, topRanks: 2)
    #expect(result.queries[0].top == [0, 1])
    #expect(result.queries[0].firstMatchRank == 2)
  }

  @Test func distancesAreAccurateFarFromTheOrigin() throws {
    var stream = RandomStream(seed: 3, name: "distances")
    let dimension = 37
    func set(_ count: Int) throws -> Descriptors {
      try Descriptors(
        (0..<count * dimension).map { _ in Float(5 + stream.normal()) }, dimension: dimension)
    }
    let query = try set(5)
    let gallery = try set(41)
    let measured = try EuclideanDistances(query: query, gallery: gallery).rows(1..<4)
    for row in 0..<3 {
      for column in 0..<41 {
        var sum = 0.0
        for i in 0..<dimension {
          let difference =
            Double(query.values[(row + 1) * dimension + i]) - Double(gallery.values[column * dimension + i])
          sum += difference * difference
        }
        #expect(abs(Double(measured[row * 41 + column]) - sum.squareRoot()) < 1e-4)
      }
    }
  }

  @Test func unitLength() throws {
    let unit = try Descriptors([3, 4, 0, 0, -2, 0], dimension: 2).unitLength
    #expect(unit.values == [0.6, 0.8, 0, 0, -1, 0])
    // Scaled descriptors rank by angle.
    let query = try LabelledDescriptors(values: [1, 0], dimension: 2, identities: [1], cameras: [1])
    let gallery = try LabelledDescriptors(
      values: [1, 1, 100, 0], dimension: 2, identities: [2, 1], cameras: [2, 2])
    #expect(try RetrievalProtocol.evaluate(query: query, gallery: gallery).cmc(1) == 0)
    #expect(try RetrievalProtocol.evaluate(query: query, gallery: gallery, normalize: true).cmc(1) == 1)
  }

  @Test func filesOfDescriptorsAreChecked() throws {
    let folder = try TemporaryFolder()
    var good = SafeTensors(tensors: [
      "query": StoredTensor([1, 2] as [Float], shape: [1, 2]), "query_ids": StoredTensor([1], shape: [1]),
      "query_cameras": StoredTensor([1], shape: [1]),
      "gallery": StoredTensor([1, 2, 3, 4] as [Float], shape: [2, 2]),
      "gallery_ids": StoredTensor([1, 2], shape: [2]), "gallery_cameras": StoredTensor([2, 2], shape: [2]),
    ])
    func score() throws -> RetrievalReport {
      let file = folder.url.appendingPathComponent("descriptors.safetensors")
      try good.serialized().write(to: file)
      return try RetrievalReport(scoring: file)
    }
    #expect(try score().plain.mAP == 1)
    #expect(try score().table.contains("mAP (rectangle) 100.00 %"))
    let whole = good
    for key in whole.tensors.keys {
      good.tensors[key] = nil
      #expect(try message { _ = try score() }.contains("the tensor '\(key)' is missing"), "\(key)")
      good = whole
    }
    good.tensors["query_ids"] = StoredTensor([1] as [Float], shape: [1])
    #expect(try message { _ = try score() }.contains("needed is a list of whole numbers"))
    good.tensors["query_ids"] = StoredTensor([1, 2], shape: [2])
    #expect(try message { _ = try score() }.contains("2 identities but 1 cameras"))
    good = whole
    good.tensors["gallery"] = StoredTensor([1, 2, 3, 4] as [Float], shape: [4])
    #expect(try message { _ = try score() }.contains("'gallery' is F32 [4]"))
    good.tensors["gallery"] = StoredTensor([] as [Float], shape: [0, 2])
    #expect(try message { _ = try score() }.contains("0 descriptors but 2 labels"))
  }
}
