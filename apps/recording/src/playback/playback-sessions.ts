import { Injectable } from '@nestjs/common';
import { Pool } from 'pg';

export interface PlaybackSession {
  readonly recording: string;
  readonly person: string;
}

/** A grant is for listening now; later somebody asks again, with a purpose of that day. */
const GRANT_LASTS = '1 hour';

/** Table `playback_session`: which recording a playback opens and for whom. Written after the grant is durable. */
@Injectable()
export class PlaybackSessions {
  constructor(private readonly pool: Pool) {}

  async open(playback: string, { recording, person }: PlaybackSession): Promise<void> {
    await this.pool.query('insert into playback_session (playback, recording, person) values ($1, $2, $3)', [
      playback,
      recording,
      person,
    ]);
  }

  /** Undefined where there is none, or its hour is over. */
  async find(playback: string): Promise<PlaybackSession | undefined> {
    const { rows } = await this.pool.query<PlaybackSession>(
      `select recording, person from playback_session where playback = $1 and granted_at > now() - $2::interval`,
      [playback, GRANT_LASTS],
    );
    return rows[0];
  }
}
