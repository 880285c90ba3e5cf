import Foundation
import Runs
import Tensors

extension RunStore {
  /// Writes `metrics.json` alone, as a run has it that was measured before there were seals.
  package func writeMetrics(_ metrics: RunMetrics, of run: RunIdentity) throws {
    try write(RunJSON.data(of: metrics, for: url(.metrics, of: run)), as: .metrics, of: run)
  }
}

extension SafeTensors {
  /// The bytes of the file in one piece.
  package func serialized() throws -> Data {
    try pieces().reduce(into: Data()) { $0.append(contentsOf: $1) }
  }
}
