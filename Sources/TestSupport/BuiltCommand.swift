import Foundation
import Tensors

/// The `aanet` program of this build, run as a person would run it.
package struct BuiltCommand: Sendable {
  /// What a run left behind.
  package struct Outcome: Sendable {
    /// The exit code.
    package let status: Int32
    /// What it wrote to standard output.
    package let output: String
    /// What it wrote to standard error.
    package let complaints: String
  }

  /// What keeps the program from being run.
  package struct Failure: Error, CustomStringConvertible {
    /// The reason.
    package let description: String
  }

  /// Runs `aanet` with the arguments, in `folder` where one is given. Output goes through files, so that no amount
  /// of it can fill a pipe and stop the program.
  ///
  /// - Parameter script: commands for a shell that starts the program as `"$@"`, under limits or with its output sent
  ///   elsewhere.
  /// - Throws: ``Failure`` where the program is not beside the tests, or what `Process` throws.
  package static func run(
    _ arguments: [String], in folder: URL? = nil, environment: [String: String] = [:], by script: String? = nil
  ) throws -> Outcome {
    let program = try program()
    let room = try TemporaryFolder()
    let output = try room.write("", to: "output")
    let complaints = try room.write("", to: "complaints")
    let process = Process()
    process.executableURL = script == nil ? program : URL(fileURLWithPath: "/bin/sh")
    process.arguments = script.map { ["-c", $0, "sh", program.path] + arguments } ?? arguments
    process.currentDirectoryURL = folder ?? room.url
    process.environment = Self.environment(environment)
    process.standardInput = FileHandle.nullDevice
    process.standardOutput = try FileHandle(forWritingTo: output)
    process.standardError = try FileHandle(forWritingTo: complaints)
    try process.run()
    process.waitUntilExit()
    return Outcome(
      status: process.terminationReason == .exit ? process.terminationStatus : -process.terminationStatus,
      output: String(decoding: try Data(contentsOf: output), as: UTF8.self),
      complaints: String(decoding: try Data(contentsOf: complaints), as: UTF8.self))
  }

  /// What the program is started with: OpenBLAS's kernels as in the tests' own process, so that both count the same bits,
  /// and what a test adds.
  static func environment(_ own: [String: String] = [:]) -> [String: String] {
    ProcessInfo.processInfo.environment.merging(["OPENBLAS_CORETYPE": MatrixProduct.kernels]) { $1 }
      .merging(own) { $1 }
  }

  /// The program's file, beside the tests.
  static func program() throws -> URL {
    let tests = URL(fileURLWithPath: "/proc/self/exe").resolvingSymlinksInPath()
    let program = tests.deletingLastPathComponent().appendingPathComponent("aanet")
    guard FileManager.default.isExecutableFile(atPath: program.path) else {
      throw Failure(description: "\(program.path) is not there; build it with the tests")
    }
    return program
  }
}
