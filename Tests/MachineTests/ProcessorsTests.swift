import Foundation
import Machine
import Tensors
import TestSupport
import Testing

/// What control groups leave of a machine's processors, in made-up folders.
@Suite struct ProcessorsTests {
  private let root: TemporaryFolder

  init() throws { root = try TemporaryFolder() }

  private func quota(group: String, mounts: String, _ files: [String: String]) throws -> Double? {
    try root.write(group + "\n", to: "proc/self/cgroup")
    try root.write(mounts + "\n", to: "proc/self/mountinfo")
    for (name, text) in files { try root.write(text + "\n", to: "sys/fs/cgroup/\(name)") }
    return Processors.quota(root: root.url)
  }

  private static let second = "31 23 0:28 / /sys/fs/cgroup rw,nosuid shared:4 - cgroup2 cgroup2 rw,nsdelegate"
  private static let first = "32 31 0:29 / /sys/fs/cgroup/cpu rw,relatime - cgroup cgroup rw,cpu,cpuacct"

  @Test func theSecondVersionUpTheTree() throws {
    let group = "0::/user.slice/job 7"
    #expect(try quota(group: group, mounts: Self.second, [:]) == nil)
    #expect(try quota(group: group, mounts: Self.second, ["user.slice/job 7/cpu.max": "max 100000"]) == nil)
    #expect(try quota(group: group, mounts: Self.second, ["user.slice/cpu.max": "150000 100000"]) == 1.5)
    #expect(try quota(group: group, mounts: Self.second, ["user.slice/job 7/cpu.max": "400000 100000"]) == 1.5)
    #expect(try quota(group: group, mounts: Self.second, ["user.slice/job 7/cpu.max": "20000 100000"]) == 0.2)
  }

  /// In a container the group is `/`, and its limit lies in the root of what is mounted.
  @Test func theRootOfAContainer() throws {
    #expect(try quota(group: "0::/", mounts: Self.second, ["cpu.max": "200000 100000"]) == 2)
    // A process that was moved out of what is seen here.
    #expect(try quota(group: "0::/../other", mounts: Self.second, [:]) == 2)
  }

  @Test func theFirstVersion() throws {
    let groups = "9:memory:/docker/1\n4:cpu,cpuacct:/docker/1\n0::/system"
    let limits = ["cpu/docker/1/cpu.cfs_quota_us": "300000", "cpu/docker/1/cpu.cfs_period_us": "100000"]
    #expect(try quota(group: groups, mounts: Self.first, [:]) == nil)
    #expect(try quota(group: groups, mounts: Self.first, limits) == 3)
    let none = ["cpu/docker/1/cpu.cfs_quota_us": "-1", "cpu/docker/1/cpu.cfs_period_us": "100000"]
    #expect(try quota(group: groups, mounts: Self.first, none) == nil)
    // Without a name space of its own, a container sees its group at the mount's root.
    let inside = Self.first.replacing(" / /sys", with: " /docker/1 /sys")
    let atRoot = ["cpu/cpu.cfs_quota_us": "50000", "cpu/cpu.cfs_period_us": "100000"]
    #expect(try quota(group: groups, mounts: inside, atRoot) == 0.5)
  }

  @Test(arguments: ["", "max", "100000", "0 100000", "100000 0", "-1 100000", "nan 1", "inf 1", "1 2 3", "a b"])
  func whatIsNoLimitIsNone(_ text: String) throws {
    #expect(try quota(group: "0::/", mounts: Self.second, ["cpu.max": text]) == nil)
  }

  @Test func withoutControlGroupsThereIsNone() throws {
    #expect(Processors.quota(root: root.url) == nil)
    #expect(try quota(group: "::::\n\n4:cpu", mounts: "1 2 3\n - - -\n\(Self.second)", [:]) == nil)
  }

  /// Whatever the machine, there is one at least; the engine takes as many, and `taskset` binds it to one.
  @Test func theEngineTakesThem() throws {
    #expect(Processors.available >= 1 && Engine.availableThreads == Processors.available)
  }
}
