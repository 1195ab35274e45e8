// What may be claimed of one metric at one concurrency: every arm at every depth against what it is held against, as one
// family.

internal import Results
internal import Statistics

/// The comparisons of one metric. A family is every depth and strategy: the more is asked, the more one of them differs
/// by chance.
struct Judgement {
  private struct Place: Hashable {
    let arm: String
    let depth: Int
  }

  private var comparisons: [Place: Comparison] = [:]
  /// A′ against A, by depth.
  private(set) var controls: [(depth: Int, effect: PairedEffect)] = []

  /// Nothing is judged without a baseline; `arms` are neither the baseline nor its control. At another concurrency than
  /// the headline's there are other depths, so another family.
  ///
  /// - Parameter references: of arms that are held against another one than the baseline.
  init(
    _ metric: Metric, of arms: [String], in table: RoundTable, baseline: String?, control: String?,
    references: [String: String], at concurrency: Concurrency? = nil
  ) {
    guard let baseline else { return }
    func effect(_ arm: String, _ depth: Int) -> PairedEffect? {
      PairedEffect(
        pairs: table.pairs(
          metric, arm: arm, depth: depth, against: (references[arm] ?? baseline, depth), at: concurrency))
    }
    let depths = table.depths(arm: baseline, for: metric, at: concurrency)
    var noise: [Int: PairedEffect] = [:]
    if let control { for depth in depths { noise[depth] = effect(control, depth) } }
    controls = depths.compactMap { depth in noise[depth].map { (depth, $0) } }
    let places = arms.flatMap { arm in depths.map { Place(arm: arm, depth: $0) } }
    let judged = Comparison.family(places.map { (effect: effect($0.arm, $0.depth), control: noise[$0.depth]) })
    comparisons = Dictionary(uniqueKeysWithValues: zip(places, judged))
  }

  func comparison(arm: String, depth: Int) -> Comparison? { comparisons[Place(arm: arm, depth: depth)] }
}
