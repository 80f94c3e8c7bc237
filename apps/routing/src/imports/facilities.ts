import { type FacilityListed, facilityStream } from '@privity/routing';
import type { Directory } from '../read-models/directory.js';
import type { DirectoryImporter, Flushed, Rejection } from './directory-importer.js';
import type { DirectoryWriter } from './directory-writer.js';

const COLUMNS = ['SITE', 'NAME', 'STATE', 'TYPE', 'ADP', 'TIMEZONE'] as const;
type Column = (typeof COLUMNS)[number];

export class FacilitiesImporter implements DirectoryImporter<Column> {
  readonly columns = COLUMNS;
  private gathered: FacilityListed['data'][] = [];

  constructor(
    private readonly directory: Directory,
    private readonly writer: DirectoryWriter,
  ) {}

  take(values: Readonly<Record<Column, string>>): Rejection | undefined {
    const facility = values.SITE.trim();
    const timezone = values.TIMEZONE.trim();
    const population = Number(values.ADP.trim() || 'none');
    if (!/^[A-Za-z0-9._-]{1,32}$/.test(facility)) return { field: 'SITE', reason: 'not-a-facility-id' };
    if (!/^[A-Z]{2}$/.test(values.STATE.trim())) return { field: 'STATE', reason: 'not-a-state' };
    if (!Number.isInteger(population) || population < 0) return { field: 'ADP', reason: 'not-a-whole-number' };
    if (!isTimeZone(timezone)) return { field: 'TIMEZONE', reason: 'not-a-time-zone' };
    this.gathered.push({
      facility,
      name: values.NAME.trim(),
      state: values.STATE.trim(),
      type: values.TYPE.trim(),
      population,
      timezone,
    });
    return undefined;
  }

  async flush(): Promise<Flushed> {
    const now = this.directory.view.now();
    const events = new Map<string, FacilityListed[]>();
    const latest = new Map<string, FacilityListed['data']>();
    const lines = this.gathered.length;
    for (const data of this.gathered) latest.set(data.facility, data);
    this.gathered = [];
    for (const data of latest.values()) {
      const known = now.facility(data.facility);
      const same =
        known !== undefined &&
        (['name', 'state', 'type', 'population', 'timezone'] as const).every((field) => known[field] === data[field]);
      if (!same) events.set(facilityStream(data.facility), [{ type: 'routing.FacilityListed', data }]);
    }
    await this.writer.write(events);
    return { added: events.size, unchanged: lines - events.size };
  }
}

function isTimeZone(name: string): boolean {
  try {
    return name !== '' && new Intl.DateTimeFormat('en', { timeZone: name }).resolvedOptions().timeZone !== undefined;
  } catch {
    return false;
  }
}
