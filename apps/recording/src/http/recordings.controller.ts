import { Controller, Get, Param, Query } from '@nestjs/common';
import { isUuid } from '@privity/kernel';
import { CurrentUser, Roles, type Principal } from '@privity/service';
import { NoSuchRecording } from '../playback/playbacks.js';
import { RecordingSearch, type FoundRecording } from '../read-models/recording-search.js';
import { searchCriteria } from './search-criteria.js';

/** Open to every token: a search refused for want of a role is an event too (P4). */
@Controller('api/recordings')
export class RecordingsController {
  constructor(private readonly search: RecordingSearch) {}

  /** `?call=&facility=&from=&to=&after=&limit=`, newest first. */
  @Get()
  @Roles()
  async list(
    @Query() query: Record<string, unknown>,
    @CurrentUser() who: Principal,
  ): Promise<{ readonly recordings: readonly FoundRecording[]; readonly next?: string }> {
    return this.search.find(searchCriteria(query), who);
  }

  @Get(':recording')
  @Roles()
  async one(@Param('recording') recording: string, @CurrentUser() who: Principal): Promise<FoundRecording> {
    const criteria = { recording: isUuid(recording) ? recording.toLowerCase() : '', limit: 1 };
    const { recordings } = await this.search.find(criteria, who);
    const [found] = recordings;
    if (found === undefined) throw new NoSuchRecording();
    return found;
  }
}
