// The page's style sheet: light, dark and paper. Colours of arms are Okabe and Ito's (`ArmStyle.palette`).

enum PageStyle {
  /// Hides an arm in every figure when its switch is off; brings out the one under the pointer.
  static func choices(armCount: Int) -> Markup {
    Markup((0..<armCount).map { Markup(rulesOfArm: $0) })
  }

  static let sheet = Markup(
    trusted: """
      :root{color-scheme:light dark;--page:#f6f6f3;--card:#fff;--ink:#1b1d20;--soft:#5b6068;--line:#dcdcd6;
      --grid:#e9e9e4;--muted:#8b9098;--shade:#8b909828;--ok:#00694c;--ok-back:#e0f3ec;--suspect:#7a4b00;
      --suspect-back:#fdf0d5;--invalid:#9c3400;--invalid-back:#fbe4d8;--accent:#0072b2;
      --h0:#d55e00;--h1:#0072b2;--h2:#009e73;--h3:#cc79a7;--h4:#e69f00;--h5:#56b4e9;--p6:#d9d9d2}
      @media (prefers-color-scheme:dark){:root{--page:#121417;--card:#1b1e22;--ink:#e9eaec;--soft:#a3a9b2;--line:#353a41;
      --grid:#2a2e34;--muted:#8b929c;--shade:#8b929c30;--ok:#6fd6b0;--ok-back:#12332a;--suspect:#f2c265;
      --suspect-back:#3a2d10;--invalid:#ff9d6b;--invalid-back:#43220f;--accent:#56b4e9;
      --h0:#e8731a;--h1:#3d96d1;--h2:#1cb88c;--h3:#d78bb4;--h4:#eaab1c;--h5:#7cc6f0;--p6:#3c424a}}
      *{box-sizing:border-box}
      body{margin:0;background:var(--page);color:var(--ink);font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,
      "Noto Sans","DejaVu Sans",sans-serif;-webkit-text-size-adjust:100%}
      header,main,footer{max-width:1280px;margin:0 auto;padding:0 28px}
      header{padding-top:14px;display:flex;flex-wrap:wrap;align-items:baseline;gap:0 18px}
      h1{font-size:22px;margin:0;letter-spacing:-.02em}
      h1 span{font-size:14px;font-weight:400;letter-spacing:0;color:var(--soft);margin-left:10px}
      h2{font-size:21px;margin:42px 0 4px;letter-spacing:-.01em}
      h3{font-size:16px;margin:0}
      .beside{margin-top:24px}
      h4{font-size:13px;margin:8px 0 2px;font-weight:600}
      p{margin:0}
      code{font:12.5px/1.5 ui-monospace,"DejaVu Sans Mono",monospace;overflow-wrap:anywhere}
      pre{margin:0;font:12.5px/1.5 ui-monospace,"DejaVu Sans Mono",monospace}
      .command,.setting{color:var(--soft);font-size:12.5px}
      .setting{margin:2px 0 0}
      .lead{color:var(--soft);max-width:88ch;margin:0 0 14px}
      .banner{display:flex;gap:12px;border-radius:10px;padding:8px 14px;border:1px solid currentColor;font-size:13.5px}
      .banner strong{font-size:15px}
      .banner .sign{display:inline-flex;align-items:center;justify-content:center;flex:none;width:24px;height:24px;
      border-radius:50%;border:2px solid currentColor;font-weight:700}
      .banner .flag{font-weight:600;border:1px solid currentColor;border-radius:5px;padding:0 6px;margin-left:8px}
      .banner details{border:0;margin:0;padding:0}.banner summary{color:inherit}
      .ok{background:var(--ok-back);color:var(--ok)}
      .suspect{background:var(--suspect-back);color:var(--suspect)}
      .invalid{background:var(--invalid-back);color:var(--invalid)}
      .finding{font-size:17px;line-height:1.4;font-weight:500;margin:8px 0 10px;text-wrap:pretty}
      .costs{margin-top:10px;background:var(--card);border:1px solid var(--line);border-radius:12px;padding:4px 14px 6px}
      .costs td.bar{width:300px;min-width:210px;padding:0 10px}
      .costs thead td.bar{vertical-align:bottom;border-bottom:1px solid var(--muted)}
      .costs tbody tr>*{padding-top:2px;padding-bottom:2px;vertical-align:middle}
      .costs tbody td.bar{padding-top:0;padding-bottom:0}
      .costs .comparison td small,.decay .comparison td small{display:inline}
      .costs th,.costs td,.decay td{white-space:nowrap}
      .costs .claim{font-weight:600}
      .costs .noDifferenceSeen,.costs .rangeOnly,.costs .tooFew{font-weight:400;color:var(--soft)}
      .notes{color:var(--soft);font-size:12px}
      .split{display:flex;flex-wrap:wrap;gap:0 26px;margin-top:10px}
      .split>*{flex:1 1 380px;min-width:0}
      .decay h3{font-size:13px}
      .decay .card{padding:0 12px;margin-top:4px}
      .decay th,.decay td{padding-top:2px;padding-bottom:2px}
      .costs+.words{margin-top:10px}
      .steps{list-style:none;margin:0;padding:0}.steps span{color:var(--soft)}
      .words{display:grid;grid-template-columns:max-content 1fr;gap:3px 12px;margin:0;font-size:13px;align-content:start}
      .tiles{display:grid;grid-template-columns:repeat(auto-fit,minmax(176px,1fr));gap:12px;margin:0}
      .tiles div{background:var(--card);border:1px solid var(--line);border-radius:10px;padding:10px 14px;min-width:0}
      dt{color:var(--soft);font-size:12.5px}
      dd{margin:0}
      .tiles .figure{font-size:18px;font-weight:600;overflow-wrap:anywhere;line-height:1.35}
      .tiles .note{font-size:12.5px;color:var(--soft)}
      .troubles{margin-top:16px}
      .troubles ul,ul.said{margin:6px 0 0;padding-left:20px}
      .card{background:var(--card);border:1px solid var(--line);border-radius:12px;padding:16px 18px 12px;margin:0;
      min-width:0}
      .grid2{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,500px),1fr));gap:16px}
      .grid3{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,330px),1fr));gap:10px}
      .wide{margin-top:14px}
      figcaption p{color:var(--soft);font-size:13.5px;margin:2px 0 8px;max-width:100ch}
      .said{margin:10px 0 4px;max-width:110ch}
      svg{display:block;width:100%;height:auto}
      .graph{margin:0 auto}
      svg text{fill:var(--soft);font:12px system-ui,-apple-system,"Segoe UI",Roboto,"Noto Sans","DejaVu Sans",sans-serif}
      svg .label,svg .value,svg .name{fill:var(--ink)}
      svg .value{font-size:11.5px;font-variant-numeric:tabular-nums}
      svg .axis-title{font-size:12px}
      .grid{stroke:var(--grid);stroke-width:1}
      .grid.zero,.axis{stroke:var(--muted);stroke-width:1}
      .noise{fill:var(--shade)}
      .ink{--c:var(--ink)}.muted{--c:var(--muted)}
      .hue-0{--c:var(--h0)}.hue-1{--c:var(--h1)}.hue-2{--c:var(--h2)}.hue-3{--c:var(--h3)}.hue-4{--c:var(--h4)}
      .hue-5{--c:var(--h5)}
      .line{fill:none;stroke:var(--c);stroke-width:2;stroke-linejoin:round}
      .whisker{stroke:var(--c);stroke-width:3.5;stroke-linecap:round;opacity:.45;fill:none}
      .saturated{stroke:var(--c);stroke-width:1.6;fill:none}
      .point:hover .whisker{opacity:1}
      #tip{position:fixed;z-index:9;max-width:min(340px,calc(100vw - 8px));padding:5px 9px;border-radius:6px;
      background:var(--ink);color:var(--page);font-size:13px;line-height:1.35;pointer-events:none}
      #tip[hidden]{display:none}
      .leader{fill:none;stroke:var(--c);stroke-width:1;stroke-dasharray:2 2;opacity:.7}
      .mark{fill:var(--c);stroke:var(--card);stroke-width:1}
      .mark.hollow,.unjudged .mark{fill:var(--card);stroke:var(--c);stroke-width:1.8}
      .share{fill:var(--c)}
      .level path{fill:none;stroke:var(--ink);stroke-width:1.4;stroke-dasharray:1 4;stroke-linecap:round}
      .level text{fill:var(--ink);font-weight:600}
      .parts{display:flex;flex-wrap:wrap;gap:2px 18px;list-style:none;margin:4px 0 10px;padding:0;font-size:13px}
      .parts li{display:inline-flex;align-items:center;gap:6px}.parts svg{width:14px}
      .part{stroke:var(--card);stroke-width:.6}
      .part-0{fill:var(--h0)}.part-1{fill:var(--h4)}.part-2{fill:var(--h3)}.part-3{fill:var(--h2)}.part-4{fill:var(--h5)}
      .part-5{fill:var(--h1)}.part-6{fill:var(--p6)}.part-7{fill:var(--ink)}.part-8{fill:var(--muted)}
      .service rect{fill:var(--page);stroke:var(--muted)}
      .service .arm .share{stroke:none;fill:var(--c)}
      .service .name{font-weight:600}
      .client rect{fill:none;stroke:var(--muted)}
      .edge{fill:none;stroke:var(--muted);stroke-width:1.4}
      .edge.back{stroke-dasharray:5 3}
      .arrow{fill:var(--muted)}
      .key{position:sticky;top:0;z-index:1;display:flex;flex-wrap:wrap;gap:4px 18px;margin-top:26px;padding:10px 16px;
      background:var(--card);border:1px solid var(--line);border-radius:10px}
      .key label{display:inline-flex;align-items:center;gap:7px;font-size:13.5px;cursor:pointer}
      .key svg{width:34px}
      .key input{margin:0;accent-color:var(--soft)}
      details{margin-top:8px;border-top:1px solid var(--grid);padding-top:6px}
      summary{cursor:pointer;color:var(--accent);font-size:13.5px}
      .key .signs{font-size:12.5px;color:var(--soft)}
      .more{margin-top:42px}.more>summary{font-size:17px;font-weight:600}
      .scroll{overflow-x:auto;max-width:100%}
      details .scroll{max-height:420px;overflow:auto}
      table{border-collapse:collapse;font-size:13px;margin:6px 0;width:100%}
      th{font-weight:600;text-align:left}
      thead th{color:var(--soft);font-size:12px;vertical-align:bottom;border-bottom:1px solid var(--muted)}
      details thead th{position:sticky;top:0;background:var(--card)}
      th,td{padding:4px 10px 4px 0;vertical-align:top}
      tbody tr+tr>*{border-top:1px solid var(--grid)}
      .number{text-align:right;font-variant-numeric:tabular-nums;padding:4px 0 4px 12px}
      td.number{white-space:nowrap}
      .comparison th svg{display:inline-block;width:16px;vertical-align:-2px;margin-right:6px}
      .comparison{font-size:12.5px}.comparison tbody th{white-space:nowrap}
      .comparison .number{padding-left:9px}
      .comparison td small{display:block;color:var(--soft);font-size:.88em}
      thead small{font-weight:400;display:block}
      .kept{color:var(--ok)}.partly{color:var(--suspect)}.lost{color:var(--invalid)}
      .bad{background:var(--invalid-back);color:var(--invalid)}
      a{color:var(--accent)}
      .contents{font-size:13.5px;margin:14px 0 0;color:var(--soft)}
      .contents p{display:flex;flex-wrap:wrap;gap:0 14px}.contents a{white-space:nowrap}
      .downloads{font-size:13.5px;margin-top:8px}
      .downloads ul{display:flex;flex-wrap:wrap;gap:4px 22px;list-style:none;margin:4px 0 0;padding:0}
      .downloads li{display:flex;gap:8px}
      .settings{display:grid;grid-template-columns:max-content 1fr;gap:2px 20px}
      .settings dt{grid-column:1}
      .settings dd{grid-column:2;overflow-wrap:anywhere}
      footer{color:var(--soft);font-size:13px;margin-top:34px;padding-bottom:34px}
      @media (max-width:640px){header,main,footer{padding-left:14px;padding-right:14px}h1 span{display:block;margin:0}
      .finding{font-size:15.5px}
      .costs table,.costs thead,.costs tbody{display:block}
      .costs thead tr{display:block}.costs thead th{display:none}.costs thead td.bar{display:block;width:auto;padding:0}
      .costs tbody tr{display:grid;grid-template-columns:1.15fr 1fr 1fr 1fr;padding:6px 0;border-top:1px solid var(--grid)}
      .costs tbody tr>*{border:0!important}
      .costs tbody td.number{text-align:left;padding:1px 6px 1px 0}
      .costs tbody th{grid-row:1;align-self:center}
      .costs tbody td.bar{grid-column:1/-1;grid-row:2;width:auto;padding:0}
      .costs tbody th{grid-column:1/3}
      .costs tbody td[data-label^="added"]{grid-column:3/-1;grid-row:1;font-size:14px}
      .costs tbody td[data-label]::before{content:attr(data-label);display:block;color:var(--soft);font-size:11px;font-weight:400}
      .split>*{flex-basis:100%}.words{margin-top:12px}}
      @media print{:root{color-scheme:light;--page:#fff;--card:#fff;--ink:#000;--soft:#444;--line:#bbb;--grid:#e2e2e2;
      --muted:#777;--shade:#8b909828;--accent:#000;--ok:#00694c;--ok-back:#fff;--suspect:#7a4b00;
      --suspect-back:#fff;--invalid:#9c3400;--invalid-back:#fff;--h0:#d55e00;--h1:#0072b2;--h2:#009e73;--h3:#cc79a7;
      --h4:#e69f00;--h5:#56b4e9;--p6:#ddd}
      @page{size:A4;margin:12mm}
      *{-webkit-print-color-adjust:exact;print-color-adjust:exact}
      body{font-size:9.5pt}
      header,main,footer{max-width:none;padding-left:0;padding-right:0}
      h2{margin-top:18px}
      h2,h3{break-inside:avoid;break-after:avoid}
      h2::after{content:"";display:block;height:70mm;margin-bottom:-70mm}
      .beside h3::after{content:"";display:block;height:30mm;margin-bottom:-30mm}
      .lead,figcaption{break-after:avoid}
      .finding{font-size:10.5pt}.banner,.words,.notes{font-size:8pt}
      .grid2{grid-template-columns:1fr 1fr;gap:8px}
      .grid3{grid-template-columns:1fr 1fr 1fr;gap:4px}
      .tiles{grid-template-columns:repeat(3,1fr);gap:6px}
      .card{break-inside:avoid;padding:8px 10px}
      .key{position:static}
      .key input,details:not(.more):not(.rest),summary,.downloads,.contents,#tip{display:none}
      details::details-content{content-visibility:visible;display:block}
      .costs td.bar{width:190px;min-width:190px;padding:0 4px}
      .scroll{overflow:visible}
      table{font-size:7.2pt}
      thead th{font-size:7pt}
      th,td{padding-right:4px}
      .number{padding-left:5px}
      .comparison,.comparison thead th{font-size:6.4pt}
      .comparison .number{padding:3px 0 3px 3px}}

      """)
}
