import Foundation
import Support

/// A program of Slurm, run once.
package enum ClusterTool {
  package struct Answer: Sendable {
    package let status: Int32
    package let output: String
    package let complaints: String

    /// What it complained of, on one line.
    package var reason: String {
      let words = complaints.split(whereSeparator: \.isNewline).joined(separator: "; ")
      return words.isEmpty ? "exit code \(status)" : Wording.printable(words, limit: 600)
    }
  }

  /// How long a program may be silent: a controller that is down keeps `squeue` waiting for minutes.
  private static let patience = 20.0

  /// Whether a program is on this machine.
  package static func isHere(_ name: String) -> Bool { path(of: name) != nil }

  private static func path(of name: String) -> String? {
    (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":").lazy.map { "\($0)/\(name)" }
      .first { FileManager.default.isExecutableFile(atPath: $0) }
  }

  /// An environment without what an allocation, a step or a launcher around this process says of itself: Slurm would take
  /// it for wishes, and a program for its own rank. Where the configuration lies stays.
  package static func plain(_ environment: [String: String]) -> [String: String] {
    environment.filter { name, _ in
      name == "SLURM_CONF" || !["SLURM_", "PMI_", "PMIX_", "OMPI_COMM_WORLD_"].contains { name.hasPrefix($0) }
    }
  }

  /// Runs a program without a shell and waits for it.
  ///
  /// - Parameter patience: the seconds after which it is ended.
  /// - Throws: `PlainError` where it is not on this machine or does not answer.
  package static func run(_ words: [String], patience: Double = patience) throws(PlainError) -> Answer {
    let name = words.first ?? ""
    guard let path = path(of: name) else {
      throw PlainError("\(name) is not on this machine; give the command where Slurm's programs are, on a login node")
    }
    let process = Process()
    process.executableURL = URL(fileURLWithPath: path)
    process.arguments = Array(words.dropFirst())
    process.environment = plain(ProcessInfo.processInfo.environment)
    process.standardInput = FileHandle.nullDevice
    let (output, complaints) = (Pipe(), Pipe())
    (process.standardOutput, process.standardError) = (output, complaints)
    let ended = DispatchSemaphore(value: 0)
    process.terminationHandler = { _ in ended.signal() }
    do { try process.run() } catch { throw PlainError("\(name) cannot be started: \(error.localizedDescription)") }
    let texts = [Reading(output), Reading(complaints)]
    guard ended.wait(timeout: .now() + patience) == .success else {
      kill(process.processIdentifier, SIGKILL)
      throw PlainError("\(name) does not answer within \(Int(patience)) seconds")
    }
    return Answer(status: process.terminationStatus, output: texts[0].text(), complaints: texts[1].text())
  }

  /// What a pipe gives, read beside the waiting, so that no amount of it stops the writer.
  private final class Reading: @unchecked Sendable {
    private let done = DispatchSemaphore(value: 0)
    private var data = Data()

    init(_ pipe: Pipe) {
      let file = pipe.fileHandleForReading
      DispatchQueue.global().async { [self] in
        data = (try? file.readToEnd()) ?? Data()
        done.signal()
      }
    }

    func text() -> String {
      done.wait()
      return String(decoding: data, as: UTF8.self)
    }
  }

  // MARK: What is asked of Slurm

  /// How many tasks an array may have: what Slurm's configuration says, and not so many that a script grows beyond what
  /// Slurm takes.
  package static func largestArray() throws(PlainError) -> Int {
    let answer = try run(["scontrol", "show", "config"])
    guard answer.status == 0 else { throw PlainError("scontrol show config: \(answer.reason)") }
    return largestArray(by: answer.output)
  }

  /// The same by what `scontrol show config` prints.
  package static func largestArray(by configuration: String) -> Int {
    let line = configuration.split(separator: "\n").first { $0.hasPrefix("MaxArraySize") }
    let number = line?.split(separator: "=").last.flatMap { Int($0.trimmingCharacters(in: .whitespaces)) }
    return max(1, min(number ?? usualArray, mostTasks))
  }

  /// Slurm's own choice where the configuration says nothing.
  package static let usualArray = 1001
  private static let mostTasks = 5000

  /// Submits a job.
  ///
  /// - Returns: its number.
  /// - Throws: `PlainError` with Slurm's words.
  package static func submit(_ job: BatchJob, after jobs: [String]) throws(PlainError) -> String {
    // A controller at work may take its time; whether it took a job must be known.
    let answer = try run(job.words(after: jobs), patience: 300)
    // With several clusters it says `number;cluster`.
    let number = answer.output.split(whereSeparator: { $0.isNewline || $0 == ";" }).first.map(String.init) ?? ""
    guard answer.status == 0, !number.isEmpty, number.allSatisfy(\.isNumber) else {
      throw PlainError("sbatch did not take the job: \(answer.reason)")
    }
    return number
  }
}
