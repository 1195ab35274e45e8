// From readings of arms to verdicts: effects by round, one correction over everything that is asked, equality of counts.

internal import Results
internal import Statistics

struct ComparisonBuilder {
  let pairs: [(a: ArmReading, b: ArmReading)]
  /// Both arms of every pair are of the same run.
  let isOneRun: Bool

  /// In the order of `pairs`.
  var comparisons: [ArmComparison] {
    let timed = Metric.compared.filter { !$0.isExact }
    let asked = pairs.indices.flatMap { pair in timed.map { (pair: pair, metric: $0) } }
    let judged = Comparison.family(
      asked.map { ask in (effect: effect(pairs[ask.pair], ask.metric), control: noise(pairs[ask.pair], ask.metric)) },
      first: Set(asked.indices.filter { asked[$0].metric == .cpuPerHop }), isOneRun: isOneRun)
    return pairs.indices.map { index in
      let pair = pairs[index]
      let metrics = zip(asked, judged).filter { $0.0.pair == index }.map { timedMetric(pair, $0.0.metric, $0.1) }
      let counts = Metric.compared.filter(\.isExact).map { exactMetric(pair, $0) }
      let rounds = Set(pair.a.trials.map(\.round)).intersection(pair.b.trials.map(\.round))
      let invalid = (pair.a.trials + pair.b.trials).count { $0.validity.verdict == .invalid }
      return ArmComparison(
        a: pair.a.described, b: pair.b.described, rounds: rounds.count, invalidTrials: invalid,
        metrics: metrics + counts)
    }
  }

  // MARK: Timed

  private func effect(_ pair: (a: ArmReading, b: ArmReading), _ metric: Metric) -> PairedEffect? {
    guard isComparable(pair, metric) else { return nil }
    return PairedEffect(pairs: pair.a.pairs(metric, with: pair.b))
  }

  /// A′ against A. Two runs have each their own at most: the noisier one is the least that there was.
  private func noise(_ pair: (a: ArmReading, b: ArmReading), _ metric: Metric) -> PairedEffect? {
    let readings = isOneRun ? [pair.a] : [pair.a, pair.b]
    let effects = readings.compactMap { reading in
      reading.noisePair(ofThisArm: isOneRun).flatMap { PairedEffect(pairs: $0.a.pairs(metric, with: $0.control)) }
    }
    return effects.max { ($0.estimate.noiseFloor ?? 0) < ($1.estimate.noiseFloor ?? 0) }
  }

  /// Latency of an open loop belongs to its load.
  private func isComparable(_ pair: (a: ArmReading, b: ArmReading), _ metric: Metric) -> Bool {
    let (a, b) = (pair.a.result.settings, pair.b.result.settings)
    if metric.phase != .open { return true }
    return a.openLoopRate == b.openLoopRate && a.utilisation == b.utilisation
      && RegimeWords.isPoisson(a) == RegimeWords.isPoisson(b)
  }

  private func timedMetric(
    _ pair: (a: ArmReading, b: ArmReading), _ metric: Metric, _ judged: Comparison
  ) -> MetricComparison {
    let isComparable = isComparable(pair, metric)
    let wasTried = pair.a.wasTried(metric) && pair.b.wasTried(metric)
    let verdict: MetricComparison.Verdict =
      switch judged.verdict {
      case _ where !wasTried: .notMeasured
      case _ where !isComparable: .notComparable
      case .difference: .difference
      case .indicated: .indicated
      case .noDifferenceSeen: .noDifferenceSeen
      case .rangeOnly: .rangeOnly
      case .tooFew: .tooFew
      }
    var comparison = MetricComparison(metric, a: pair.a.value(metric), b: pair.b.value(metric), verdict: verdict)
    comparison.ratio = judged.effect?.effect
    let range = judged.effect.flatMap { $0.roundCount > 1 ? $0.interval ?? $0.min...$0.max : nil }
    comparison.interval = range.map { .init($0) }
    comparison.rounds = judged.effect?.roundCount ?? 0
    comparison.invalidTrials = (pair.a.trials + pair.b.trials).count {
      $0.phase == metric.phase && $0.validity.verdict == .invalid
    }
    comparison.p = judged.effect?.test.p
    comparison.adjustedP = judged.adjustedP
    comparison.noise = judged.noise.map { PairedEffect.Scale.ratio.effect($0) }
    comparison.reason = reason(pair, metric, verdict, judged)
    return comparison
  }

  private func reason(
    _ pair: (a: ArmReading, b: ArmReading), _ metric: Metric, _ verdict: MetricComparison.Verdict,
    _ judged: Comparison
  ) -> String? {
    switch verdict {
    case .notMeasured: return "no trial of this kind at this depth"
    case .notComparable:
      let loads = [pair.a, pair.b].map { reading -> String in
        let settings = reading.result.settings
        let load =
          settings.openLoopRate.map { "\(NumberText.whole($0)) requests/s" }
          ?? settings.utilisation.map { "\(NumberText.percent($0)) % of what each arm can do" } ?? "no load"
        return load + (RegimeWords.isPoisson(settings) ? ", Poisson arrivals" : "")
      }
      return "open loops at \(loads[0]) and at \(loads[1])"
    case .tooFew where metric.percentile != nil:
      let needed = PercentileFigure.countMin(metric.percentile ?? 0)
      return "no round has \(needed) requests on both sides"
    default: return judged.obstacle?.words
    }
  }

  // MARK: Counted

  private func exactMetric(_ pair: (a: ArmReading, b: ArmReading), _ metric: Metric) -> MetricComparison {
    var comparison = MetricComparison(
      metric, a: pair.a.count(metric), b: pair.b.count(metric), verdict: .notMeasured)
    guard let a = comparison.a, let b = comparison.b else {
      comparison.reason = "not counted"
      return comparison
    }
    comparison.ratio = ratio(b, a)
    comparison.difference = b - a
    if isOneRun, let control = pair.a.noisePair(ofThisArm: true)?.control.count(metric) {
      comparison.noise = abs(control - a)
    }
    let requests = min(pair.a.countingPass?.requests ?? 1, pair.b.countingPass?.requests ?? 1)
    let tolerance = metric.exactTolerance(larger: max(a, b), requests: requests)
    if abs(b - a) <= tolerance {
      comparison.verdict = .equal
    } else if let noise = comparison.noise, noise > tolerance, abs(b - a) <= noise {
      comparison.verdict = .noDifferenceSeen
      comparison.reason = "A itself does not repeat"
    } else {
      comparison.verdict = .notEqual
    }
    return comparison
  }
}
