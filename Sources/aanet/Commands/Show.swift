import ArgumentParser
import Configuration
import Experiments
import Support
import YAML

/// `aanet show`
struct Show: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "Show an experiment's settings, resolved, and where each came from; or all settings that there are.",
    discussion: """
      Examples:
        aanet show quickstart/table3
        aanet show quickstart/table3 --variant Lg+Lp --origins
        aanet show quickstart/table3 train.epochs=5 'seeds=[1]' --format json
        aanet show --keys
      """)

  @Argument(help: "The path under experiments/ without .yaml, its last part where that is unique, or a file.")
  var experiment: String?
  @Argument(help: "Changes by dotted path, such as train.epochs=5; they also win over what a variant sets.")
  var overrides: [String] = []
  @Option(help: "Show only this variant.") var variant: String?
  @Flag(help: "Show where each value was written.") var origins = false
  @Flag(help: "Show every setting that there is: its values, its default and what it means, as a table in Markdown.")
  var keys = false
  @Option(help: "table (YAML) or json.") var format = OutputFormat.table
  @OptionGroup var project: ProjectOptions

  private struct Shown: Encodable {
    let experiment: String
    let title: String
    let table: String?
    let seeds: [Int]
    let variants: [Variant]

    struct Variant: Encodable {
      let name: String
      let settings: YAMLValue
      let origins: [String: String]?
    }
  }

  func validate() throws {
    guard keys == (experiment == nil) else {
      throw ValidationError(
        keys ? "--keys shows the settings of all experiments; name none" : "Name an experiment, or ask for --keys")
    }
  }

  func run() throws {
    guard let experiment else {
      return format == .json
        ? try Console.printJSON(SettingReference.all) : print(SettingReference.markdown, terminator: "")
    }
    let plan = try project.library.plan(experiment, overrides: overrides)
    let variants = try variant.map { [try plan.variant(named: $0)] } ?? plan.variants
    guard format == .table else {
      return try Console.printJSON(
        Shown(
          experiment: plan.name, title: plan.title, table: plan.table, seeds: plan.seeds,
          variants: variants.map { variant in
            let sources = variant.origins().map { ($0.path, $0.source) }
            return Shown.Variant(
              name: variant.name, settings: variant.settings.yaml,
              origins: origins ? Dictionary(uniqueKeysWithValues: sources) : nil)
          }))
    }
    print("# \(Wording.printable(plan.name)): \(Wording.printable(plan.title))")
    print("# seeds: \(plan.seeds.map(String.init).joined(separator: ", "))")
    let sources = try BackboneSources(of: [plan], in: project.library, runs: project.store.identities())
    for variant in variants {
      print("\n# variant \(Wording.printable(variant.name))")
      if let source = sources[variant.settings] { print("# its backbone starts from \(source.trial.inWords)") }
      print(origins ? lines(variant.origins()) : YAML.text(of: variant.settings.yaml), terminator: "")
    }
  }

  private func lines(_ origins: [Origin]) -> String {
    let settings = origins.map { "\($0.path): \($0.value)" }
    let width = min(60, settings.map(\.count).max() ?? 0)
    return zip(settings, origins).map { setting, origin in
      setting + String(repeating: " ", count: max(0, width - setting.count)) + "  # \(origin.source)\n"
    }.joined()
  }
}
