import type { Count } from '@privity/cdr';
import { html, type Markup } from './markup.js';
import { number } from './report-words.js';

const [WIDTH, ROW, LABEL, VALUE] = [720, 24, 230, 70];
const [HEIGHT, FOOT, TOP, LEFT] = [220, 56, 18, 30];

/** One bar a name, the longest as wide as there is room. */
export function bars(title: string, counts: readonly Count[]): Markup {
  if (counts.length === 0) return html`<p>None.</p>`;
  const most = Math.max(...counts.map(({ calls }) => calls));
  const room = WIDTH - LABEL - VALUE;
  const lines = counts.map(({ name, calls }, n) => {
    const width = rounded((calls / most) * room);
    return html`<text x="${LABEL - 8}" y="${n * ROW + 16}" text-anchor="end"
        >${shortened(name)}<title>${name}</title></text
      >
      <rect x="${LABEL}" y="${n * ROW + 3}" width="${width}" height="${ROW - 7}" />
      <text x="${LABEL + width + 6}" y="${n * ROW + 16}">${number(calls)}</text>`;
  });
  return plot(title, counts.length * ROW, lines);
}

/** One column a name, in the order given. */
export function columns(title: string, counts: readonly Count[]): Markup {
  if (counts.length === 0) return html`<p>None.</p>`;
  const most = Math.max(...counts.map(({ calls }) => calls));
  const step = (WIDTH - LEFT) / counts.length;
  const room = HEIGHT - FOOT - TOP;
  const lines = counts.map(({ name, calls }, n) => {
    const height = rounded((calls / most) * room);
    const [x, foot] = [rounded(LEFT + n * step), HEIGHT - FOOT];
    const middle = rounded(x + step / 2);
    return html`<rect x="${x}" y="${rounded(foot - height)}" width="${rounded(step * 0.8)}" height="${height}"
        ><title>${name}: ${number(calls)}</title></rect
      >
      <text transform="translate(${middle} ${foot + 12}) rotate(-60)" text-anchor="end" font-size="10">${name}</text>
      <text x="${rounded(x + step * 0.4)}" y="${rounded(foot - height - 4)}" text-anchor="middle" font-size="9"
        >${number(calls)}</text
      >`;
  });
  return plot(title, HEIGHT, lines);
}

export function table(head: readonly string[], rows: readonly (readonly string[])[]): Markup {
  return html`<table>
    <thead>
      <tr>
        ${head.map((cell) => html`<th scope="col">${cell}</th>`)}
      </tr>
    </thead>
    <tbody>
      ${rows.map(
        (row) =>
          html`<tr>
            ${row.map((cell) => html`<td>${cell}</td>`)}
          </tr>`,
      )}
    </tbody>
  </table>`;
}

function plot(title: string, height: number, content: readonly Markup[]): Markup {
  return html`<svg viewBox="0 0 ${WIDTH} ${height}" role="img" aria-label="${title}">
    <title>${title}</title>
    ${content}
  </svg>`;
}

const rounded = (value: number) => Math.round(value * 10) / 10;
const shortened = (name: string) => (name.length > 32 ? `${name.slice(0, 31)}…` : name);
