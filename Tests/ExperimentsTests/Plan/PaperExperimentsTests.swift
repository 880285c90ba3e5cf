import Configuration
import Experiments
import Foundation
import Models
import Testing

/// The paper's experiments, as the project's own files state them.
@Suite struct PaperExperimentsTests {
  static let library = ExperimentLibrary(project: OwnExperimentsTests.project)
  static let comparisons = ["dukemtmc-reid/table1", "market1501/table2", "quickstart/table1", "quickstart/table2"]
  /// Each row and its tasks, in the order of the file.
  static let rows: [(name: String, tasks: [TaskName])] = [
    ("Global only", [.global]), ("FMN", [.global, .mask, .verification]), ("SVDNet", [.orthogonal]),
    ("DPFL", [.scales]),
    ("PL-Net", [.identity, .boxes]), ("KPM", [.pairs]), ("PCB", [.strips]), ("PCB+RPP", [.refinement, .strips]),
    ("APR", [.attribute, .identity]), ("GP-reID", [.identity, .embedding]),
    ("PDC", [.pose]), ("GLAD", [.streams]), ("SPReID fg", [.regions]), ("SPReID no fg", [.regions]),
    ("SPReID baseline", [.regions]), ("SPReID", [.regions]),
    ("AANet-50", [.global, .part, .attribute, .attention]), ("AANet-152", [.global, .part, .attribute, .attention]),
  ]

