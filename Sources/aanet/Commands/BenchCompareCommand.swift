import ArgumentParser
import Experiments
import Foundation
import Machine
import Proofs
import Support
import Tensors

/// `aanet bench compare`: the engine beside PyTorch, on this machine.
struct BenchCompareCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "compare",
    abstract: "Time the engine and PyTorch in turn, on the same networks, and print the ratios.",
    discussion: """
      Both train the same network on the same sizes, and compute descriptors with it: parameters are counted on both sides. \
      PyTorch runs in fp32, in fp32 with channels_last, and in bf16 (autocast, channels_last); the engine in the same \
      precision. Each measurement is a process of its own: a step to warm up, and \
      --repeats timed ones, of which the fastest counts. A round measures everything once, each side directly after the \
      other; figures are medians over the rounds, and the range of a ratio is told beside it. Memory is the process's \
      largest resident size, and has the program itself in it.

      The first call makes a virtual environment with torch \(PeerPython.version) in ~/.cache/aanet (XDG_CACHE_HOME \
      elsewhere); --python takes a Python that has PyTorch, or the folder of a virtual environment. PyTorch's program is \
      Sources/Proofs/Peer/peer.py. Everything takes some fifteen minutes on two cores; nothing else should run meanwhile.

      --only takes models (\(BenchCommand.Model.allValueStrings.joined(separator: ", "))), passes (train, infer) and \
      modes of PyTorch (\(PeerMode.allCases.map(\.rawValue).joined(separator: ", "))); words of one kind are \
      alternatives. Ctrl-C prints what was measured so far.

      Examples:
        aanet bench compare
        aanet bench compare --quick --only aanet50
        aanet bench compare --only aanet152 --only train --only bf16 --rounds 5
        aanet bench compare --python ~/venv --size 256x128 --format json
      """)

  @Option(
    name: .customLong("only"),
    help: ArgumentHelp(
      "Only this model, pass or mode; may be given several times. Models are aanet50 and aanet152 unless named.",
      valueName: "word"))
  var only: [String] = []
  @Option(help: "Rounds; by default 3.") var rounds: Int?
  @Option(help: "Timed steps of a measurement, after one to warm up; by default 5.") var repeats: Int?
  @Flag(help: "One round of two timed steps: a first look.") var quick = false
  @Option(help: "Images in a batch; by default 16 (aanet101 and aanet152: 8; quickstart: 32).") var batch: Int?
  @Option(help: "HEIGHTxWIDTH of the images; by default 384x128 (quickstart: 128x64).") var size: String?
  @Option(help: "Threads of either side; by default one for each processor that it may use.") var threads: Int?
  @Option(
    help: ArgumentHelp("A Python that has PyTorch; by default one is made.", valueName: "path"), completion: .file())
  var python: String?
  @Option(help: "How to print: table or json.") var format = OutputFormat.table

  /// What the words of `--only` leave.
  private struct Choice {
    var models: [BenchCommand.Model] = []
    var passes: [TrainingBench.Pass] = []
    var modes: [PeerMode] = []

    init(_ words: [String]) throws {
      for word in words {
        if let model = BenchCommand.Model(rawValue: word) {
          models.append(model)
        } else if let pass = TrainingBench.Pass(rawValue: word) {
          passes.append(pass)
        } else if let mode = PeerMode(rawValue: word) {
          modes.append(mode)
        } else {
          let known =
            BenchCommand.Model.allValueStrings + TrainingBench.Pass.allCases.map(\.rawValue)
            + PeerMode.allCases.map(\.rawValue)
          throw ValidationError(Wording.unknown("--only: nothing is called", naming: word, among: known))
        }
      }
      models = models.isEmpty ? [.aanet50, .aanet152] : BenchCommand.Model.allCases.filter(models.contains)
      passes = passes.isEmpty ? TrainingBench.Pass.allCases : TrainingBench.Pass.allCases.filter(passes.contains)
      modes = modes.isEmpty ? PeerMode.allCases : PeerMode.allCases.filter(modes.contains)
    }
  }

  func validate() throws {
    _ = try Choice(only)
    guard (1...1000).contains(rounds ?? 1), (1...1000).contains(repeats ?? 1) else {
      throw ValidationError("--rounds and --repeats go from 1 to 1,000")
    }
    guard (1...1024).contains(threads ?? 1) else { throw ValidationError("--threads goes from 1 to 1,024") }
  }

  func run() throws {
    let choice = try Choice(only)
    let works = try choice.models.flatMap { model in try choice.passes.map { try work(model, $0) } }
    Console.warnOfNarrowKernels()
    Interruption.listen()
    let watch = { if Interruption.isAsked { throw TrainingError.interrupted } }
    let threads = threads ?? Engine.availableThreads
    do {
      let python =
        try python.map { try PeerPython(at: $0, watch: watch) }
        ?? PeerPython.made(say: { Console.complain($0) }, watch: watch)
      var comparison = SpeedComparison(
        of: works, modes: choice.modes, python: python,
        engine: RunningProgram.file, threads: threads,
        rounds: rounds ?? (quick ? 1 : 3), repeats: repeats ?? (quick ? 2 : 5))
      let bar = ProgressBar("comparing", unit: "measurements")
      let fault = Result {
        try comparison.run(watch: watch) {
          bar.update($0.done, of: $0.total, secondsLeft: .some($0.secondsLeft), note: $0.words)
        }
      }
      bar.finish()
      // What was measured before somebody asked to stop, or one of the programs failed, is worth having.
      try show(comparison, python, threads: threads)
      try fault.get()
    } catch TrainingError.interrupted {
      Console.complain("interrupted; the measurement in hand is lost")
      throw ExitCode(130)
    }
  }

  private func work(_ model: BenchCommand.Model, _ pass: TrainingBench.Pass) throws -> ComparedWork {
    let batch = batch ?? ([.aanet101, .aanet152].contains(model) ? 8 : nil)
    let words =
      ["--model", model.rawValue] + (batch.map { ShellCommand.option("--batch", "\($0)") } ?? [])
      + (size.map { ShellCommand.option("--size", $0) } ?? [])
    let resolved = try BenchCommand.Options.parse(words).resolved(for: pass)
    return ComparedWork(
      model.rawValue, pass, settings: resolved.settings, identities: resolved.identities, batch: resolved.phase.batch,
      options: words)
  }

  /// All of it, as programs read it.
  private struct Report: Encodable {
    let processor, blas_kernels, torch, python: String
    let threads: Int
    let is_complete: Bool
    let rows: [ComparedSpeed]
  }

  private func show(_ comparison: SpeedComparison, _ python: PeerPython, threads: Int) throws {
    let (machine, rows) = (ProvenanceProbe.Machine(threads: threads), comparison.rows)
    switch format {
    case .json:
      try Console.printJSON(
        Report(
          processor: machine.cpu, blas_kernels: machine.blasKernels, torch: python.torch, python: python.program.path,
          threads: threads, is_complete: comparison.isComplete, rows: rows))
    case .table:
      guard !rows.isEmpty else { return }
      print("\(machine.words); torch \(python.torch)")
      print(text(of: rows))
      if !comparison.isComplete { print("Not all rounds are in it.") }
    }
  }

  private func text(of rows: [ComparedSpeed]) -> String {
    var table = TextTable(
      [
        "model", "pass", "batch", "PyTorch", "images/s", "GiB", "aanet", "images/s", "GiB", "faster", "rounds",
        "memory",
      ],
      right: [2, 4, 5, 7, 8, 9, 11])
    for row in rows {
      let (peer, engine) = (row.peer, row.engine)
      table.add([
        row.model, row.pass == TrainingBench.Pass.train.rawValue ? "training" : "descriptors", "\(row.batch)",
        peer.setting, peer.imagesPerSecond.fixed(2), peer.peakMemoryGiB.fixed(2), engine.setting,
        engine.imagesPerSecond.fixed(2), engine.peakMemoryGiB.fixed(2), "× \(row.ratio.fixed(2))",
        range(row.ratios), "× \(row.memoryRatio.fixed(2))",
      ])
    }
    return table.text
  }

  /// `2.10–2.25`.
  private func range(_ ratios: [Double]) -> String {
    guard let low = ratios.min(), let high = ratios.max(), ratios.count > 1 else { return "one" }
    return "\(low.fixed(2))–\(high.fixed(2))"
  }
}
