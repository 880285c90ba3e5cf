import Foundation
import Runs
import Support
import Tensors

/// Finds out where a run's numbers will come from.
enum ProvenanceProbe {
  static func provenance(project: URL, dataset: String, threads: Int) -> Provenance {
    let commit = git(["rev-parse", "HEAD"], in: project) ?? ""
    let changes = commit.isEmpty ? nil : git(["status", "--porcelain", "--untracked-files=no"], in: project)
    return Provenance(
      commit: commit, hasLocalChanges: changes.map { !$0.isEmpty } ?? false, compiler: compiler,
      blas: MatrixProduct.build, blasKernels: MatrixProduct.kernels, threads: threads, cpu: processor,
      dataset: dataset, started: ISO8601DateFormatter().string(from: Date()))
  }

  /// What decides how fast runs are.
  struct Machine: Hashable {
    let cpu, blasKernels: String
    let threads: Int

    /// This one.
    init(threads: Int) { (cpu, blasKernels, self.threads) = (processor, MatrixProduct.kernels, threads) }

    /// That of a run's record.
    init(of origin: Provenance) { (cpu, blasKernels, threads) = (origin.cpu, origin.blasKernels, origin.threads) }

    var words: String { Provenance.machine(cpu: cpu, threads: threads, kernels: blasKernels) }
  }

  private static var compiler: String {
    #if compiler(>=6.4)
      "Swift 6.4 or later"
    #elseif compiler(>=6.3)
      "Swift 6.3"
    #else
      "Swift 6.2"
    #endif
  }

  private static var processor: String {
    let text = (try? String(contentsOfFile: "/proc/cpuinfo", encoding: .utf8)) ?? ""
    let line = text.split(separator: "\n").first { $0.hasPrefix("model name") }
    return line.flatMap { $0.split(separator: ":").last }.map { $0.trimmingCharacters(in: .whitespaces) } ?? "unknown"
  }

  /// Runs git directly, without a shell; nil where it is missing or says no.
  private static func git(_ arguments: [String], in folder: URL) -> String? {
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = ["git", "-C", folder.path] + arguments
    let output = Pipe()
    process.standardOutput = output
    process.standardError = FileHandle.nullDevice
    let ending = ProcessEnding(of: process)
    guard (try? process.run()) != nil else { return nil }
    let data = output.fileHandleForReading.readDataToEndOfFile()
    ending.wait()
    guard process.terminationStatus == 0 else { return nil }
    return String(decoding: data, as: UTF8.self).trimmingCharacters(in: .whitespacesAndNewlines)
  }
}
