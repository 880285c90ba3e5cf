import Configuration
import Foundation
import Support

extension ExperimentPlan {
  /// A table of runs that another experiment makes: `runs: { experiment: quickstart/table2, variants: [APR] }`.
  ///
  /// - Parameter source: gives the experiment that `runs` names.
  /// - Throws: `ConfigurationError` where the file also says how to train, or where experiment or variant are unknown.
  init(
    reporting runs: Setting, of contents: ExperimentFile, name: String, file: URL,
    source: (Setting) throws(ConfigurationError) -> ExperimentPlan
  ) throws(ConfigurationError) {
    let settings = contents.settings.entries ?? []
    for key in ["extends", "abstract", "seeds", "variants", "keep"] + settings.map(\.key) {
      guard contents.own[key] != nil || settings.contains(where: { $0.key == key }) else { continue }
      throw ConfigurationError(
        at: contents.own[key]?.value.location ?? contents.settings[key: key]?.location, path: key,
        "a file with 'runs' reports another experiment's runs and trains none; leave out '\(key)'")
    }
    let keys = try runs.keys("experiment", "variants")
    let experiment = try keys.required("experiment")
    let plan = try source(experiment)
    var variants: [Variant] = []
    for item in try keys["variants"]?.items(count: 1...1000) ?? [] {
      let wanted = try item.string(maximum: 1000)
      guard let variant = plan.variants.first(where: { $0.name == wanted }) else {
        throw item.error(
          Wording.unknown(
            "\(plan.name) has no variant \(Wording.quoted(wanted))", wanted, among: plan.variants.map(\.name)))
      }
      guard !variants.contains(where: { $0.name == wanted }) else {
        throw item.error("\(Wording.quoted(wanted)) stands here twice")
      }
      variants.append(variant)
    }
    try self.init(
      name: name, file: file, runsOf: plan.name, contents: contents, seeds: plan.seeds,
      variants: variants.isEmpty ? plan.variants : variants, keeping: plan)
  }
}
