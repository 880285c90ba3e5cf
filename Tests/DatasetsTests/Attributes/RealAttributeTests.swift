import Datasets
import Foundation
import Support
import Tensors
import Testing

private func real(_ scheme: AttributeScheme) throws -> AttributeTable {
  let folder = try #require(RealAttributeFiles.folder)
  return try AttributeTable(contentsOf: folder.appendingPathComponent(scheme.fileName), scheme: scheme)
}

private func counts(_ table: AttributeTable) -> [String] { table.defects.map { String($0.prefix { $0 != "(" }) } }

@Suite(.enabled(if: RealAttributeFiles.folder != nil, "the real annotation files are absent"))
struct RealAttributeTests {
  @Test func marketFileIsReadWithItsDefects() throws {
    let table = try real(.market1501)
    #expect(table.identities(in: .train).count == 751)
    #expect(table.identities(in: .test).count == 750)
    #expect(
      counts(table) == [
        "train: 78 identities without upper_color ", "train: 30 identities without lower_color ",
        "test: 69 identities without upper_color ", "test: 44 identities without lower_color ",
      ])
  }

  @Test func dukeFileIsReadWithItsDefects() throws {
    let table = try real(.dukeMTMC)
    #expect(table.identities(in: .train).count == 702)
    #expect(table.identities(in: .test).count == 1110)
    let place = try #require(table.scheme.index(of: "upper_length"))
    let unlabelled = table.identities(in: .train).filter { table.classes(of: $0, in: .train)?[place] == nil }
    #expect(unlabelled == [370, 679])
    #expect(
      table.defects.contains { $0.hasPrefix("train: 2 identities without upper_length") && $0.contains("0370, 0679") })
    let test = counts(table).filter { $0.hasPrefix("test") }
    #expect(
      test == [
        "test: 14 identities without upper_color ", "test: 11 identities without lower_color ",
        "test: 22 identities with two labels for lower_color ",
        "test: 1 identity with more than two labels for lower_color ",
      ])
  }

  /// Shares that the annotators' files have, counted apart from this code (scipy).
  @Test func classesAreCountedAsInTheFiles() throws {
    func count(_ name: String, _ split: AttributeTable.Split, _ table: AttributeTable) throws -> [Int] {
      let place = try #require(table.scheme.index(of: name))
      var counts = [Int](repeating: 0, count: table.scheme.attributes[place].classes.count)
      for identity in table.identities(in: split) {
        if let value = table.classes(of: identity, in: split)?[place] { counts[value] += 1 }
      }
      return counts
    }
    let market = try real(.market1501)
    #expect(try count("gender", .train, market) == [431, 320])
    #expect(try count("age", .test, market) == [2, 640, 103, 5])
    #expect(try count("sleeve", .train, market) == [39, 712])
    #expect(try count("lower_type", .test, market) == [85, 665])
    #expect(try count("upper_color", .train, market) == [113, 228, 78, 30, 86, 46, 56, 36, 78])
    let duke = try real(.dukeMTMC)
    #expect(try count("upper_length", .train, duke) == [593, 107])
    #expect(try count("boots", .test, duke) == [816, 294])
    #expect(try count("backpack", .train, duke) == [247, 455])
  }

  @Test func marketFileIsNoDukeFile() throws {
    let folder = try #require(RealAttributeFiles.folder)
    let url = folder.appendingPathComponent("market_attribute.mat")
    let error = #expect(throws: PlainError.self) { try AttributeTable(contentsOf: url, scheme: .dukeMTMC) }
    #expect(error?.description.contains("duke_attribute") == true)
  }

  @Test func realFilesCutOffOrDamagedAreRefused() throws {
    let folder = try #require(RealAttributeFiles.folder)
    for scheme in AttributeScheme.all {
      let bytes = try Array(Data(contentsOf: folder.appendingPathComponent(scheme.fileName)))
      try expectDamageIsSurvived(bytes, scheme: scheme, seed: 11, mutations: 150)
    }
  }
}
