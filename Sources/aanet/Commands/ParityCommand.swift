import ArgumentParser
import Experiments
import Foundation
import Layers
import Proofs
import Support
import Tensors

extension ConvolutionForm: ExpressibleByArgument {}
extension Accumulation: ExpressibleByArgument {}

/// `aanet parity`: how far the engine is from golden numbers.
struct ParityCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "parity",
    abstract: "Replay golden model cases and print how far the engine is from them.",
    discussion: """
      CASE.safetensors holds a batch, the model's numbers before it, and what a double-precision implementation made of
      them; CASE.json beside it describes the model. Replayed are a training pass with its gradients, three optimiser
      steps and an evaluation pass, in each phase of the case, and single operations. Each error is relative to its
      tensor's largest magnitude; whole numbers must be the same. Exit code 1 where an error is above its group's
      tolerance, a case cannot be replayed, or it has a tensor that nothing was compared with.

      Of a folder all cases are replayed that lie in it.

      Examples:
        aanet parity ../shared/golden/basic-market-uncertainty.safetensors
        aanet parity ../shared/golden/methods
        aanet parity case.safetensors --format json
        aanet parity case.safetensors --form winograd --accumulation single
      """)

  @Argument(
    help: "The cases' numbers, whose descriptions lie beside them, or folders of such.",
    completion: .file(extensions: ["safetensors"]))
  var files: [String]

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
    let cases = try files.flatMap(Self.cases)
    let engine = Engine(threads: threads ?? Engine.availableThreads)
    // A single file says what keeps it from being replayed as every command does; among several it is a row.
    if files.count == 1, let file = cases.first, file == URL(fileURLWithPath: files[0]) {
      let result = try replay(file, on: engine)
      switch format {
      case .json: try Console.printJSON(Summary(result))
      case .table: printTable(result)
      }
      if !result.passed { throw ExitCode.failure }
      return
    }
    let outcomes = cases.map { file in
      let name = file.deletingPathExtension().lastPathComponent
      do { return Outcome(name: name, result: try replay(file, on: engine), fault: nil) } catch {
        return Outcome(name: name, result: nil, fault: "\(error)")
      }
    }
    switch format {
    case .json: try Console.printJSON(outcomes.map(\.summary))
    case .table: printTable(outcomes)
    }
    if !outcomes.allSatisfy({ $0.result?.passed ?? false }) { throw ExitCode.failure }
  }

  private func replay(_ file: URL, on engine: Engine) throws -> ParityResult {
    try GoldenCase.replay(
      contentsOf: file, on: engine, policy: ComputePolicy(form: form, accumulation: accumulation))
  }

  /// The file itself, or the cases of a folder by name.
  private static func cases(_ path: String) throws -> [URL] {
    let place = URL(fileURLWithPath: path)
    var isFolder: ObjCBool = false
    guard FileManager.default.fileExists(atPath: place.path, isDirectory: &isFolder), isFolder.boolValue else {
      return [place]
    }
    let names = try FileManager.default.contentsOfDirectory(atPath: place.path)
    let cases = names.filter { $0.hasSuffix(".safetensors") }.sorted().map { place.appendingPathComponent($0) }
    guard !cases.isEmpty else {
      throw PlainError("\(place.path): holds no golden case, which is a NAME.safetensors with a NAME.json beside it")
    }
    return cases
  }

  /// What became of one of several cases.
  private struct Outcome {
    let name: String
    /// nil where it could not be replayed.
    let result: ParityResult?
    let fault: String?

    var summary: Summary { result.map(Summary.init) ?? Summary(name: name, error: fault ?? "") }
  }

  private func printTable(_ outcomes: [Outcome]) {
    let groups = ParityResult.Group.allCases
    var table = TextTable(["case"] + groups.map(\.rawValue) + [""], right: Set(1...groups.count))
    table.add(["at most"] + groups.map { String(format: "%.0e", $0.tolerance) } + [""])
    for outcome in outcomes {
      let errors = groups.map { group in outcome.result?.groups[group].map { String(format: "%.1e", $0) } ?? "–" }
      let verdict = outcome.result.map { $0.passed ? "ok" : "TOO FAR" } ?? "NOT REPLAYED"
      table.add([outcome.name] + errors + [verdict])
    }
    print(table.text)
    for outcome in outcomes {
      if let fault = outcome.fault { print("\(Wording.printable(outcome.name)): \(fault)") }
      guard let result = outcome.result else { continue }
      if let worst = result.worst, !result.passed {
        print("\(Wording.printable(result.name)): worst is \(worst.name), " + String(format: "%.1e", worst.error))
      }
      for next in result.comparisons where all {
        print("  \(Wording.printable(result.name))  " + next.name.padded(to: 56) + String(format: "%9.1e", next.error))
      }
    }
    let passed = outcomes.count { $0.result?.passed ?? false }
    print("\(passed) of \(Wording.count(outcomes.count, "case")) passed")
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
    /// What kept it from being replayed.
    let error: String?

    init(_ result: ParityResult) {
      self.case = result.name
      passed = result.passed
      groups = Dictionary(
        uniqueKeysWithValues: result.groups.map { ($0.key.rawValue, $0.value.isFinite ? $0.value : nil) })
      worst = result.worst.map { Worst(name: $0.name, error: $0.error.isFinite ? $0.error : nil) }
      error = nil
    }

    init(name: String, error: String) {
      self.case = name
      self.error = error
      passed = false
      groups = [:]
      worst = nil
    }
  }
}
