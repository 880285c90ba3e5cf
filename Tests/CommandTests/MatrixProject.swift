import Experiments
import Foundation
import Models
import Runs
import TestSupport

/// A project with one short run of everything that can be composed: every row of the quickstart's tables, read from
/// the experiments themselves so that a new row is among them, and compositions that no table has.
struct MatrixProject {
  let project: TinyProject
  /// The runs on disk, each with what it was made of. Rows of two tables that are the same are one run.
  let rows: [Row]
  /// Rows that stand for several of those, and have no network.
  let combined: [Row]

  /// A finished run.
  struct Row: CustomStringConvertible {
    let run: RunIdentity
    let settings: Settings
    var description: String { "\(run.experiment)/\(run.variant)" }
    /// The shortest name that commands find it by.
    var name: String { run.hash }

    func has(_ task: TaskName) -> Bool { settings.tasks.has(task) }
  }

  /// What makes any of the experiments small enough to be trained in a moment.
  static let changes = [
    "dataset=tiny", "backbone.width=8", "input.size=[128, 64]", "head.width=8", "train.epochs=1", "train.batch=16",
    "evaluate.batch=32", "seeds=[1]",
  ]

  /// The folders of the project that it takes over as they are.
  private static let taken = [
    "experiments/base", "experiments/dukemtmc-reid", "experiments/market1501", "experiments/quickstart",
    "experiments/studies", "reports",
  ]

  /// Compositions beside those of the tables: each task off, each way of a task, each way of a test.
  private static let compositions = """
    title: Compositions that no table has
    extends: base/quickstart.yaml
    variants:
      without the global task: { tasks: { global: none } }
      without the part task: { tasks: { part: none } }
      without attributes: { tasks: { attribute: none, attention: none } }
      without attention: { tasks: { attention: none } }
      the part task alone: { tasks: [part] }
      the attribute task alone: { tasks: [attribute] }
      attributes without regions alone: { tasks: { global: none, part: none, attribute: { regions: whole }, attention: none } }
      attention without regions: { tasks: { attribute: { regions: whole } } }
      attention without identities beside it: { tasks: [attribute, attention] }
      uniform parts: { tasks: { part: { binning: uniform } } }
      one part: { tasks: { part: { parts: 1 } } }
      otsu: { tasks: { attention: { threshold: otsu } } }
      half of the maximum: { tasks: { attention: { threshold: 0.5 } } }
      nothing below the threshold: { tasks: { attention: { threshold: 0 } } }
      attention to one attribute: { tasks: { attention: { attributes: [hat] } } }
      re-ranked: { evaluate: { rerank: { k1: 4, k2: 2, lambda: 0.3 } } }
      lengths made equal: { evaluate: { normalize: true } }
      a small map: { backbone: { last_stride: 2 }, tasks: { part: { parts: 3 } } }
      bottlenecks: { backbone: { block: bottleneck } }
    """

  /// Trains everything.
  ///
  /// - Throws: what writing the files throws, and a failure with the program's complaints where a run does not finish.
  init() throws {
    project = try TinyProject()
    try project.addCues()
    for name in Self.taken {
      let folder = ReportCommandTests.package.appendingPathComponent(name)
      for file in try FileManager.default.contentsOfDirectory(atPath: folder.path)
      where ["yaml", "md"].contains((file as NSString).pathExtension) {
        let text = try String(contentsOf: folder.appendingPathComponent(file), encoding: .utf8)
        try project.folder.write(text, to: "\(name)/\(file)")
      }
    }
    // The register of settings names the code that a rule is written in.
    try FileManager.default.createSymbolicLink(
      at: project.url.appendingPathComponent("Sources"),
      withDestinationURL: ReportCommandTests.package.appendingPathComponent("Sources"))
    try project.folder.write(Self.compositions, to: "experiments/compositions.yaml")
    for experiments in ["quickstart", "compositions"] {
      let outcome = try BuiltCommand.run(["run", experiments] + Self.changes, in: project.url)
      // Of compositions there is no table to print.
      guard outcome.status == 0 else { throw Failure(description: "aanet run \(experiments): \(outcome.complaints)") }
    }
    let store = RunStore(root: project.url.appendingPathComponent("runs"))
    let all = try store.identities().filter(store.isFinished).map { run in
      let plan = try store.plan(of: run) ?? ""
      return Row(
        run: run, settings: try Trial(resolvedYAML: plan, experiment: run.experiment, file: "plan.yaml").settings)
    }
    rows = all.filter(\.settings.combine.isEmpty)
    combined = all.filter { !$0.settings.combine.isEmpty }
  }

  /// Why there is no such project.
  struct Failure: Error, CustomStringConvertible { let description: String }

  /// Runs the program in it.
  func aanet(_ arguments: [String]) throws -> BuiltCommand.Outcome {
    try BuiltCommand.run(arguments, in: project.url)
  }
}
