import Foundation
import TestSupport
import Testing

/// An MPI of this machine, and the bridge to it that is built for the tests.
struct MPI: Sendable, CustomTestStringConvertible {
  /// What starts processes, and what compiles for them.
  let launcher, compiler: String

  var testDescription: String { launcher }

  /// Debian lets both be installed beside each other.
  static let all: [MPI] = {
    let both = ["openmpi", "mpich"].map { MPI(launcher: "mpirun.\($0)", compiler: "mpicc.\($0)") }
    let found = both.filter(\.isInstalled)
    return found.isEmpty ? [MPI(launcher: "mpirun", compiler: "mpicc")].filter(\.isInstalled) : found
  }()

  /// Open MPI, which Slurm's `--mpi=pmix` starts.
  static var open: MPI? { all.first { $0.launcher != "mpirun.mpich" } }

  /// Whether there is one.
  static var isHere: Bool { !all.isEmpty }

  /// The one that tests take which any will do for.
  static var first: MPI {
    get throws {
      guard let first = all.first else { throw CocoaError(.fileNoSuchFile) }
      return first
    }
  }

  /// What processes are started with: as root, more of them than processors, none bound to one.
  var environment: [String: String] {
    get throws {
      [
        "AANET_MPI": try bridge().path, "OMPI_ALLOW_RUN_AS_ROOT": "1", "OMPI_ALLOW_RUN_AS_ROOT_CONFIRM": "1",
        "OMPI_MCA_rmaps_base_oversubscribe": "1", "OMPI_MCA_hwloc_base_binding_policy": "none",
      ]
    }
  }

  /// The bridge, built with this MPI's compiler.
  func bridge() throws -> URL {
    let file = try TemporaryFolder().url.appendingPathComponent("libaanet_mpi.so")
    let source = URL(fileURLWithPath: #filePath).deletingLastPathComponent()
      .appendingPathComponent("../../Sources/MPIBridge/aanet_mpi.c").standardized
    let process = Process()
    process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
    process.arguments = [
      compiler, "-O2", "-Wall", "-Wextra", "-Werror", "-shared", "-fPIC", source.path, "-o", file.path,
    ]
    try process.run()
    process.waitUntilExit()
    guard process.terminationStatus == 0 else { throw CocoaError(.executableLoad) }
    return file
  }

  /// The script that starts `"$@"` as so many processes; nil for one, which nothing starts.
  func script(_ count: Int) -> String? { count == 1 ? nil : "exec \(launcher) -n \(count) \"$@\"" }

  private var isInstalled: Bool {
    let folders = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
    return [launcher, compiler].allSatisfy { tool in
      folders.contains { FileManager.default.isExecutableFile(atPath: "\($0)/\(tool)") }
    }
  }
}
