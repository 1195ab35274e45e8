// How an arm looks in every figure: its colour, its marker and its dashes, each enough to tell it apart.

package import Results

package struct ArmStyle: Equatable {
  package enum Ink: Equatable {
    /// The colour of text: the baseline.
    case foreground
    /// The control arm.
    case muted
    /// Place in the palette, from 0.
    case hue(Int)
  }

  /// Place in the run's list of arms.
  package let index: Int
  package let name: String
  package let ink: Ink
  package let marker: Marker
  /// `stroke-dasharray`; nil is a solid line.
  package let dashes: String?

  /// Okabe and Ito's colours for all kinds of colour vision, but yellow, which white paper does not show, and black,
  /// which is the baseline's. https://jfly.uni-koeln.de/color/
  package static let palette = ["#D55E00", "#0072B2", "#009E73", "#CC79A7", "#E69F00", "#56B4E9"]

  /// After the palette's colours have all been used, they come again with other dashes.
  private static let dashStyles: [String?] = [nil, "7 3", "2 3", "9 3 2 3"]

  package static func styles(of arms: [Arm], baseline: String?) -> [ArmStyle] {
    var hueCount = 0
    return arms.enumerated().map { index, arm in
      if arm.name == baseline {
        return ArmStyle(index: index, name: arm.name, ink: .foreground, marker: .circle, dashes: nil)
      }
      if arm.controlOf != nil {
        return ArmStyle(index: index, name: arm.name, ink: .muted, marker: .ring, dashes: "4 3")
      }
      defer { hueCount += 1 }
      let markers = Marker.ofStrategies
      return ArmStyle(
        index: index, name: arm.name, ink: .hue(hueCount % palette.count), marker: markers[hueCount % markers.count],
        dashes: dashStyles[hueCount / palette.count % dashStyles.count])
    }
  }

  /// Classes that the page's style sheet knows.
  package var classes: String {
    switch ink {
    case .foreground: "arm arm-\(index) ink"
    case .muted: "arm arm-\(index) muted"
    case .hue(let hue): "arm arm-\(index) hue-\(hue)"
    }
  }
}