  @Test(arguments: comparisons) func comparisonsHaveTheRows(_ name: String) throws {
    let plan = try Self.library.plan(name)
    #expect(plan.variants.map(\.name) == Self.rows.map(\.name))
    #expect(plan.table == name.split(separator: "/").last.map(String.init))
    for (variant, row) in zip(plan.variants, Self.rows) {
      #expect(variant.settings.tasks.enabled == row.tasks.sorted(), "\(row.name)")
    }
    let settings = Dictionary(uniqueKeysWithValues: plan.variants.map { ($0.name, $0.settings) })
    // What the paper re-ranks is re-ranked, and gives both of its rows; pairs are judged by one method alone.
    #expect(
      plan.variants.filter { $0.settings.evaluate.rerank != nil }.map(\.name) == ["GP-reID", "SPReID", "AANet-152"])
    #expect(settings["SPReID"]?.combine.map(\.variant) == ["SPReID fg", "SPReID no fg", "SPReID baseline"])
    #expect(settings["SPReID"]?.cues == [.parsing] && settings["PDC"]?.cues == [.keypoints])
    #expect(settings["SPReID baseline"]?.cues == [] && settings["AANet-152"]?.cues == [])
    #expect(settings["AANet-152"]?.evaluate.rerank == .init(k1: 20, k2: 6, lambda: 0.3))
    #expect(plan.variants.filter { $0.settings.evaluate.yaml[key: "pairs"]?.entries != nil }.map(\.name) == ["KPM"])
    #expect(settings["AANet-50"]?.tasks.part?.binning == .kmeans)
    #expect(
      settings["APR"]?.tasks.attribute?.regions == .whole && settings["APR"]?.tasks.attribute?.features == .pooled)
  }

  /// Every row shows as many images in training, but for those whose method has other epochs of its own.
  @Test(arguments: ["quickstart/table1", "quickstart/table2"]) func smallRowsShowAsManyImages(_ name: String) throws {
    let plan = try Self.library.plan(name)
    #expect(Set(plan.variants.map(\.settings.train.totalEpochs)) == [16])
    let backbones = plan.variants.filter { !["AANet-152", "SPReID baseline"].contains($0.name) }.map { variant in
      (variant.settings.backbone.blocks, variant.settings.backbone.width)
    }
    #expect(backbones.allSatisfy { $0 == backbones[0] })
    #expect(Set(plan.variants.map(\.settings.input)).count == 1)
  }

  @Test(arguments: ["dukemtmc-reid/table1", "market1501/table2"]) func settingsAreThePapers(_ name: String) throws {
    let plan = try Self.library.plan(name)
    let (small, large) = (try plan.variant(named: "AANet-50").settings, try plan.variant(named: "AANet-152").settings)
    #expect(small.backbone.blocks == [3, 4, 6, 3] && large.backbone.blocks == [3, 8, 36, 3])
    #expect(small.train.batch == 32 && large.train.batch == 24)
    for settings in [small, large] {
      #expect(settings.input == .init(height: 384, width: 128) && settings.head.width == 256)
      #expect(settings.backbone.block == .bottleneck && settings.backbone.width == 64)
      #expect(settings.backbone.lastStride == 1 && settings.backbone.weights != nil)
      #expect(settings.train.epochs == 40 && settings.train.rate == .init(new: 0.1, pretrained: 0.01))
      #expect(settings.train.optimizer == .init(momentum: 0.9, weightDecay: 5e-4) && settings.train.augment.flip)
      #expect(settings.loss.weights == .uncertainty)
    }
  }

  @Test func theAblationIsTheQuickstartsWithThePapersSettings() throws {
    let paper = try Self.library.plan("dukemtmc-reid/table3")
    let small = try Self.library.plan("quickstart/table3")
    #expect(paper.variants.map(\.name) == small.variants.map(\.name))
    #expect(paper.variants.map(\.settings.tasks) == small.variants.map(\.settings.tasks))
    #expect(paper.variants.map(\.settings.loss) == small.variants.map(\.settings.loss))
    #expect(paper.variants.allSatisfy { $0.settings.backbone.blocks == [3, 4, 6, 3] })
  }

  /// What two tables share is trained once: the hash knows settings and seed, not the experiment's name.
  @Test(arguments: ["dukemtmc-reid", "quickstart"]) func sharedRowsAreTheSameRuns(_ folder: String) throws {
    func hash(_ name: String, _ variant: String) throws -> String? {
      try Self.library.plan("\(folder)/\(name)").trials(variants: [variant]).first?
        .hash(datasetFingerprint: "any", numericVersion: "1")
    }
    #expect(try hash("table1", "Global only") == hash("table3", "Lg"))
    #expect(try hash("table1", "AANet-50") == hash("table3", "Lg+Lp+La+Laa uncertainty"))
    #expect(try hash("table1", "PCB") != hash("table3", "Lg+Lp"))
  }

  @Test(arguments: [("market1501", "market1501"), ("quickstart", "synthetic-market")])
  func tableFourTrainsNothing(_ folder: String, _ dataset: String) throws {
    let plan = try Self.library.plan("\(folder)/table4")
    let source = try Self.library.plan("\(folder)/table2")
    #expect(plan.runsOf == source.name && plan.table == "table4" && plan.datasets == [dataset])
    #expect(try plan.trials() == source.trials(variants: ["APR", "AANet-152"]))
  }

  /// Every setting of the paper's files says where it comes from, in its line or in the comment right above it.
  @Test(arguments: [
    "base/paper", "base/paper-comparison", "dukemtmc-reid/table1", "dukemtmc-reid/table3", "market1501/table2",
  ])
  func everySettingIsTagged(_ name: String) throws {
    let file = OwnExperimentsTests.project.appendingPathComponent("experiments/\(name).yaml")
    let own = ["title", "extends", "abstract", "table"]
    var settings = 0
    var above = ""
    for (number, line) in try String(contentsOf: file, encoding: .utf8).split(
      separator: "\n", omittingEmptySubsequences: false
    ).enumerated() {
      let text = line.trimmingCharacters(in: .whitespaces)
      if text.hasPrefix("#") {
        above += text
        continue
      }
      defer { above = "" }
      let bare = line.replacing(/\s#.*/, with: "")
      guard let match = bare.wholeMatch(of: /\s*([^:]+):\s+(\S.*)/), !own.contains(String(match.1)), match.2 != "{}"
      else { continue }
      settings += 1
      #expect(
        ["[stated]", "[inferred]", "[chosen]"].contains { (above + line).contains($0) },
        "\(name).yaml:\(number + 1) has no tag: \(text)")
    }
    #expect(settings > 0)
  }

  /// A tag of the base stands on each leaf that the settings have.
  @Test func theBaseStatesEverySetting() throws {
    let plan = try Self.library.plan("market1501/table2")
    let variant = try plan.variant(named: "AANet-50")
    for origin in variant.origins() { #expect(origin.location != nil, "\(origin.path) is left to the default") }
  }
}
