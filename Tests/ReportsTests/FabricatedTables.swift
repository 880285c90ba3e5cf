import Evidence
import Foundation
import Runs

/// Records for the comparison and the attributes that no run ever made, for tests only.
extension Fabricated {
  static let methods = ["Global only", "PCB+RPP", "APR", "AANet-50", "AANet-152"]
  /// mAP by method and seed, as fractions: AANet-152 stays below AANet-50.
  static let methodLevels: [[Double]] = [
    [0.30, 0.32], [0.41, 0.44], [0.33, 0.35], [0.48, 0.50], [0.45, 0.47],
  ]

  /// The five measured methods of Tables 1 and 2 under two seeds; the deep one is re-ranked, three points better, and its
  /// second run unfinished where `hasGap`.
  static func comparison(_ table: String, hasGap: Bool = false, reranked: Bool = true) throws -> Report {
    let definition = try ReportDefinition.find(table, in: package.appendingPathComponent("reports"))
    return try Report.made(
      of: ReportBasis(
        definition, records: records(hasGap: hasGap, reranked: reranked), published: published().table(table)))
  }

  static func attributes(hasGap: Bool = false) throws -> Report {
    let definition = try ReportDefinition.find("table4", in: package.appendingPathComponent("reports"))
    var source = try records(hasGap: hasGap)
    source.variants = ["APR", "AANet-152"].compactMap { name in source.variants.first { $0.name == name } }
    return try Report.made(of: ReportBasis(definition, records: source, published: published().table("table4")))
  }

  static func records(hasGap: Bool = false, reranked: Bool = true) throws -> ExperimentRecords {
    let columns = try published().table("table4").columns.filter { $0 != "mean" }
    let variants = methods.indices.map { row in
      let name = methods[row]
      let hasAttributes = ["APR", "AANet-50", "AANet-152"].contains(name)
      return ReportVariant(
        name: name,
        trials: methodLevels[row].indices.map { place in
          let isMissing = hasGap && name == "AANet-152" && place == 1
          let plain = record(name, seed: place + 1, tasks: ["global"], mAP: isMissing ? nil : methodLevels[row][place])
          var metrics = plain.metrics
          if name == "AANet-152", reranked { metrics?.reranked = scores(methodLevels[row][place] + 0.03) }
          if hasAttributes { metrics?.attributes = attributeScores(columns, level: 0.7 + 0.02 * Double(row + place)) }
          return ReportTrial(
            seed: place + 1,
            record: RunRecord(
              identity: plain.identity, folder: plain.folder, epochs: plain.epochs, metrics: metrics,
              provenance: plain.provenance))
        },
        network: ReportNetwork(
          backbone: "made-up blocks", input: "8 × 4", tasks: "global", training: "1 × 2"))
    }
    return ExperimentRecords(
      experiment: "made/up", datasets: ["made-up"], isSynthetic: true, variants: variants, command: "aanet run made/up")
  }

  /// Each attribute a little easier than the one before.
  static func attributeScores(_ names: [String], level: Double) -> AttributeScores {
    func byName(_ value: (Int) -> Double) -> [String: Double] {
      Dictionary(uniqueKeysWithValues: names.enumerated().map { ($1, value($0)) })
    }
    let accuracy = byName { level + 0.01 * Double($0) }
    return AttributeScores(
      accuracy: accuracy, mean: accuracy.values.sorted().reduce(0, +) / Double(names.count),
      majority: byName { 0.60 + 0.02 * Double($0) }, ceiling: byName { $0 < 10 ? 1 : 0.92 },
      balanced: byName { 0.5 + 0.01 * Double($0) })
  }
}
