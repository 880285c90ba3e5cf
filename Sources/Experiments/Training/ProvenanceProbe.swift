import Foundation
import Layers
import Runs
import Support
import Tensors

/// Finds out where a run's numbers will come from.
package enum ProvenanceProbe {
  static func provenance(
    of source: SourceState, dataset: String, threads: Int, running settings: Settings
  ) -> Provenance {
    var provenance = Provenance(
      commit: source.commit, hasLocalChanges: source.hasLocalChanges, compiler: compiler, blas: MatrixProduct.build,
      blasKernels: kernels(running: settings), threads: threads, cpu: processor, dataset: dataset,
      started: ISO8601DateFormatter().string(from: Date()))
    provenance.level = level
    return provenance
  }

  /// What decides how fast runs are.
  package struct Machine: Hashable {
    package let cpu, blasKernels: String
    let level: String?
    let threads: Int

    /// This one, for a run of such settings, or for one in single precision.
    package init(threads: Int, running settings: Settings? = nil) {
      (cpu, blasKernels, level) = (processor, kernels(running: settings), ProvenanceProbe.level)
      self.threads = threads
    }

    /// That of a run's record.
    init(of origin: Provenance) {
      (cpu, blasKernels, level, threads) = (origin.cpu, origin.blasKernels, origin.level, origin.threads)
    }

    package var words: String { Provenance.machine(cpu: cpu, threads: threads, kernels: blasKernels, level: level) }
  }

  /// The kernel set of OpenBLAS, and beside it what computes bfloat16 where that is used: bits depend on both.
  private static func kernels(running settings: Settings?) -> String {
    settings?.usesBFloat16 == true
      ? "\(MatrixProduct.kernels) + \(RoundedForm.suiting.rawValue)" : MatrixProduct.kernels
  }

  private static var level: String? { EngineInstructions.level?.rawValue }

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
}
