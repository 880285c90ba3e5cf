import Datasets
import Foundation
import Support
import TestSupport
import Testing

@Suite struct AttributePredictionsTests {
  private func file(_ folder: TemporaryFolder, _ rows: [[Double]]) throws -> URL {
    try folder.write(PlainMatFile.table("predicted", rows), to: "predicted.mat")
  }

  private func message(_ rows: [[Double]], _ scheme: AttributeScheme = .market1501, _ columns: [String]? = nil) throws
    -> String
  {
    let folder = try TemporaryFolder()
    let url = try file(folder, rows)
    return try #require(
      #expect(throws: PlainError.self) {
        try AttributePredictions(contentsOf: url, scheme: scheme, columns: columns)
      }
    ).description
  }

  @Test func columnsAreInTheAnnotatorsOrder() throws {
    let folder = try TemporaryFolder()
    let url = try file(folder, [[1, 2, 4, 1, 2, 1, 2, 1, 2, 1, 8, 9], [2, 1, 3, 2, 1, 2, 1, 2, 1, 2, 9, 10]])
    let read = try AttributePredictions(contentsOf: url, scheme: .market1501)
    #expect(read.images == 2)
    let byName = Dictionary(uniqueKeysWithValues: zip(read.columns, read.classes))
    #expect(byName["gender"] == [0, 1] && byName["hair"] == [1, 0] && byName["age"] == [3, 2])
    #expect(byName["hat"] == [1, 0] && byName["upper_color"] == [7, 8] && byName["lower_color"] == [8, 9])
  }

  @Test func columnsMayBeNamed() throws {
    let folder = try TemporaryFolder()
    let url = try file(folder, [[8, 1]])
    let read = try AttributePredictions(contentsOf: url, scheme: .dukeMTMC, columns: ["lower_color", "boots"])
    #expect(read.columns == ["lower_color", "boots"] && read.classes == [[7], [0]])
  }

  @Test func mistakesAreErrors() throws {
    let good: [Double] = [1, 2, 4, 1, 2, 1, 2, 1, 2, 1, 8, 9]
    for bad in [0, 3, 1.5, -1, .nan, .infinity] {
      var row = good
      row[0] = bad
      #expect(try message([good, row]).contains("row 2, column 1 (gender)"), "\(bad)")
    }
    #expect(try message([[1, 2]]).contains("expected are 12 columns"))
    #expect(try message([[1, 2]], .dukeMTMC).contains("order of the columns is not known"))
    #expect(try message([[1, 2]], .market1501, ["gendre", "hat"]).contains("did you mean 'gender'"))
    #expect(try message([[1, 2]], .market1501, ["hat", "hat"]).contains("names two"))
  }

  @Test func identitiesAreRead() throws {
    let folder = try TemporaryFolder()
    let list = [-1, 0, 1, 1, 1501]
    #expect(try IdentityList.read(folder.write(PlainMatFile.list("testID", list), to: "column.mat")) == list)
    let row = PlainMatFile.table("ids", [list.map(Double.init)])
    #expect(try IdentityList.read(folder.write(row, to: "row.mat")) == list)
    for rows in [[[1.0, 2], [3, 4]], [[1.5]], [[-2]], [[.nan]]] {
      let url = try folder.write(PlainMatFile.table("ids", rows), to: "bad.mat")
      #expect(throws: PlainError.self, "\(rows)") { try IdentityList.read(url) }
    }
    let whole = PlainMatFile.list("testID", list)
    for length in stride(from: 0, to: whole.count, by: 8) {
      let url = try folder.write(Array(whole.prefix(length)), to: "cut.mat")
      #expect(throws: PlainError.self, "cut at \(length)") { try IdentityList.read(url) }
    }
  }

  @Test func theLabelsTellTheBenchmark() throws {
    let folder = try TemporaryFolder()
    for scheme in AttributeScheme.all {
      let labels = scheme.attributes.map { _ in [0] }
      let url = folder.url.appendingPathComponent("labels.mat")
      try AttributeTable(scheme: scheme, train: [1: labels], test: [2: labels]).write(to: url)
      #expect(try AttributeScheme.ofLabels(in: url) == scheme)
    }
    let other = try folder.write(PlainMatFile.list("testID", [1]), to: "other.mat")
    let error = try #require(#expect(throws: PlainError.self) { try AttributeScheme.ofLabels(in: other) })
    #expect(error.description.contains("testID") && error.description.contains("market_attribute"))
  }
}
