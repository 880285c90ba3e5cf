/// Writes a run's heartbeat now and then while it trains and evaluates.
package final class RunPulse {
  private let store: RunStore
  private let run: RunIdentity
  private let interval: Double
  private var last: (uptime: Double, images: Int)?

  /// Starts a pulse; `interval` are the seconds between beats. A step that takes longer delays them.
  package init(_ run: RunIdentity, in store: RunStore, interval: Double = 10) {
    self.run = run
    self.store = store
    self.interval = interval
  }

  /// Says where the run is; written down where the last beat is long enough ago. Costs a look at a clock otherwise.
  ///
  /// What cannot be written is not: a run does not end for want of a heartbeat.
  ///
  /// - Parameter images: images that this process has worked on since the pulse was started.
  package func beat(at place: @autoclosure () -> Heartbeat.Place, images: Int) {
    let now = Moment.secondsSinceBoot
    if let last, now - last.uptime < interval { return }
    let rate = last.map { Double(images - $0.images) / max(now - $0.uptime, 1e-9) }
    last = (now, images)
    try? store.write(Heartbeat(place(), imagesPerSecond: rate, usage: .now), as: .heartbeat, of: run)
  }

  /// Removes the heartbeat of a run that is finished.
  package func end() { store.removeNote(.heartbeat, of: run) }
}
