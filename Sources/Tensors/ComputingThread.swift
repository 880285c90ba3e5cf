import Foundation
import Kernels

extension Thread {
  /// Starts a thread that counts as all others of the engine do: what is too small for a normal number is zero.
  package static func startComputing(as name: String, _ work: @escaping @Sendable () -> Void) {
    let thread = Thread {
      kernels_flush_denormals()
      work()
    }
    thread.name = name
    thread.stackSize = 8 << 20
    thread.start()
  }
}
