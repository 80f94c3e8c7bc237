import { describe, expect, it } from '@jest/globals';

import { JsonLog } from '../log.js';
import { saveFailure } from './save-failure.js';

describe('the failure of an import', () => {
  const log = new JsonLog('spec', () => undefined);

  it('is saved once the database is there again', async () => {
    let attempts = 0;
    const save = async () => {
      if (++attempts < 3) throw new Error('no database');
    };
    await saveFailure(save, new AbortController().signal, log);
    expect(attempts).toBe(3);
  });

  it('is saved by a service that stops already, and not waited for', async () => {
    const stopping = new AbortController();
    stopping.abort();
    let attempts = 0;
    await saveFailure(async () => void attempts++, stopping.signal, log);
    await saveFailure(() => Promise.reject(new Error(`attempt ${++attempts}`)), stopping.signal, log);
    expect(attempts).toBe(2);
  });
});
