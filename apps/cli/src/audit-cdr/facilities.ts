import type { Engine, Row } from './engine.js';
import type { ExportFile } from './export-folder.js';
import { isZone } from './export-map.js';
import type { UnreadValues } from './unread-values.js';

export interface Site {
  readonly name: string;
  /** IANA; undefined: the export does not tell, or nobody knows such a zone. */
  readonly zone: string | undefined;
}

/** The facilities of an export by their code; none where it has no such file. @throws WrongUse */
export async function sitesOf(
  engine: Engine,
  file: ExportFile | undefined,
  unread: UnreadValues,
): Promise<ReadonlyMap<string, Site>> {
  const sites = new Map<string, Site>();
  if (file === undefined) return sites;
  const rows = (await engine.ask(file, 'from facilities')) as unknown as readonly Row<'facilities'>[];
  for (const [at, { SITE, NAME, TIMEZONE }] of rows.entries()) {
    const zone = TIMEZONE?.trim() ?? '';
    const known = zone !== '' && isZone(zone);
    if (zone !== '' && !known) unread.note(file, 'TIMEZONE', at + 1);
    sites.set(SITE?.trim() ?? '', { name: NAME?.trim() ?? '', zone: known ? zone : undefined });
  }
  return sites;
}
