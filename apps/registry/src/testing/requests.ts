import { setTimeout as pause } from 'node:timers/promises';
import type { Installation } from './installation.js';

export interface ShownReport {
  readonly state: string;
  readonly rows: number;
  readonly added: number;
  readonly unchanged: number;
  readonly ended: number;
  readonly rejectedCount: number;
  readonly rejected: readonly { line: number; field: string; reason: string }[];
  readonly problem?: { code: string; field?: string; line?: number; detail: string };
}

/** Sends a file as a registrar does, and waits for the import's end. */
export async function importFile(
  place: Installation,
  kind: string,
  content: string | Uint8Array<ArrayBuffer>,
  list?: string,
) {
  const importId = await sendFile(place, kind, content, list);
  return { importId, ...(await reportOf(place, importId)) };
}

export async function sendFile(
  place: Installation,
  kind: string,
  content: string | Uint8Array<ArrayBuffer>,
  list?: string,
): Promise<string> {
  const body = new FormData();
  body.set('kind', kind);
  if (list !== undefined) body.set('list', list);
  body.set('file', new Blob([content]), 'list.csv');
  const authorization = `Bearer ${await place.token('registrar')}`;
  const url = `${place.registry.url}/api/registry/imports`;
  const response = await fetch(url, { method: 'POST', body, headers: { authorization } });
  if (response.status !== 202) throw new Error(`import answered ${response.status}: ${await response.text()}`);
  const { importId } = (await response.json()) as { importId: string };
  return importId;
}

export async function reportOf(place: Installation, importId: string): Promise<ShownReport> {
  const authorization = `Bearer ${await place.token('registrar')}`;
  for (;;) {
    const response = await fetch(`${place.registry.url}/api/registry/imports/${importId}`, {
      headers: { authorization },
    });
    const report = (await response.json()) as ShownReport;
    if (report.state !== 'reading') return report;
    await pause(20);
  }
}

export async function post(
  place: Installation,
  path: string,
  body: unknown,
  roles: Parameters<Installation['token']>,
  more = {},
) {
  const headers = {
    authorization: `Bearer ${await place.token(...roles)}`,
    'content-type': 'application/json',
    ...more,
  };
  const response = await fetch(`${place.registry.url}${path}`, { method: 'POST', headers, body: JSON.stringify(body) });
  return { status: response.status, body: (await response.json()) as Record<string, unknown> };
}
