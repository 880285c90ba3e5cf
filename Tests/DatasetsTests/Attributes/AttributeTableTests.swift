import Datasets
import Foundation
import Support
import TestSupport
import Testing

/// Labels that use every class of every attribute, none, and two colours.
private func sample(_ scheme: AttributeScheme, shift: Int) -> AttributeTable.Labels {
  scheme.attributes.map { attribute in
    let possible = attribute.otherClass ?? attribute.classes.count
    if attribute.otherClass != nil, shift == 11 { return [1, possible - 1] }
    if attribute.otherClass != nil, shift == 12 { return [0, 2, 3] }
    return shift % (possible + 1) == possible ? [] : [shift % (possible + 1)]
  }
}

private func table(_ scheme: AttributeScheme) throws -> AttributeTable {
  let train = Dictionary(uniqueKeysWithValues: (0..<13).map { (7 + 100 * $0, sample(scheme, shift: $0)) })
  let test = Dictionary(uniqueKeysWithValues: (0..<9).map { (12_000 + $0, sample(scheme, shift: $0 + 4)) })
  return try AttributeTable(scheme: scheme, train: train, test: test)
}

@Test(arguments: AttributeScheme.all, [true, false])
func attributesAreReadAsWritten(scheme: AttributeScheme, isCompressed: Bool) throws {
  let file = try TemporaryFolder().url.appendingPathComponent(scheme.fileName)
  let written = try table(scheme)
  try written.write(to: file, isCompressed: isCompressed)
  let read = try AttributeTable(contentsOf: file, scheme: scheme)
  #expect(read == written)
  // Every class is there, or the comparison would prove less.
  for (place, attribute) in scheme.attributes.enumerated() {
    let seen = Set(read.identities(in: .train).compactMap { read.classes(of: $0)?[place] })
    #expect(seen == Set(attribute.classes.indices), "\(attribute.name)")
  }
}

@Test func equalTablesGiveEqualBytes() throws {
  let folder = try TemporaryFolder().url
  let files = [folder.appendingPathComponent("a.mat"), folder.appendingPathComponent("b.mat")]
  for file in files { try table(.market1501).write(to: file) }
  #expect(try Data(contentsOf: files[0]) == Data(contentsOf: files[1]))
  #expect(try FileManager.default.contentsOfDirectory(atPath: folder.path).sorted() == ["a.mat", "b.mat"])
}

@Test func coloursAreMergedAndTheUnlabelledLeftOut() throws {
  let scheme = AttributeScheme.market1501
  let upper = try #require(scheme.index(of: "upper_color"))
  let hat = try #require(scheme.index(of: "hat"))
  var labels = sample(scheme, shift: 0)
  labels[upper] = [6, 2]
  labels[hat] = []
  var without = labels
  without[upper] = []
  let table = try AttributeTable(scheme: scheme, train: [5: labels], test: [9: without])
  #expect(table.classes(of: 5)?[upper] == 2, "of several colours the first in the list counts")
  #expect(table.classes(of: 9)?[upper] == 8, "no colour is the class 'other'")
  #expect(table.classes(of: 5)?[hat] == .some(nil))
  #expect(table.classes(of: 6) == nil)
  #expect(table.classes(of: 9, in: .train) == nil)
  #expect(table.defects.contains { $0.hasPrefix("train: 1 identity with two labels for upper_color") })
  #expect(table.defects.contains { $0.hasPrefix("test: 1 identity without upper_color") && $0.hasSuffix("0009") })
  #expect(table.defects.contains { $0.hasPrefix("train: 1 identity without hat") })
}

@Test func impossibleLabelsAreRefused() {
  let scheme = AttributeScheme.dukeMTMC
  var labels = sample(scheme, shift: 0)
  #expect(throws: PlainError.self) {
    try AttributeTable(scheme: scheme, train: [1: Array(labels.dropLast())], test: [:])
  }
  labels[0] = [2]
  #expect(throws: PlainError.self) { try AttributeTable(scheme: scheme, train: [1: labels], test: [:]) }
  labels[0] = [0, 1]
  #expect(throws: PlainError.self) { try AttributeTable(scheme: scheme, train: [1: labels], test: [:]) }
}

@Test func tableThatCannotBeWrittenLeavesNothing() throws {
  let folder = try TemporaryFolder()
  let blocker = try folder.write("a file", to: "blocker")
  #expect(throws: PlainError.self) {
    try table(.market1501).write(to: blocker.appendingPathComponent("market_attribute.mat"))
  }
  #expect(try FileManager.default.contentsOfDirectory(atPath: folder.url.path) == ["blocker"])
}

extension AttributeTable {
  /// ``labelDefects``, a line each, with the first few identities.
  var defects: [String] {
    labelDefects.map { defect in
      let (count, shown) = (defect.identities.count, defect.identities.prefix(4).map(names.name))
      return "\(defect.split.rawValue): \(count) \(count == 1 ? "identity" : "identities") \(defect.defect): "
        + shown.joined(separator: ", ") + (count > 4 ? ", …" : "")
    }
  }

  /// The classes of an identity of either split.
  func classes(of identity: Int) -> [Int?]? {
    classes(of: identity, in: .train) ?? classes(of: identity, in: .test)
  }
}
