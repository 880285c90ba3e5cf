import Foundation
import Proofs
import Support
import TestSupport
import Testing

/// A Python that somebody names: what it must have, and what is said where it has not.
@Suite struct PeerPythonTests {
  private func complaint(_ name: String) throws -> String {
    let error = #expect(throws: PlainError.self) { try PeerPython(at: name, watch: {}) }
    return error?.description ?? ""
  }

  @Test func aProgramOrAFolderIsTaken() throws {
    let python = try FakePython()
    #expect(try PeerPython(at: python.program.path, watch: {}).torch == "9.9.9+fake")
    let folder = try TemporaryFolder()
    try FileManager.default.createDirectory(
      at: folder.url.appendingPathComponent("bin"), withIntermediateDirectories: false)
    let link = folder.url.appendingPathComponent("bin/python")
    try FileManager.default.createSymbolicLink(at: link, withDestinationURL: python.program)
    // By its own path: a virtual environment's Python is a link.
    #expect(try PeerPython(at: folder.url.path, watch: {}).program.path == link.path)
  }

  @Test func whatIsMissingIsSaid() throws {
    let folder = try TemporaryFolder()
    #expect(try complaint("\(folder.url.path)/python").contains("there is no such program"))
    #expect(try complaint(folder.url.path).contains("bin/python: there is no program there"))
    #expect(try complaint(folder.write("#!/bin/sh\n", to: "plain").path).contains("there is no program there"))
    #expect(try complaint("no-python-of-this-name").contains("'no-python-of-this-name' is in the folders of PATH"))
    let bare = try FakePython(first: "echo \"ModuleNotFoundError: No module named 'torch'\" >&2; exit 1")
    let words = try complaint(bare.program.path)
    #expect(words.contains("has no PyTorch that works (ModuleNotFoundError: No module named 'torch')"))
    #expect(words.contains("\(bare.program.path) -m pip install"))
    #expect(try complaint(FakePython(first: "echo Hello there; exit 0").program.path).contains("not answer as Python"))
    #expect(try complaint(FakePython(first: "exit 0").program.path).contains("not answer as Python"))
  }

  @Test func itIsNotWaitedForAgainstSomebodysWill() throws {
    let python = try FakePython(first: "exec sleep 600")
    #expect(throws: CancellationError.self) {
      try PeerPython(at: python.program.path, watch: { throw CancellationError() })
    }
  }
}
