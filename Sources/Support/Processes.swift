import Foundation

/// What this process holds of the machine: neither grows while a run trains.
package struct ProcessUsage: Hashable, Sendable {
  /// Files that are open, sockets and pipes included.
  package var openFiles: Int
  /// Memory in use (resident), in GiB.
  package var memoryGiB: Double

  /// Now; nil where the kernel does not say.
  package static var now: ProcessUsage? {
    guard let open = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd"),
      let text = try? String(contentsOfFile: "/proc/self/statm", encoding: .utf8),
      let pages = text.split(separator: " ").dropFirst().first.flatMap({ Double($0) })
    else { return nil }
    // Reading the list opens one more.
    return ProcessUsage(
      openFiles: open.count - 1, memoryGiB: pages * Double(sysconf(Int32(_SC_PAGESIZE))) / Double(1 << 30))
  }

  /// This process's largest resident size so far, in GiB, or since it was last forgotten; 0 where the kernel does not say.
  ///
  /// Not `getrusage`'s: that one also counts what the process was before it became this program, a copy of the one that
  /// started it.
  package static var peakMemoryGiB: Double {
    guard let text = try? String(contentsOfFile: "/proc/self/status", encoding: .utf8),
      let line = text.split(separator: "\n").first(where: { $0.hasPrefix("VmHWM:") }),
      let kibibytes = line.split(separator: " ").dropFirst().first.flatMap({ Double($0) })
    else { return 0 }
    return kibibytes / Double(1 << 20)
  }

  /// Lets ``peakMemoryGiB`` begin anew with what is resident now, where the kernel can.
  package static func forgetPeak() {
    // What this file takes is told in proc(5): 5 resets the peak.
    try? Data("5".utf8).write(to: URL(fileURLWithPath: "/proc/self/clear_refs"))
  }
}

/// Waiting for a process without a run loop, whose deadlines are times of day: where somebody sets the clock,
/// `waitUntilExit` can wait for as long as the clock was put back.
package final class ProcessEnding: Sendable {
  private let semaphore = DispatchSemaphore(value: 0)

  /// Watches over a process that is not started yet.
  package init(of process: Process) {
    process.terminationHandler = { [semaphore] _ in semaphore.signal() }
  }

  package func wait() {
    semaphore.wait()
    semaphore.signal()  // whoever asks again knows it at once
  }
}
