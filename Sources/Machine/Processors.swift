import Foundation
import Kernels

/// How many processors this process may keep busy.
///
/// A machine's processors are not all a process's: `taskset` and batch systems bind it to some of them (its affinity
/// mask), containers get a share of their time (the quota of a control group).
package enum Processors {
  /// As many as the affinity mask has and the quota pays for, at least one. A part of a processor counts as one: two
  /// threads use up a quota of 1.5, and one thread does not.
  package static let available: Int = {
    let bound = Int(kernels_bound_processors())
    let processors = bound > 0 ? bound : max(1, ProcessInfo.processInfo.activeProcessorCount)
    return min(processors, quota().map { max(1, Int($0.rounded(.up))) } ?? .max)
  }()

  /// Whether it is bound to some of the machine's processors.
  package static var isBound: Bool {
    (1..<ProcessInfo.processInfo.processorCount).contains(Int(kernels_bound_processors()))
  }

  /// The processors' worth of time that the control groups of this process leave it, the least of the groups that lie
  /// within each other; nil where none of them sets a limit.
  ///
  /// - Parameter root: the folder that holds `proc` and `sys`.
  package static func quota(root: URL = URL(fileURLWithPath: "/", isDirectory: true)) -> Double? {
    let mounts = lines(of: "proc/self/mountinfo", in: root).compactMap(Mount.init)
    let limits = lines(of: "proc/self/cgroup", in: root).flatMap { line -> [Double] in
      // `4:cpu,cpuacct:/docker/0123`; in the second version `0::/user.slice`.
      let parts = line.split(separator: ":", maxSplits: 2, omittingEmptySubsequences: false)
      guard parts.count == 3 else { return [] }
      let controllers = parts[1].split(separator: ",")
      guard controllers.isEmpty || controllers.contains("cpu") else { return [] }
      let mount = mounts.first { $0.isSecondVersion == controllers.isEmpty }
      return mount?.folders(of: String(parts[2])).compactMap { limit(of: $0, in: root) } ?? []
    }
    return limits.min()
  }

  /// A place where control groups are to be seen that share out processors.
  private struct Mount {
    /// Whether its groups are those of the second version.
    let isSecondVersion: Bool
    /// The group that is seen there.
    private let group: String
    private let place: String

    /// Reads a line of `mountinfo`, `32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu`; nil for a mount
    /// of another kind.
    init?(_ line: Substring) {
      let words = line.split(separator: " ")
      guard words.count > 5, let dash = words.firstIndex(of: "-"), dash + 3 < words.count else { return nil }
      (group, place) = (String(words[3]), String(words[4]))
      switch words[dash + 1] {
      case "cgroup2": isSecondVersion = true
      case "cgroup" where words[dash + 3].split(separator: ",").contains("cpu"): isSecondVersion = false
      default: return nil
      }
    }

    /// The folders of a group and of those that it lies in, as far as they are seen here.
    func folders(of path: String) -> [String] {
      // A group outside of what is seen here, as a container may be told of, has the limits of the whole.
      let isInside = path == group || path.hasPrefix(group == "/" ? group : group + "/")
      let names = isInside ? path.dropFirst(group.count).split(separator: "/") : []
      let inner = names.contains("..") ? [] : names
      return (0...inner.count).map { ([place] + inner.prefix($0).map(String.init)).joined(separator: "/") }
    }
  }

  /// The processors' worth of time that one group may use; nil where it sets no limit.
  private static func limit(of folder: String, in root: URL) -> Double? {
    // `150000 100000`, or `max 100000`; in the first version the same in two files, and -1 for none.
    let words =
      lines(of: "\(folder)/cpu.max", in: root).first?.split(separator: " ")
      ?? ["quota", "period"].compactMap { lines(of: "\(folder)/cpu.cfs_\($0)_us", in: root).first }
    guard words.count == 2, let quota = Double(words[0]), let period = Double(words[1]), quota > 0, period > 0,
      (quota / period).isFinite, quota / period < 1e6
    else { return nil }
    return quota / period
  }

  private static func lines(of file: String, in root: URL) -> [Substring] {
    let text = try? String(contentsOf: root.appendingPathComponent(file, isDirectory: false), encoding: .utf8)
    return text?.split(separator: "\n") ?? []
  }
}
