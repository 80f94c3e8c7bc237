import { createHash } from 'node:crypto';
import { REGISTER_SCRIPT } from './register-script.js';

const STYLE = `
  :root { color-scheme: light dark; font: 100%/1.5 system-ui, sans-serif; }
  body { max-width: 40rem; margin: 2rem auto; padding: 0 1rem; }
  label { display: block; margin-top: .8rem; }
  input, select, button { font: inherit; padding: .4rem; box-sizing: border-box; }
  input, select { width: 100%; }
  fieldset { margin: 1rem 0; }
  .number { display: grid; grid-template-columns: 2fr 1fr; gap: .8rem; }
  button { margin-top: 1rem; }
  [role=alert], [role=status] { margin-top: 1rem; font-weight: 600; overflow-wrap: anywhere; }
`;

const hashOf = (text: string) => `'sha256-${createHash('sha256').update(text).digest('base64')}'`;

/** Nothing but this page's own style and script runs, nothing is loaded, and what is written goes to this host only. */
export const REGISTER_POLICY = [
  "default-src 'none'",
  `style-src ${hashOf(STYLE)}`,
  `script-src ${hashOf(REGISTER_SCRIPT)}`,
  "connect-src 'self'",
  "base-uri 'none'",
  "form-action 'none'",
  "frame-ancestors 'none'",
].join('; ');

const field = (name: string, label: string, attributes: string) =>
  `<label for="${name}">${label}</label><input id="${name}" name="${name}" ${attributes}>`;

/** The public form in a browser. What it says of what follows is what `docs/registry.md` says. */
export const REGISTER_PAGE = `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>Register numbers that must not be recorded</title>
<style>${STYLE}</style>
</head>
<body>
<main>
<h1>Register numbers that must not be recorded</h1>
<p>For attorneys, and for those who work for one. You get a receipt and a date by which somebody has answered. They ask
at the contact that the bar has, never at the one that you give here.</p>
<noscript><p role="alert">This form needs JavaScript. A registrar of the facility takes registrations as well.</p></noscript>
<form id="form">
<label for="as">I am</label>
<select id="as" name="as">
<option value="attorney">an attorney</option>
<option value="paralegal">a paralegal of an attorney</option>
<option value="investigator">an investigator of an attorney</option>
<option value="interpreter">an interpreter of an attorney</option>
<option value="expert">an expert of an attorney</option>
</select>
${field('barState', 'State of the attorney’s bar (two letters)', 'required pattern="[A-Za-z]{2}" maxlength="2"')}
${field('barNumber', 'The attorney’s bar number', 'required maxlength="32"')}
${field('last', 'Your last name', 'required maxlength="200" autocomplete="family-name"')}
${field('first', 'Your first name', 'required maxlength="200" autocomplete="given-name"')}
${field('firm', 'Firm (optional)', 'maxlength="200" autocomplete="organization"')}
${field('email', 'E-mail (optional)', 'type="email" maxlength="254" autocomplete="email"')}
<fieldset id="numbers">
<legend>Telephone numbers</legend>
<div class="number">
<label>Number <input name="number" type="tel" required maxlength="64"></label>
<label>Since (optional) <input name="effectiveFrom" type="date"></label>
</div>
</fieldset>
<button id="more" type="button">One more number</button>
<button type="submit">Register</button>
</form>
<p id="problem" role="alert"></p>
<p id="receipt" role="status"></p>
</main>
<script>${REGISTER_SCRIPT}</script>
</body>
</html>
`;
