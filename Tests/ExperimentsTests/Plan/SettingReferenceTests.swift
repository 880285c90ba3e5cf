import Experiments
import Testing

/// The page of all settings.
@Suite struct SettingReferenceTests {
  @Test func everySettingIsThereOnce() {
    let paths = SettingReference.all.map(\.path)
    #expect(Set(paths).count == paths.count)
    for path in [
      "dataset", "backbone.blocks", "input.size", "tasks.global", "tasks.part", "tasks.part.binning",
      "tasks.attention.threshold", "loss.weights", "loss.weights.attention", "loss.terms", "train.epochs",
      "train.rate.step.at", "train.sampler", "train.sampler.identities.count", "train.phases", "train.phases[].name",
      "train.phases[].rate.step.factor", "train.phases[].batch_norm", "evaluate.rerank", "evaluate.rerank.k1",
    ] {
      #expect(paths.count { $0 == path } == 1, "\(path)")
    }
    for row in SettingReference.all {
      #expect(!row.values.isEmpty && row.meaning.hasSuffix("."), "\(row.path)")
      #expect(!row.meaning.contains("\n"))
    }
  }

  /// Every line of `aanet show --origins` of the defaults is on the page, with its value as the default.
  @Test func defaultsAreThoseThatAreTaken() throws {
    let page = Dictionary(uniqueKeysWithValues: SettingReference.all.map { ($0.path, $0) })
    let variant = try #require(try TemporaryProject.plan("dataset: d").variants.first)
    for origin in variant.origins() where origin.path != "dataset" {
      let row = try #require(page[origin.path], "\(origin.path)")
      #expect(row.initial == origin.value, "\(origin.path)")
    }
    #expect(page["dataset"]?.initial == nil)
  }

  @Test func thePageIsATable() {
    let lines = SettingReference.markdown.split(separator: "\n")
    #expect(lines.count == SettingReference.all.count + 2)
    #expect(lines.allSatisfy { $0.hasPrefix("|") && $0.hasSuffix("|") })
    #expect(
      lines.contains(
        "| `tasks.part.parts` | whole number, 1 to 64 | `6` | How many parts; at most the rows of the feature map. |"))
  }
}
