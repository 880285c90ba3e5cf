import Documents

extension AblationReport {
  /// Table 3 as comma-separated values: a row a variant, figures in percent, both forms of mAP by name, the gain over
  /// the row before. An empty field is a gap.
  package func csv() -> String {
    var heads = ["variant", "weights", "seeds_planned", "seeds_finished"]
    heads += TaskLoss.all.map { "weight_\($0.name)" }
    heads += ["measured_on", "mAP_mean", "mAP_deviation", "mAP_trapezoid_mean", "mAP_trapezoid_deviation"]
    heads += ["rank1_mean", "rank1_deviation", "published_on", "published_mAP", "published_rank1"]
    for metric in ReportMetric.allCases {
      heads += ["gain", "gain_noise", "gain_pairs", "gain_published", "gain_verdict"].map { "\(metric.rawValue)_\($0)" }
    }
    var table = CSV(heads: heads)
    let gains = ReportMetric.allCases.map { self.steps(.consecutive, $0) }
    for (index, variant) in variants.enumerated() {
      let weights = variant.weights
      var fields = [
        variant.name, variant.learnsWeights.map { $0 ? "learned" : "fixed" } ?? "", "\(variant.trials.count)",
        "\(variant.finished.count)",
      ]
      fields += TaskLoss.all.map { task in Figures.exact(weights.map { $0[task.name] ?? 0 }) }
      fields.append(dataset)
      for sample in [variant.sample(\.mAP), variant.sample(\.mAPTrapezoid), variant.sample(\.rank1)] {
        fields += [Figures.exact(sample?.mean), Figures.exact(sample?.deviation)]
      }
      fields.append(published?.dataset ?? "")
      fields += ReportMetric.allCases.map { Figures.exact(publishedValue(variant.name, $0)) }
      for steps in gains {
        guard index > 0 else {
          fields += ["", "", "", "", ""]
          continue
        }
        let step = steps[index - 1]
        fields += [
          Figures.exact(step.measured?.mean), Figures.exact(step.measured?.noise),
          "\(step.measured?.differences.count ?? 0)", Figures.exact(step.published), step.verdict.words,
        ]
      }
      table.append(fields)
    }
    return table.text
  }
}
