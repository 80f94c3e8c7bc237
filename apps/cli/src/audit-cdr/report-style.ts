import { Markup } from './markup.js';

/** Plain enough to print: black on white, no colour carries a meaning. */
export const STYLE = new Markup(`
:root { color-scheme: light; }
body { font: 16px/1.45 system-ui, sans-serif; color: #1a1a1a; background: #fff; max-width: 60rem; margin: 2rem auto; padding: 0 1rem; }
h1 { font-size: 1.7rem; margin-bottom: .3rem; }
h2 { font-size: 1.15rem; border-bottom: 1px solid #bbb; padding-bottom: .2rem; margin-top: 2rem; }
.lead { font-size: 1.15rem; }
.caveat { border-left: 4px solid #8a5a00; padding-left: .7rem; }
svg { width: 100%; height: auto; max-width: 48rem; font: 12px system-ui, sans-serif; }
svg rect { fill: #2f5d8a; }
table { border-collapse: collapse; width: 100%; margin: .8rem 0; font-size: .92rem; }
th, td { text-align: left; vertical-align: top; padding: .3rem .6rem .3rem 0; border-bottom: 1px solid #ddd; }
td:first-child { white-space: nowrap; }
code { font-size: .85em; overflow-wrap: anywhere; }
footer { margin-top: 2rem; border-top: 1px solid #bbb; color: #444; font-size: .9rem; }
@media print {
  @page { margin: 18mm; }
  body { margin: 0; max-width: none; font-size: 11pt; }
  section { break-inside: avoid; }
  table { break-inside: auto; }
  tr { break-inside: avoid; }
  svg rect { fill: #555; print-color-adjust: exact; }
}
`);
