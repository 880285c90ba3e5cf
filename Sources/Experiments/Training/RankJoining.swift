import Foundation
import Machine
import Support
import Tensors

extension Ranks {
  /// This process among those that a launcher started with it; alone where none did.
  ///
  /// - Throws: `MPIBridge.Fault` where they do not reach each other; `PlainError` where their programs or kernels differ,
  ///   which would mix other bits into the sums.
  package static func joined(_ environment: [String: String]) throws -> Ranks {
    guard let launcher = Launcher(environment) else { return .alone }
    let ranks = Ranks(try MPIBridge(startedBy: launcher, environment))
    let program = try Data(contentsOf: URL(fileURLWithPath: RunningProgram.link), options: .alwaysMapped)
    do {
      try ranks.requireAgreement(
        [String(SHA256.hexadecimal(program).prefix(16)), MatrixProduct.build, MatrixProduct.kernels],
        on: ["program (digest of its file)", "OpenBLAS", "kernel set of OpenBLAS"])
    } catch {
      ranks.finish()
      throw error
    }
    return ranks
  }
}
