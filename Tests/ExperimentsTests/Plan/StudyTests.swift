import Experiments
import Models
import Testing

/// The study's experiments, as the project's own files state them.
@Suite struct StudyTests {
  private static let library = ExperimentLibrary(project: OwnExperimentsTests.project)

  @Test(arguments: ["table1", "table2", "table3"]) func rowsAreTheQuickstarts(_ table: String) throws {
    let study = try Self.library.plan("study/\(table)")
    let small = try Self.library.plan("quickstart/\(table)")
    #expect(study.variants.map(\.name) == small.variants.map(\.name) && study.keep == .scores)
    #expect(study.seeds.count == (table == "table3" ? 6 : 3) && study.table == table)
    for (own, other) in zip(study.variants, small.variants) {
      #expect(own.settings.tasks == other.settings.tasks && own.settings.loss == other.settings.loss, "\(own.name)")
      #expect(own.settings.train.totalEpochs == 10, "\(own.name): as many image passes in every row")
      #expect(own.settings.train.batch == (own.name == "AANet-152" ? 24 : other.settings.train.batch), "\(own.name)")
    }
  }

  /// Every row starts from a backbone of its form, and nobody is in two of the datasets.
  @Test func everyRowHasABackboneToStartFrom() throws {
    let plans = try ["table1", "table2", "table3"].map { try Self.library.plan("study/\($0)") }
    let sources = try BackboneSources(of: plans, in: Self.library, runs: [])
    #expect(Set(sources.all.map(\.trial.variant)) == ["small", "deep"])
    for variant in plans.flatMap(\.variants) {
      for one in variant.parts.isEmpty ? [variant] : variant.parts {
        let source = try #require(sources[one.settings], "\(one.name)")
        #expect(source.trial.settings.backbone.blocks == one.settings.backbone.blocks, "\(one.name)")
        #expect(one.settings.dataset != source.trial.settings.dataset)
      }
    }
  }
}
