import Experiments
import Testing

/// The time that is left counts every run at its own speed.
@Suite struct SweepForecastTests {
  private func work(_ width: Int, multiplications: Double) -> SweepForecast.Work {
    var settings = Settings(dataset: "d")
    settings.backbone.width = width
    return SweepForecast.Work(
      settings: settings, multiplications: multiplications, trainingImages: 1000, evaluationImages: 200)
  }

  @Test func nothingIsForetoldOfNothing() {
    #expect(SweepForecast().seconds(of: work(1, multiplications: 1)) == nil)
  }

  @Test func settingsThatWereSeenTakeWhatTheyTook() throws {
    var forecast = SweepForecast()
    let (small, large) = (work(1, multiplications: 100), work(2, multiplications: 900))
    forecast.observe(small, .training, images: 500, seconds: 5)
    #expect(try #require(forecast.seconds(of: small)) == 10 + 200 * 0.01 / 3, "evaluation is one pass of three")
    forecast.observe(small, .evaluating, images: 200, seconds: 1)
    #expect(forecast.seconds(of: small) == 11)
    #expect(forecast.seconds(of: small, trainingLeft: 100) == 2)
    func isNear(_ wanted: Double) -> Bool { forecast.seconds(of: large).map { abs($0 - wanted) < 1e-9 } ?? false }
    #expect(isNear(9 * 11), "unseen: by the multiplications")
    forecast.observe(large, .training, images: 10, seconds: 2)
    #expect(isNear(200 + 9))
    #expect(forecast.seconds(of: small) == 11)
  }

  @Test func theMostSimilarNetworkStandsInForOneThatWasNotSeen() {
    var forecast = SweepForecast()
    for (width, multiplications, seconds) in [(1, 100.0, 10.0), (2, 10_000.0, 200.0)] {
      for phase in SweepForecast.Phase.allCases {
        forecast.observe(work(width, multiplications: multiplications), phase, images: 100, seconds: seconds)
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
    forecast.observe(work, .training, images: 10, seconds: 0.9)
    #expect(isNear(90))
    forecast.observe(work, .training, images: 100, seconds: 1.1)
    #expect(isNear(11))
    forecast.observe(work, .training, images: 10, seconds: 0.9)
    #expect(isNear(11))
    forecast.observe(work, .training, images: 0, seconds: 5)
    #expect(isNear(11))
  }
}
