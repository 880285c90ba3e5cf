import ArgumentParser
import Experiments

/// How many runs are trained at the same time, each by a process of its own with its share of the threads.
enum RunsAtOnce: ExpressibleByArgument, Equatable {
  case auto
  case number(Int)

  private static let range = 1...64

  init?(argument: String) {
    if argument == "auto" {
      self = .auto
    } else if let number = Int(argument), Self.range.contains(number) {
      self = .number(number)
    } else {
      return nil
    }
  }

  /// The value as it is given.
  var defaultValueDescription: String {
    switch self {
    case .auto: "auto"
    case .number(let number): "\(number)"
    }
  }

  /// What suits some runs.
  func count(of work: Company.Workload, threads: Int) -> Int {
    switch self {
    case .number(let number): number
    case .auto: min(work.processes(threads: threads), Self.range.upperBound)
    }
  }
}
