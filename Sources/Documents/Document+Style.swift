extension Document {
  /// The page's style: a paper's supplement, on screen, on a phone and in print.
  ///
  /// Measured and published figures differ in more than hue (the published ones are grey, italic and behind a rule), so
  /// that neither a colour-blind reader nor a black-and-white print can take one for the other. Charts keep a light
  /// card on a dark page: their colours are chosen against white.
  package static let style = """

    :root { color-scheme: light dark; --page: #fdfdfc; --ink: #1c1d1f; --soft: #5b5f66; --rule: #c9ccd1;
      --hair: #e4e6e9; --panel: #f3f4f5; --link: #0a5a94; --card: #ffffff; }
    @media (prefers-color-scheme: dark) { :root { --page: #17181a; --ink: #e6e6e3; --soft: #a3a8b0; --rule: #4a4e55;
      --hair: #303338; --panel: #212327; --link: #8cc4f0; --card: #f7f7f5; } }
    * { box-sizing: border-box; }
    body { margin: 0; background: var(--page); color: var(--ink); line-height: 1.55; font-size: 1rem;
      font-family: Charter, "Bitstream Charter", "Iowan Old Style", "Source Serif 4", Georgia, "Liberation Serif", serif; }
    main { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.25rem 4rem; }
    main > p, main > ul, header { max-width: 44rem; }
    h1 { font-size: 1.75rem; line-height: 1.2; margin: 0 0 .4rem; font-weight: 600; }
    h2 { font-size: 1.2rem; line-height: 1.3; margin: 2.6rem 0 .6rem; font-weight: 600; }
    p { margin: .7rem 0; }
    a { color: var(--link); }
    .subtitle { color: var(--soft); margin: 0 0 1rem; }
    nav { border-top: 1px solid var(--hair); border-bottom: 1px solid var(--hair); margin: 1rem 0 1.6rem; }
    nav ol { list-style: none; display: flex; flex-wrap: wrap; gap: .2rem 1.4rem; margin: 0; padding: .5rem 0;
      font-size: .92rem; }
    .notice { border-left: 3px solid var(--ink); padding: .1rem 0 .1rem .9rem; }
    code, pre { font-family: "DejaVu Sans Mono", "Liberation Mono", Menlo, Consolas, monospace; font-size: .84em; }
    code { overflow-wrap: anywhere; }
    pre { background: var(--panel); padding: .7rem .9rem; overflow-x: auto; border-radius: 3px; }
    figure { margin: 1.4rem 0; }
    figcaption { font-size: .92rem; max-width: 44rem; }
    figure.table figcaption { margin-bottom: .5rem; }
    .scroll { overflow-x: auto; }
    table { border-collapse: separate; border-spacing: 0; font-size: .92rem; font-variant-numeric: lining-nums tabular-nums;
      border-top: 1.5px solid var(--ink); border-bottom: 1.5px solid var(--ink); }
    th, td { padding: .28rem .6rem; text-align: right; font-weight: 400; white-space: nowrap; vertical-align: baseline; }
    thead th { border-bottom: 1px solid var(--ink); }
    thead tr.groups th { border-bottom: 1px solid var(--rule); text-align: center; }
    thead tr.groups td { border: 0; }
    .words { text-align: left; }
    th[scope="row"], thead tr:last-child th:first-child { position: sticky; left: 0; background: var(--page); }
    th[scope="row"] { white-space: normal; min-width: min(11rem, 30vw); }
    .sentences { white-space: normal; min-width: min(11rem, 40vw); }
    td.sentences code { white-space: normal; }
    tbody tr:not(.section) + tr:not(.section) > * { border-top: 1px solid var(--hair); }
    tr.section th { text-align: left; font-style: italic; padding-top: .7rem; }
    tbody + tbody tr:first-child > * { border-top: 1px solid var(--rule); }
    .published { color: var(--soft); font-style: italic; background: var(--panel); }
    .notes { font-size: .86rem; color: var(--soft); max-width: 44rem; }
    .notes p { margin: .35rem 0; }
    .figures { display: grid; grid-template-columns: repeat(auto-fit, minmax(min(100%, 26rem), 1fr)); gap: 0 1.6rem; }
    figure.wide { grid-column: 1 / -1; }
    figure.chart .scroll { background: var(--card); border: 1px solid var(--hair); border-radius: 3px;
      padding: .3rem; margin-bottom: .5rem; }
    figure.chart img { display: block; width: 100%; height: auto; margin: 0 auto; }
    figure.wide img { min-width: 34rem; max-width: 56rem; }
    pre { position: relative; max-width: 100%; }
    button { font: inherit; color: inherit; background: none; border: 0; padding: 0; cursor: pointer; }
    button.copy { position: absolute; top: .3rem; right: .4rem; font-size: .8rem; border: 1px solid var(--rule);
      border-radius: 3px; padding: .1rem .5rem; background: var(--page); }
    th button.sort::after { content: "\\2195"; color: var(--soft); padding-left: .25em; }
    th[aria-sort="ascending"] button.sort::after { content: "\\2191"; color: var(--ink); }
    th[aria-sort="descending"] button.sort::after { content: "\\2193"; color: var(--ink); }
    :focus-visible { outline: 2px solid var(--link); outline-offset: 2px; }
    @media print {
      :root { --page: #fff; --ink: #000; --soft: #444; --rule: #999; --hair: #ccc; --panel: #f2f2f2; --link: #000;
        --card: #fff; }
      body { font-size: 10pt; } main { max-width: none; padding: 0; } nav { display: none; }
      figure, tr { break-inside: avoid; } h2 { break-after: avoid; } .scroll { overflow: visible; }
      figure.chart .scroll { border: 0; } figure.wide img { min-width: 0; }
      a { text-decoration: none; } button.copy { display: none; } th button.sort::after { content: none; }
    }

    """
}
