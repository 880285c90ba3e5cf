import ArgumentParser
import Experiments
import Foundation
import Proofs
import Support
import Tensors

/// `aanet bench scale`: what several processes gain.
struct BenchScaleCommand: ParsableCommand {
  static let configuration = CommandConfiguration(
    commandName: "scale",
    abstract: "Time training steps that several processes of MPI share out, and foretell more of them.",
    discussion: """
      Under mpirun or srun the processes train one made-up batch together, cut into --shards. computing is what each \
      does by itself; meeting is waiting for the others in BatchNorm and in losses; exchange is gradients on their way, \
      which goes on while the reverse pass works: hidden is the share of it that nobody waited for.

      What 2 to 32 processes would give is foretold from that step, each with as many images as one has here, over a \
      network of --link: gradients go out as each layer was ready here, 2 · (1 − 1/N) of them over each link. One process \
      can foretell, too. A train.shards of at most 8 is for at most 8 processes: 16 and 32 are there to show the trend.

      Examples:
        mpirun -n 2 --bind-to none aanet bench scale --model aanet50 --size 256x128 --threads 1
        mpirun -n 4 --bind-to none aanet bench scale --shards 4 --link 10Gbit --latency 20 --format json
        aanet bench scale --model aanet50 --threads 2 --link 1Gbit
      """)

  @OptionGroup var options: BenchCommand.Options
  @Option(help: "Equal parts of the batch: 1, 2, 4 or 8. By default as many as processes; one process takes 2.")
  var shards: Int?
  @Option(help: "The network's speed to foretell by, in each direction: 1Gbit, 25Gbit, 500Mbit.")
  var link = LinkSpeed(bitsPerSecond: 1e9)
  @Option(help: "Microseconds that a message takes on it, beside its bytes.") var latency = 50.0

  func validate() throws {
    guard (0...1e6).contains(latency) else { throw ValidationError("--latency goes from 0 to 1,000,000 microseconds") }
    guard [1, 2, 4, 8].contains(shards ?? 1) else { throw ValidationError("--shards is 1, 2, 4 or 8") }
  }

  func run() throws {
    var model = try options.resolved()
    let ranks = try Ranks.joined(ProcessInfo.processInfo.environment)
    defer { ranks.finish() }
    try share(&model, among: ranks)
    if ranks.isLeader { Console.warnOfNarrowKernels() }
    let engine = Engine(threads: options.threads ?? ranks.threads)
    let bench = TrainingBench(
      model.settings, in: model.phase, identities: model.identities, on: engine, among: ranks)
    let network = NetworkLink(bitsPerSecond: link.bitsPerSecond, latency: latency * 1e-6)
    let result = ScaleBench(bench).run(repeats: options.repeats, over: network, counts: [1, 2, 4, 8, 16, 32])
    guard ranks.isLeader else { return }
    switch options.format {
    case .json: try Console.printJSON(result)
    case .table: print(text(of: result, model))
    }
  }

  /// Cuts the batch into shards that the ranks can share out.
  ///
  /// - Throws: `ValidationError` where it cannot be, at every rank the same.
  private func share(_ model: inout BenchCommand.Options.Resolved, among ranks: Ranks) throws {
    let shards = shards ?? max(2, ranks.count)
    guard shards % ranks.count == 0, shards <= 8 else {
      throw ValidationError(
        "\(ranks.count) processes cannot share out \(Wording.count(shards, "shard")); start 2, 4 or 8, and as many --shards"
      )
    }
    guard model.phase.batch % shards == 0, model.phase.batch / shards > 1 else {
      throw ValidationError("--batch \(model.phase.batch) does not fall into \(shards) equal shards of several images")
    }
    if let fault = model.settings.tasks.fault(inShards: shards) {
      throw ValidationError("\(model.name): \(fault.reason); name a model without that task")
    }
    model.settings.train.shards = shards
  }

  private func text(of result: ScaleBench.Result, _ model: BenchCommand.Options.Resolved) -> String {
    let (step, size) = (result.step, model.settings.input)
    var measured = TextTable(["a step here", "seconds", ""], right: [1])
    func add(_ name: String, _ seconds: Double, _ words: String = "") {
      measured.add([name, seconds.fixed(4), words])
    }
    add("computing", step.secondsComputing)
    add("meeting", step.secondsMeeting, "\(result.meetings) times, \(megabytes(result.bytesMeeting))")
    add("waiting for gradients", step.secondsWaiting)
    add("all", step.seconds, "\(result.imagesPerSecond.fixed(2)) images/s")
    add("exchange", step.secondsExchanging, "\(megabytes(result.bytes)), \(hidden(step.hidden))")
    var foretold = TextTable(
      ["processes", "images/s", "efficiency", "exchange", "hidden", "waiting", "meeting"], right: [0, 1, 2, 3, 4, 5, 6])
    for row in result.foretold {
      foretold.add([
        "\(row.ranks)", row.imagesPerSecond.fixed(1), percent(row.efficiency), "\(row.secondsExchanging.fixed(3)) s",
        row.hidden.map(percent) ?? "", "\(row.secondsWaiting.fixed(3)) s", "\(row.secondsMeeting.fixed(3)) s",
      ])
    }
    let processes = Wording.count(result.ranks, "process", "processes")
    return """
      \(model.name), \(size.height)x\(size.width), batch \(result.batch) in \(Wording.count(result.shards, "shard")), \
      \(processes) of \(Wording.count(result.threads, "thread")), OpenBLAS kernels \(result.blasKernels)

      \(measured.text)

      Foretold over \(link) with \(latency.fixed(0)) µs a message, \(result.batch / result.ranks) images a process:

      \(foretold.text)
      """
  }

  private func hidden(_ share: Double?) -> String { share.map { "\(percent($0)) hidden" } ?? "nobody to exchange with" }

  private func percent(_ share: Double) -> String { "\((100 * share).fixed(1)) %" }

  private func megabytes(_ bytes: Int) -> String { "\((Double(bytes) / 1e6).fixed(1)) MB" }
}

/// A network's speed as people write it: `1Gbit`, `2.5Gbit`, `500Mbit`.
struct LinkSpeed: ExpressibleByArgument, CustomStringConvertible {
  let bitsPerSecond: Double

  init(bitsPerSecond: Double) { self.bitsPerSecond = bitsPerSecond }

  init?(argument: String) {
    let units: [(name: String, bits: Double)] = [("gbit", 1e9), ("mbit", 1e6)]
    let text = argument.lowercased()
    guard let unit = units.first(where: { text.hasSuffix($0.name) }),
      let number = Double(text.dropLast(unit.name.count)), (1e6...1e13).contains(number * unit.bits)
    else { return nil }
    bitsPerSecond = number * unit.bits
  }

  var defaultValueDescription: String { description }

  var description: String {
    let (number, unit) = bitsPerSecond < 1e9 ? (bitsPerSecond / 1e6, "Mbit") : (bitsPerSecond / 1e9, "Gbit")
    return "\(number == number.rounded() ? number.fixed(0) : "\(number)")\(unit)"
  }
}
