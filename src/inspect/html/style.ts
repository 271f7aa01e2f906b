/** The page's style. Colours keep a contrast of 4.5 to 1 at least, by day and by night. */
export const PAGE_STYLE = `
:root { color-scheme: light dark; --back: #fbfaf7; --paper: #fff; --ink: #1d2329; --soft: #56606b; --line: #dcd9d0; --accent: #0b5c8a;
	--code: #cfe3f1; --data: #f4ddb8; --custom: #e2d6ef; --other: #d9dfd6; --new: #176a2c; --gone: #a3211c; --warn: #9a3b00; --box: #1d2329; }
@media (prefers-color-scheme: dark) { :root { --back: #14181c; --paper: #1c2228; --ink: #e8eaec; --soft: #a5b0ba; --line: #343c44; --accent: #7cc3ee;
	--code: #1f4a66; --data: #5c4517; --custom: #4a3566; --other: #39443a; --new: #7bd88f; --gone: #ff9a92; --warn: #ffb27a; --box: #f3f5f6; } }
* { box-sizing: border-box; }
body { margin: 0; background: var(--back); color: var(--ink); font: 16px/1.5 system-ui, sans-serif; }
main { max-width: 1080px; margin: 0 auto; padding: 24px 16px 64px; }
h1 { margin: 0; font-size: 28px; line-height: 1.2; overflow-wrap: anywhere; }
h2 { margin: 40px 0 12px; font-size: 20px; }
h3 { margin: 0; font-size: 16px; } .difference + h3 { margin-top: 20px; }
p { margin: 4px 0; }
.kicker, .where, .grant, dt, .hint { color: var(--soft); font-size: 14px; }
.is { font-size: 18px; }
code, pre, output { font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 13px; overflow-wrap: anywhere; }
.facts { margin: 16px 0 0; border-top: 1px solid var(--line); }
.facts div { display: flex; gap: 12px; padding: 6px 0; border-bottom: 1px solid var(--line); }
dt { flex: 0 0 80px; } dd { margin: 0; min-width: 0; overflow-wrap: anywhere; }
.cards { display: grid; gap: 12px; grid-template-columns: repeat(auto-fill, minmax(260px, 1fr)); align-items: start; }
.card, .finding, .table, .text { background: var(--paper); border: 1px solid var(--line); border-radius: 8px; padding: 12px 14px; }
.finding, .table, .text { margin: 8px 0; }
summary { cursor: pointer; overflow-wrap: anywhere; }
ul { margin: 8px 0 0; padding-left: 20px; }
.level { display: inline-block; min-width: 64px; color: var(--soft); font-size: 14px; }
.warning .level { color: var(--warn); font-weight: 600; } .notice .level { color: var(--accent); }
.treemap { display: block; width: 100%; height: auto; border-radius: 8px; font: 11px system-ui, sans-serif; }
.treemap rect { stroke: var(--paper); stroke-width: 1; } .treemap text { fill: var(--box); pointer-events: none; }
.code rect { fill: var(--code); } .data rect { fill: var(--data); } .custom rect { fill: var(--custom); } .other rect { fill: var(--other); }
.group text { font-weight: 600; }
.box:focus { outline: none; } .box:focus rect, .box:hover > rect { stroke: var(--accent); stroke-width: 3; }
.tall { display: none; }
output { display: block; min-height: 44px; padding-top: 8px; }
select { max-width: 100%; font: inherit; padding: 4px; color: var(--ink); background: var(--paper); border: 1px solid var(--soft); border-radius: 4px; }
.ways { padding-left: 20px; } .ways > li { margin: 10px 0; }
.steps { list-style: none; padding: 0; margin: 2px 0 0; display: flex; flex-wrap: wrap; gap: 4px 8px; }
.steps li + li::before { content: "\\2192"; color: var(--soft); margin-right: 8px; }
.possible { color: var(--warn); font-size: 13px; } .target { color: var(--accent); font-weight: 600; }
nav ul { display: flex; flex-wrap: wrap; gap: 2px 16px; list-style: none; padding: 0; margin: 14px 0 0; font-size: 14px; } a { color: var(--accent); }
.graph { position: relative; margin: 12px 0; } .graph svg { position: absolute; inset: 0; width: 100%; height: 100%; pointer-events: none; }
.row { display: flex; flex-wrap: wrap; justify-content: center; gap: 10px 12px; margin-bottom: 36px; position: relative; } .row:last-child { margin-bottom: 0; }
button { font: inherit; font-size: 14px; color: var(--accent); background: var(--paper); border: 1px solid var(--accent); border-radius: 6px; padding: 2px 8px; cursor: pointer; }
.node { color: var(--ink); border-color: var(--soft); padding: 4px 10px; font-family: ui-monospace, "DejaVu Sans Mono", monospace; font-size: 12px; max-width: 260px; overflow-wrap: anywhere; text-align: left; }
.node.root { border: 2px solid var(--new); } .node.import { border: 2px solid var(--accent); font-weight: 600; }
.kind { display: block; color: var(--new); font: 11px system-ui, sans-serif; }
.call { fill: none; stroke: var(--soft); stroke-width: 1.2; opacity: 0.75; } .maybe { stroke: var(--warn); stroke-dasharray: 5 4; } .chosen { stroke-width: 3; opacity: 1; }
.told { min-height: 30px; }
.scroll { overflow-x: auto; margin-top: 8px; } table { border-collapse: collapse; width: 100%; font-size: 14px; }
th, td { text-align: left; padding: 4px 12px 4px 0; border-bottom: 1px solid var(--line); vertical-align: top; overflow-wrap: anywhere; min-width: 84px; }
pre { margin: 8px 0 0; overflow: auto; max-height: 70vh; padding: 12px; background: var(--paper); border: 1px solid var(--line); border-radius: 8px; }
.text pre { border: 0; padding: 4px 0; overflow-wrap: normal; }
.difference { white-space: pre-wrap; } .new { color: var(--new); } .gone { color: var(--gone); } .other-change, pre .other { color: var(--accent); }
.w-op { color: var(--accent); } .w-string { color: var(--new); } .w-number { color: var(--warn); } .w-comment { color: var(--soft); } .w-name { color: var(--gone); }
:focus-visible { outline: 2px solid var(--accent); outline-offset: 2px; }
@media (max-width: 640px) { .wide { display: none; } .tall { display: block; } h1 { font-size: 22px; } }
`;
