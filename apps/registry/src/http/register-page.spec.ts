import { describe, expect, it } from '@jest/globals';
import { createHash } from 'node:crypto';
import { runInNewContext } from 'node:vm';
import { REGISTER_PAGE, REGISTER_POLICY } from './register-page.js';

const inline = (tag: string) => new RegExp(`<${tag}>([^]*?)</${tag}>`).exec(REGISTER_PAGE)?.[1] ?? '';

describe('the page of the public form', () => {
  it('runs its own script and style, by their hashes, and loads nothing', () => {
    for (const [directive, tag] of [
      ['script-src', 'script'],
      ['style-src', 'style'],
    ] as const) {
      const hash = createHash('sha256').update(inline(tag)).digest('base64');
      expect(REGISTER_POLICY).toContain(`${directive} 'sha256-${hash}'`);
    }
    expect(REGISTER_POLICY).toMatch(/^default-src 'none'; .*frame-ancestors 'none'$/);
    expect(REGISTER_POLICY).not.toMatch(/unsafe|\*/);
    expect(REGISTER_PAGE).not.toMatch(/https?:|\ssrc=|\shref=|\son[a-z]+=|\sstyle=/);
  });

  it('names every field, for whoever cannot see it', () => {
    const fields = REGISTER_PAGE.match(/<(?:input|select)[^>]*>/g) ?? [];
    expect(fields.length).toBeGreaterThan(8);
    for (const field of fields) {
      const [, id] = / id="(\w+)"/.exec(field) ?? [];
      const isLabelled =
        id === undefined ? REGISTER_PAGE.includes(` ${field}</label>`) : REGISTER_PAGE.includes(`<label for="${id}">`);
      expect([field, isLabelled]).toEqual([field, true]);
    }
  });

  it('sends what is written, one key for one content, and shows the receipt', async () => {
    const page = pretendedPage({ barState: 'ny', barNumber: '100', last: 'Ng', first: 'Ana', firm: '', email: ' ' });
    runInNewContext(inline('script'), page.globals);
    await page.submit();
    await page.submit();
    page.change();
    await page.submit();
    const [first, again, other] = page.sent;
    expect(first?.url).toBe('/api/registrations');
    expect(JSON.parse(String(first?.init.body))).toEqual({
      ...{ as: 'attorney', barState: 'ny', barNumber: '100', last: 'Ng', first: 'Ana' },
      numbers: [{ number: '2125550101', effectiveFrom: '2020-02-02T00:00:00Z' }, { number: '2125550102' }],
    });
    const keys = [first, again, other].map((one) => one?.init.headers['idempotency-key']);
    expect(keys[0]).toMatch(/^[0-9a-f]{32}$/);
    expect(keys[1]).toBe(keys[0]);
    expect(keys[2]).not.toBe(keys[0]);
    expect(page.text('receipt')).toContain('Your receipt is r-1.');
    page.answer(422, { detail: 'is not a telephone number', field: 'numbers.0.number' });
    await page.submit();
    expect(page.text('problem')).toBe('is not a telephone number (numbers.0.number)');
    expect(page.text('receipt')).toBe('');
  });
});

interface Sent {
  readonly url: string;
  readonly init: { readonly body: string; readonly headers: Record<string, string> };
}

/** As much of a browser as the script touches. */
function pretendedPage(values: Record<string, string>) {
  const listeners = new Map<string, (event: object) => unknown>();
  const texts = { problem: { textContent: '' }, receipt: { textContent: '' } };
  const rows = [
    ['2125550101', '2020-02-02'],
    ['2125550102', ''],
    ['', ''],
  ].map((row) => ({ querySelectorAll: () => row.map((value) => ({ value })) }));
  const form = {
    addEventListener: (name: string, listener: (event: object) => unknown) => listeners.set(name, listener),
    elements: Object.fromEntries(
      Object.entries({ as: 'attorney', ...values }).map(([name, value]) => [name, { value }]),
    ),
    querySelectorAll: () => rows,
    querySelector: () => ({ disabled: false }),
  };
  const elements: Record<string, object> = { form, ...texts, more: { addEventListener: () => undefined } };
  const sent: Sent[] = [];
  let status = 202;
  let said: object = { receipt: 'r-1', due: '2026-12-02T00:00:00.000Z' };
  const fetch = async (url: string, init: Sent['init']) => {
    sent.push({ url, init });
    return { ok: status < 400, json: async () => said };
  };
  return {
    globals: { crypto, fetch, document: { getElementById: (id: string) => elements[id] } },
    sent,
    submit: () => listeners.get('submit')?.({ preventDefault: () => undefined }),
    change: () => listeners.get('input')?.({}),
    text: (id: keyof typeof texts) => texts[id].textContent,
    answer: (next: number, body: object) => void ([status, said] = [next, body]),
  };
}
