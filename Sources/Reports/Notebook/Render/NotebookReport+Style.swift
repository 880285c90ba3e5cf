extension NotebookReport {
  /// What a notebook's page adds to the style of all pages: contents at the side where there is room, tools, zoom.
  static let style = """

    html { scroll-padding-top: 1rem; }
    .skip { position: absolute; left: -100vw; } .skip:focus { left: 1rem; top: .5rem; background: var(--page);
      padding: .3rem .6rem; z-index: 3; }
    header.page { max-width: 62rem; margin: 0 auto; padding: 2.5rem 1.25rem 0; }
    header.page p { max-width: 44rem; }
    nav.contents { max-width: 62rem; margin: 0 auto; padding: 0 1.25rem; border: 0; }
    nav.contents details { border-top: 1px solid var(--hair); border-bottom: 1px solid var(--hair); padding: .5rem 0; }
    nav.contents summary { font-weight: 600; }
    nav.contents ol { display: block; padding: .2rem 0 .2rem 1.2rem; }
    nav.contents > details > ol { columns: 17rem; padding-left: 0; }
    nav.contents li { break-inside: avoid; padding: .08rem 0; }
    main { padding-top: 1rem; }
    main > ol { max-width: 44rem; }
    h1, h2, h3, h4, p, li, figcaption { overflow-wrap: break-word; }
    h3 { font-size: 1.05rem; margin: 2rem 0 .5rem; } h4 { font-size: 1rem; font-style: italic; font-weight: 400; margin: 1.6rem 0 .4rem; }
    section.cell { margin: 1.6rem 0; min-width: 0; }
    .figures > section.cell { margin: .6rem 0; }
    section.cell > ul { max-width: 44rem; }
    section.cell > figure { margin-bottom: .3rem; }
    figure.chart:not(.wide) { max-width: 30rem; }
    details.source { font-size: .86rem; color: var(--soft); margin: .2rem 0 0; }
    summary { cursor: pointer; }
    .tools { font-size: .86rem; margin: .3rem 0; }
    .value { font-variant-numeric: lining-nums tabular-nums; }
    .value.measured { border-bottom: 1px dotted var(--soft); }
    .value.published { padding: 0 .15em; }
    .value.missing, .gap { border-left: 3px solid #b3261e; padding-left: .5rem; background: var(--panel); }
    .value.missing { border-left-width: 2px; padding: 0 .3rem; font-weight: 600; }
    .gap { padding: .5rem .9rem; max-width: 44rem; }
    .picture .close { display: none; }
    .picture:target { position: fixed; inset: 0; z-index: 2; background: var(--page); padding: 1rem; overflow: auto;
      display: flex; flex-direction: column-reverse; justify-content: flex-end; }
    .picture:target .close { display: inline; } .picture:target .open { display: none; }
    .picture:target .scroll { overflow: auto; }
    .picture:target img { width: auto; min-width: min(100%, 60rem); max-width: none; max-height: none; min-height: 60vh; }
    figure.wide img { max-width: 100%; }
    footer { margin-top: 3rem; border-top: 1px solid var(--hair); color: var(--soft); font-size: .92rem; }
    @media (max-width: 40rem) { figure.wide .scroll { padding: 0; } }
    @media print { .tools, details.source, .skip { display: none; } nav.contents { display: none; }
      .picture:target { position: static; } header.page { padding-top: 0; } figure.wide img { max-width: 100%; }
      figure.chart img { max-height: 22cm; width: auto; max-width: 100%; } }

    """
}
