import Foundation
import TestSupport
import Testing

/// `aanet bench scale`: what is measured, and what follows from it by the formula.
@Suite struct BenchScaleTests {
  private static let command = [
    "bench", "scale", "--model", "quickstart", "--size", "96x32", "--batch", "8", "--threads", "1", "--repeats", "1",
    "--format", "json",
  ]

  private struct Found: Decodable {
    struct Foretold: Decodable {
      let ranks: Int
      let efficiency, images_per_s, seconds_exchanging, seconds_meeting, seconds_waiting: Double
    }
    let ranks, batch, shards, bytes, meetings, bytes_meeting: Int
    let images_per_s: Double
    let step: [String: Double]
    let foretold: [Foretold]
  }

  private func found(_ more: [String], _ environment: [String: String] = [:], by script: String? = nil) throws -> Found
  {
    let outcome = try BuiltCommand.run(Self.command + more, environment: environment, by: script)
    #expect(outcome.status == 0, "\(outcome.complaints)")
    return try JSONDecoder().decode(Found.self, from: Data(outcome.output.utf8))
  }

  @Test func oneProcessForetells() throws {
    let slow = try found(["--link", "100Mbit", "--latency", "0"])
    #expect(slow.ranks == 1 && slow.batch == 8 && slow.shards == 2 && slow.meetings > 10 && slow.bytes_meeting > 1000)
    #expect(slow.foretold.map(\.ranks) == [1, 2, 4, 8, 16, 32])
    let alone = slow.foretold[0]
    #expect(alone.seconds_exchanging == 0 && alone.seconds_meeting == 0 && alone.efficiency == 1)
    for row in slow.foretold.dropFirst() {
      // 2 · (1 − 1/N) of the gradients over each link, and all that is met about at each of log₂ N steps.
      let share = 2 * (1 - 1 / Double(row.ranks))
      #expect(abs(row.seconds_exchanging - share * 8 * Double(slow.bytes) / 1e8) < 1e-9)
      let rounds = log2(Double(row.ranks))
      #expect(abs(row.seconds_meeting - rounds * 8 * Double(slow.bytes_meeting) / 1e8) < 1e-9)
      #expect(row.seconds_waiting <= row.seconds_exchanging && row.efficiency < 1)
    }
  }

  @Test(.enabled(if: MPI.isHere, "mpirun and mpicc are not installed")) func processesAreMeasuredTogether() throws {
    let mpi = try MPI.first
    let two = try found([], try mpi.environment, by: mpi.script(2))
    #expect(two.ranks == 2 && two.batch == 8 && two.shards == 2 && two.bytes > 1_000_000)
    for key in ["seconds", "seconds_computing", "seconds_exchanging", "seconds_meeting"] {
      #expect(two.step[key] ?? 0 > 0, "\(key)")
    }
    #expect((0...1).contains(two.step["hidden"] ?? -1))
    let refused = try BuiltCommand.run(
      Self.command + ["--shards", "1"], environment: try mpi.environment, by: mpi.script(2))
    #expect(refused.status != 0 && refused.complaints.contains("2 processes cannot share out 1 shard;"))
  }

  @Test func whatItDoesNotTake() throws {
    for (bad, words) in [
      (["--link", "fast"], "--link"), (["--link", "0Gbit"], "--link"), (["--latency", "-1"], "--latency"),
      (["--shards", "3"], "1, 2, 4 or 8"), (["--batch", "9"], "does not fall into 2 equal shards"),
    ] {
      let outcome = try BuiltCommand.run(Self.command + bad)
      #expect(
        outcome.status == 2 && outcome.output.isEmpty && outcome.complaints.contains(words), "\(outcome.complaints)")
    }
  }
}
