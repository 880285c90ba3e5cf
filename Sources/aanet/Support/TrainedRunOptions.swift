import ArgumentParser
import Experiments
import Foundation
import Support
import Tensors
import Trained

/// Which run a command looks into, and how.
struct TrainedRunOptions: ParsableArguments {
  @Option(help: "Worker threads; by default one for each processor that it may use. Results do not depend on it.")
  var threads: Int?
  @OptionGroup var data: DataOptions
  @OptionGroup var project: ProjectOptions

  func validate() throws {
    if let threads, threads < 1 { throw ValidationError("--threads is at least 1") }
  }

  /// The run of a name, which has a network.
  func open(_ name: String) throws -> TrainedRun {
    let folder = try RunReference.folder(of: name, in: project.store)
    let run = try TrainedRun(folder, in: project.project, places: data.places(in: project), threads: workers)
    tell(run)
    return run
  }

  /// The run of a name, or a row of several.
  func openRanked(_ name: String) throws -> any RankedRun {
    let run = try RunReference.open(name, in: project.project, places: data.places(in: project), threads: workers)
    tell(run)
    return run
  }

  /// Where the run and its dataset are, as it was given, for a command to be given again.
  var words: [String] { data.words + project.words }

  private var workers: Int { threads ?? Engine.availableThreads }

  private func tell(_ run: some RankedRun) {
    if !run.isFinished { Console.complain("note: \(Wording.printable(run.name)) is not finished: training goes on") }
  }
}

/// Shows a person how looking at images gets on, and says which of them cannot be read.
final class LookingWatcher {
  private let bar = ProgressBar("images", unit: "images")
  private let total: Int
  /// How many images were passed over.
  private(set) var skipped = 0

  init(_ total: Int) { self.total = total }

  func see(_ event: LookingEvent) {
    switch event {
    case .done(let done, let total): bar.update(done, of: total)
    case .remark(let text): say("note: \(text)")
    case .skipped(_, let error):
      skipped += 1
      say("skipped: \(error.description)")
    }
  }

  func finish() {
    bar.finish()
    if skipped > 0 { Console.complain("\(Wording.count(skipped, "image")) of \(total) could not be read") }
  }

  private func say(_ text: String) {
    bar.finish()
    Console.complain(text)
  }
}
