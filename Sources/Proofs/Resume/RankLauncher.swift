import Foundation

/// What starts the processes of a run that several ranks train together.
package struct RankLauncher: Sendable {
  /// The words before the number of ranks: `mpirun`, `mpiexec --hosts a,b`.
  package let words: [String]
  package let ranks: Int

  package init(_ words: [String] = ["mpirun"], ranks: Int) {
    self.words = words
    self.ranks = ranks
  }

  /// The words that start a program.
  func command(_ program: URL, _ arguments: [String]) -> [String] {
    words + ["-n", "\(ranks)", program.path] + arguments
  }

  /// Open MPI lets ranks share processors and use all of them, unless the environment says otherwise.
  static func environment(_ own: [String: String]) -> [String: String] {
    ["OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_hwloc_base_binding_policy": "none"].merging(own) { $1 }
  }

  /// The processes on this machine that a launcher started, by their ranks.
  package static func processes(below launcher: Int32) -> [Int: Int32] {
    let names = (try? FileManager.default.contentsOfDirectory(atPath: "/proc")) ?? []
    let parents = names.compactMap { Int32($0) }.compactMap { process in parent(of: process).map { (process, $0) } }
    let children = Dictionary(grouping: parents) { $0.1 }
    var found: [Int: Int32] = [:]
    var left = [launcher]
    while let process = left.popLast() {
      for (child, _) in children[process] ?? [] {
        // What a rank starts itself inherits its environment.
        if let rank = rank(of: child) { found[rank] = child } else { left.append(child) }
      }
    }
    return found
  }

  private static func parent(of process: Int32) -> Int32? {
    guard let words = try? String(contentsOfFile: "/proc/\(process)/stat", encoding: .utf8),
      let name = words.lastIndex(of: ")")
    else { return nil }
    // Behind the name: the state, and the parent.
    let fields = words[words.index(after: name)...].split(separator: " ")
    return fields.count > 1 ? Int32(fields[1]) : nil
  }

  private static func rank(of process: Int32) -> Int? {
    guard let bytes = try? Data(contentsOf: URL(fileURLWithPath: "/proc/\(process)/environ")) else { return nil }
    for entry in bytes.split(separator: 0).map({ String(decoding: $0, as: UTF8.self) }) {
      for variable in ["OMPI_COMM_WORLD_RANK=", "PMI_RANK="] where entry.hasPrefix(variable) {
        return Int(entry.dropFirst(variable.count))
      }
    }
    return nil
  }
}
