/**
 * What the page of the public form does. It stands inline, since the page loads nothing, and its hash in the page's
 * policy. A form sent twice is the same registration: its key changes only with what is written.
 */
export const REGISTER_SCRIPT = `
const form = document.getElementById('form');
const problem = document.getElementById('problem');
const receipt = document.getElementById('receipt');
const newKey = () => Array.from(crypto.getRandomValues(new Uint8Array(16)), (byte) => byte.toString(16).padStart(2, '0')).join('');
let key = newKey();
form.addEventListener('input', () => { key = newKey(); });
document.getElementById('more').addEventListener('click', () => {
  const rows = form.querySelectorAll('.number');
  const row = rows[rows.length - 1].cloneNode(true);
  for (const input of row.querySelectorAll('input')) { input.value = ''; input.required = false; }
  rows[rows.length - 1].after(row);
  row.querySelector('input').focus();
});
form.addEventListener('submit', async (event) => {
  event.preventDefault();
  problem.textContent = '';
  receipt.textContent = '';
  const body = { as: form.elements.as.value, numbers: [] };
  for (const name of ['barState', 'barNumber', 'last', 'first', 'firm', 'email']) {
    const value = form.elements[name].value.trim();
    if (value !== '') body[name] = value;
  }
  for (const row of form.querySelectorAll('.number')) {
    const [number, since] = Array.from(row.querySelectorAll('input'), (input) => input.value.trim());
    if (number !== '') body.numbers.push(since === '' ? { number } : { number, effectiveFrom: since + 'T00:00:00Z' });
  }
  const submit = form.querySelector('[type=submit]');
  submit.disabled = true;
  try {
    const answer = await fetch('/api/registrations', {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'idempotency-key': key },
      body: JSON.stringify(body),
    });
    const said = await answer.json();
    if (answer.ok) {
      receipt.textContent = 'Your receipt is ' + said.receipt + '. Somebody answers by '
        + new Date(said.due).toLocaleString() + '. Keep the receipt: it is how to ask again.';
    } else {
      problem.textContent = [said.detail || said.title, said.field && '(' + said.field + ')'].filter(Boolean).join(' ');
    }
  } catch {
    problem.textContent = 'There was no answer. Send the form again: it will count once.';
  } finally {
    submit.disabled = false;
  }
});
`;
