import ArgumentParser
import Experiments
import Tensors

/// How training is worked: what decides its speed and what an interruption costs, and nothing of the result.
struct WorkOptions: ParsableArguments {
  @Option(help: "Worker threads; by default one for each processor that it may use. Results do not depend on it.")
  var threads: Int?
  @Option(help: "Threads that read images. Results do not depend on it.")
  var loaderThreads = 1
  @Option(
    help: ArgumentHelp(
      "Save a checkpoint after every so many steps of an epoch, beside those at each epoch's end; by default once a "
        + "minute. Results do not depend on it.",
      valueName: "steps"))
  var checkpointEvery: Int?
  @Flag(
    help: "Train on images that end early or are damaged within, as far as they go; without it they stop the command.")
  var acceptDamaged = false

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads is at least 1") }
    guard (1...256).contains(loaderThreads) else { throw ValidationError("--loader-threads is 1 to 256") }
    if let checkpointEvery, checkpointEvery < 1 { throw ValidationError("--checkpoint-every is at least 1") }
  }

  /// How often a run is saved within an epoch.
  var checkpoints: CheckpointInterval { checkpointEvery.map(CheckpointInterval.steps) ?? .automatic }

  /// The options as they were given, for a command to be given again, without the number of threads.
  var wordsWithoutThreads: [String] {
    (loaderThreads == 1 ? [] : ["--loader-threads", "\(loaderThreads)"])
      + (checkpointEvery.map { ["--checkpoint-every", "\($0)"] } ?? [])
      + (acceptDamaged ? ["--accept-damaged"] : [])
  }

  /// The options as they were given, for a command to be given again.
  var words: [String] { (threads.map { ["--threads", "\($0)"] } ?? []) + wordsWithoutThreads }
}
