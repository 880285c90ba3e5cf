import ArgumentParser
import Experiments
import Foundation
import Layers
import Proofs
import Tensors

extension ConvolutionForm: ExpressibleByArgument {}
extension Accumulation: ExpressibleByArgument {}

/// `aanet parity`: how far the engine is from golden numbers.
struct ParityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "parity",
    abstract: "Replay a golden model case and print how far the engine is from it.",
    discussion: """
      CASE.safetensors holds a batch, the model's numbers before it, and what a double-precision implementation made of
      them; CASE.json beside it describes the model. Replayed are a training pass with its gradients, three optimiser
      steps and an evaluation pass. Each error is relative to its tensor's largest magnitude. Exit code 1 where one is
      above its group's tolerance.

      Examples:
        aanet parity ../shared/golden/basic-market-uncertainty.safetensors
        aanet parity case.safetensors --format json
        aanet parity case.safetensors --form winograd --accumulation single
      """)

  @Argument(help: "The case's numbers; its description lies beside it.", completion: .file(extensions: ["safetensors"]))
  var file: String

  @Option(help: "How to print: table or json.")
  var format = OutputFormat.table

  @Option(help: "Worker threads; by default one for each processor that it may use.")
  var threads: Int?

  @Option(
    help: "Compute convolutions in this form where it can: \(ConvolutionForm.allValueStrings.joined(separator: ", ")).")
  var form: ConvolutionForm?

  @Option(help: "Sum products in single or double precision; by default small ones in double.")
  var accumulation: Accumulation?

  @Flag(help: "Print every tensor's error, not only each group's largest.")
  var all = false

  func run() throws {
    let engine = Engine(threads: threads ?? Engine.availableThreads)
    let result = try ParityCase(contentsOf: URL(fileURLWithPath: file)).replay(
      on: engine, policy: ComputePolicy(form: form, accumulation: accumulation))
    switch format {
    case .json: try Console.printJSON(Summary(result))
    case .table: printTable(result)
    }
    if !result.passed { throw ExitCode.failure }
  }

  private func printTable(_ result: ParityResult) {
    print("\(result.name)")
    for group in ParityResult.Group.allCases {
      guard let error = result.groups[group] else { continue }
      let verdict = error <= group.tolerance ? "ok" : "TOO FAR"
      print(
        "  " + group.rawValue.padded(to: 12) + String(format: "%9.1e  of %7.0e  ", error, group.tolerance) + verdict)
      for next in result.comparisons where all && next.group == group {
        print("    " + next.name.padded(to: 48) + String(format: "%9.1e", next.error))
      }
    }
    if let worst = result.worst { print("  worst: \(worst.name) " + String(format: "%.1e", worst.error)) }
    print(result.passed ? "passed" : "not passed")
  }

  /// The JSON form. An error that is no finite number (another shape, other part rows) is null and does not pass.
  struct Summary: Encodable {
    struct Worst: Encodable {
      let name: String
      let error: Double?
    }

    let `case`: String
    let passed: Bool
    let groups: [String: Double?]
    let worst: Worst?

    init(_ result: ParityResult) {
      self.case = result.name
      passed = result.passed
      groups = Dictionary(
        uniqueKeysWithValues: result.groups.map { ($0.key.rawValue, $0.value.isFinite ? $0.value : nil) })
      worst = result.worst.map { Worst(name: $0.name, error: $0.error.isFinite ? $0.error : nil) }
    }
  }
}
