import Statistics
import Testing

@Suite("The length of open-loop trials")
struct OpenTrialLengthTests {
  static func seconds(_ rate: Double, _ trialCount: Int, isPoisson: Bool = false) -> Double {
    OpenTrialLength.seconds(
      rate: rate, trialCount: trialCount, shortest: 0.25, settleSeconds: 0.05, isPoisson: isPoisson)
  }

  @Test("the windows of a round's trials hold 1000 requests, at any rate, unless the cap is reached")
  func enough() {
    for rate in [90.0, 101, 333.3, 1_000, 4_321, 50_000] {
      for trialCount in [1, 2, 4] {
        let length = Self.seconds(rate, trialCount)
        #expect((0.25...OpenTrialLength.secondsMax).contains(length))
        let planned = (length - 0.05) * rate * Double(trialCount)
        #expect(planned >= 1_000 || length == OpenTrialLength.secondsMax)
        // No longer than that takes.
        #expect(planned < 1_020 || length == 0.25)
      }
    }
  }

  @Test("random arrivals get three standard deviations more")
  func poisson() {
    let planned = (Self.seconds(500, 1, isPoisson: true) - 0.05) * 500
    #expect(planned > 1_000 + 3 * 31.6 && planned < 1_110)
  }

  @Test("a low rate is capped, and a length that was asked for is kept")
  func bounds() {
    #expect(Self.seconds(10, 1) == OpenTrialLength.secondsMax)
    let asked = OpenTrialLength.seconds(rate: 10, trialCount: 1, shortest: 60, settleSeconds: 0.05, isPoisson: false)
    #expect(asked == 60)
  }
}
