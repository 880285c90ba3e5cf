import Experiments
import Models
import Testing

/// The time that is left counts every run at its own speed.
@Suite struct SweepForecastTests {
  private func work(_ width: Int, multiplications: Double) -> SweepForecast.Work {
    var settings = Settings(dataset: "d")
    settings.backbone.width = width
    return SweepForecast.Work(
      settings: settings, multiplications: multiplications, phases: [.init(images: 1000)], evaluationImages: 200)
  }

  @Test func nothingIsForetoldOfNothing() {
    #expect(SweepForecast().seconds(of: work(1, multiplications: 1)) == nil)
  }

  @Test func settingsThatWereSeenTakeWhatTheyTook() throws {
    var forecast = SweepForecast()
    let (small, large) = (work(1, multiplications: 100), work(2, multiplications: 900))
    forecast.observe(small, .training(0), images: 500, seconds: 5)
    #expect(try #require(forecast.seconds(of: small)) == 10 + 200 * 0.01 / 3, "evaluation is one pass of three")
    forecast.observe(small, .evaluating, images: 200, seconds: 1)
    #expect(forecast.seconds(of: small) == 11)
    #expect(forecast.seconds(of: small, trainingLeft: 100) == 2)
    func isNear(_ wanted: Double) -> Bool { forecast.seconds(of: large).map { abs($0 - wanted) < 1e-9 } ?? false }
    #expect(isNear(9 * 11), "unseen: by the multiplications")
    forecast.observe(large, .training(0), images: 10, seconds: 2)
    #expect(isNear(200 + 9))
    #expect(forecast.seconds(of: small) == 11)
  }

  /// A run that was held up for an epoch, or all along, does not decide what the next one takes.
  @Test func theMiddleOfEarlierStretchesDecides() {
    var forecast = SweepForecast()
    let work = work(1, multiplications: 1)
    forecast.recall(work, .evaluating, images: 200, seconds: 2)
    for seconds in [10.0, 90, 11] { forecast.recall(work, .training(0), images: 100, seconds: seconds) }
    #expect(forecast.seconds(of: work) == 112.0)
    forecast.recall(work, .training(0), images: 50, seconds: 6.5)
    #expect(forecast.seconds(of: work) == 122.0)
    forecast.recall(work, .training(0), images: 0, seconds: 6.5)
    #expect(forecast.seconds(of: work) == 122.0)
    // What the run at hand does goes before.
    forecast.observe(work, .training(0), images: 100, seconds: 20)
    #expect(forecast.seconds(of: work) == 202.0)
  }

  /// A phase whose backbone is frozen is foretold by what it leaves out, and once it was seen by its own speed.
  @Test func eachPhaseHasItsOwnSpeed() throws {
    var forecast = SweepForecast()
    var settings = Settings(dataset: "d")
    settings.train.phases = [.init(), .init()]
    settings.train.phases[1].frozen = ["backbone"]
    let work = SweepForecast.Work(
      settings: settings, multiplications: 1,
      phases: [.init(images: 300), .init(images: 100, learning: 0.25)], evaluationImages: 0)
    func isNear(_ left: Int, _ wanted: Double) -> Bool {
      forecast.seconds(of: work, trainingLeft: left).map { abs($0 - wanted) < 1e-9 } ?? false
    }
    forecast.observe(work, .training(0), images: 100, seconds: 10)
    #expect(isNear(400, 30 + 5), "half of three passes")
    #expect(isNear(100, 5) && isNear(50, 2.5) && isNear(0, 0))
    forecast.observe(work, .training(1), images: 50, seconds: 2)
    #expect(isNear(100, 4) && isNear(400, 30 + 4) && isNear(200, 10 + 4))
  }

  /// What does not change the cost of an image leaves it known: rates, epochs, how losses are weighed.
  @Test func imagesThatCostTheSameTakeTheSame() throws {
    var settings = Settings(dataset: "d")
    func work() -> SweepForecast.Work {
      SweepForecast.Work(settings: settings, multiplications: 1, phases: [.init(images: 100)], evaluationImages: 10)
    }
    var forecast = SweepForecast()
    forecast.observe(work(), .training(0), images: 10, seconds: 20)
    forecast.observe(work(), .evaluating, images: 10, seconds: 2)
    settings.train.epochs = 3
    settings.train.rate.new = 0.5
    settings.loss = LossSettings(weights: .fixed([.global: 2]))
    forecast.observe(work(), .training(0), images: 10, seconds: 30)
    #expect(try #require(forecast.seconds(of: work())) == 302)
    settings.train.batch = 7
    forecast.observe(work(), .training(0), images: 10, seconds: 50)
    settings.train.batch = 32
    #expect(forecast.seconds(of: work()) == 302)
    // What was measured beforehand stands until a run has gone on for longer.
    forecast.observe(work(), .training(0), images: 10, seconds: 0.1, isWarm: true)
    forecast.observe(work(), .training(0), images: 10, seconds: 0.9)
    #expect(try abs(#require(forecast.seconds(of: work())) - 3) < 1e-9)
  }

  /// Images that are described on the way, to mine triplets, cost what evaluation costs.
  @Test func describingIsForetold() throws {
    let work = SweepForecast.Work(
      settings: Settings(dataset: "d"), multiplications: 1, phases: [.init(images: 100, described: 40)],
      evaluationImages: 10)
    var forecast = SweepForecast()
    forecast.observe(work, .training(0), images: 10, seconds: 20)
    forecast.observe(work, .evaluating, images: 10, seconds: 5)
    #expect(try abs(#require(forecast.seconds(of: work)) - (200 + 5 + 20)) < 1e-9)
    #expect(try abs(#require(forecast.seconds(of: work, trainingLeft: 50)) - (100 + 5 + 10)) < 1e-9)
  }

  @Test func theMostSimilarNetworkStandsInForOneThatWasNotSeen() {
    var forecast = SweepForecast()
    for (width, multiplications, seconds) in [(1, 100.0, 10.0), (2, 10_000.0, 200.0)] {
      for stage in [SweepForecast.Stage.training(0), .evaluating] {
        forecast.observe(work(width, multiplications: multiplications), stage, images: 100, seconds: seconds)
      }
    }
    #expect(forecast.seconds(of: work(3, multiplications: 5000)) == 1200.0)
    #expect(forecast.seconds(of: work(3, multiplications: 200)) == 240.0)
  }

  @Test func aColdStartIsForgottenAndNeverTakenForTheSpeed() {
    var forecast = SweepForecast()
    let work = work(1, multiplications: 1)
    func training() -> Double? { forecast.seconds(of: work, trainingLeft: 1000).map { $0 / (1000 + 200 / 3.0) * 1000 } }
    func isNear(_ wanted: Double) -> Bool { training().map { abs($0 - wanted) < 1e-9 } ?? false }
    forecast.observe(work, .training(0), images: 10, seconds: 0.9)
    #expect(isNear(90))
    forecast.observe(work, .training(0), images: 100, seconds: 1.1)
    #expect(isNear(11))
    forecast.observe(work, .training(0), images: 10, seconds: 0.9)
    #expect(isNear(11))
    forecast.observe(work, .training(0), images: 0, seconds: 5)
    #expect(isNear(11))
  }
}
