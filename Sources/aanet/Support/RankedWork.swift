import Experiments
import Foundation
import Support
import Tensors

/// `aanet run` as one of several processes that a launcher started.
struct RankedWork {
  let ranks: Ranks

  /// Does the leader's part, and lets the others go when it is done.
  ///
  /// Where it fails while the others are at work with it, all are ended.
  func lead<Result>(_ work: () throws -> Result) throws -> Result {
    guard ranks.count > 1 else { return try work() }
    watchForRequest()
    let result: Swift.Result<Result, any Error>
    do { result = .success(try work()) } catch let broken as RanksLeftWaiting {
      Console.complain("error: \(broken)")
      ranks.abort(code: 2)
      throw broken
    } catch { result = .failure(error) }
    try ranks.give(.end)
    ranks.finish()
    return try result.get()
  }

  /// Says, as soon as somebody asks to stop, what comes of it: a launcher asks those that are left when one is gone, which
  /// they wait for, and ends them a moment later.
  private func watchForRequest() {
    let count = ranks.count
    Thread.detachNewThread {
      while !Interruption.isAsked { usleep(20_000) }
      Console.complain(
        "asked to stop: the \(count) processes do so after the same step, saved; where one of them is gone, all end without, "
          + "nothing is lost beyond the last checkpoint, and the same command goes on, on any number of them")
    }
  }

  /// Works as the leader says. What goes wrong is told with the rank's number.
  func follow(_ work: () throws -> Void) throws {
    do { try work() } catch {
      Console.complain("error: rank \(ranks.rank) of \(ranks.count): \(error)")
      ranks.abort(code: 2)
    }
    ranks.finish()
  }
}
