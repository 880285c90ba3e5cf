import Foundation

/// A value behind a lock that ThreadSanitizer knows, which `Synchronization.Mutex` is not: on Linux that is made of atomic
/// words in a library which is not built with the sanitizer.
package final class Guarded<Value>: @unchecked Sendable {
  private let lock = NSLock()
  private var value: Value

  /// Guards a value.
  package init(_ value: Value) { self.value = value }

  /// Reads or changes the value while nobody else does.
  package func withLock<Result>(_ body: (inout Value) throws -> Result) rethrows -> Result {
    try lock.withLock { try body(&value) }
  }
}
