import ArgumentParser
import Experiments

/// `aanet list`
struct List: ParsableCommand {
  static let configuration = CommandConfiguration(
    abstract: "List the experiments under experiments/.",
    discussion: """
      Files with `abstract: true` are bases that others extend, and are not listed.

      Examples:
        aanet list
        aanet list --format json
      """)

  @OptionGroup var project: ProjectOptions
  @Option(help: "table or json.") var format = OutputFormat.table

  private struct Row: Encodable {
    let name: String
    let title: String
    let dataset: String
    let variants: [String]
    let seeds: [Int]
    let runs: Int
  }

  func run() throws {
    let (plans, faults) = project.library.survey()
    if format == .json {
      try Console.printJSON(
        plans.map { plan in
          Row(
            name: plan.name, title: plan.title, dataset: plan.datasets.joined(separator: ", "),
            variants: plan.variants.map(\.name), seeds: plan.seeds, runs: plan.variants.count * plan.seeds.count)
        })
    } else {
      var table = TextTable(["experiment", "variants × seeds", "dataset", "title"])
      for plan in plans {
        let trials = "\(plan.variants.count) × \(plan.seeds.count)"
        table.add([plan.name, trials, plan.datasets.joined(separator: ", "), plan.title])
      }
      print(
        plans.isEmpty
          ? "there are no experiments under \(project.experiments.path); --project names another project" : table.text)
    }
    for fault in faults { Console.complain("error: \(fault)") }
    if !faults.isEmpty { throw ExitCode(2) }
  }
}
