import { Module } from '@nestjs/common';
import { TypeOrmModule } from '@nestjs/typeorm';
import { Membership } from '@privity/service';
import { Attestor } from './events/attestor.js';
import { ClaimsEvents } from './events/claims.events.js';
import { OtherNumbers } from './events/other-numbers.js';
import { RecorderEvents } from './events/recorder.events.js';
import { RecordingsEvents } from './events/recordings.events.js';
import { Sealing } from './events/sealing.js';
import { SealsEvents } from './events/seals.events.js';
import { ChecksController } from './http/checks.controller.js';
import { MediaController } from './http/media.controller.js';
import { PlaybacksController } from './http/playbacks.controller.js';
import { RecordingsController } from './http/recordings.controller.js';
import { ActivePlaybacks } from './playback/active-playbacks.js';
import { PlaybackSessions } from './playback/playback-sessions.js';
import { Playbacks } from './playback/playbacks.js';
import { PlaybackRow } from './read-models/playback.entity.js';
import { RecordingSearch } from './read-models/recording-search.js';
import { RecordingRow } from './read-models/recording.entity.js';
import { Recorder } from './recorder/recorder.js';
import { Recovery } from './recorder/recovery.js';
import { RoutingPermits } from './recorder/routing-permits.js';
import { StopRequests } from './recorder/stop-requests.js';
import { CallMedia } from './vault/call-media.js';
import { MediaCheck } from './vault/media-check.js';
import { MediaFolder } from './vault/media-folder.js';
import { RecordingKeys } from './vault/recording-keys.js';

@Module({
  imports: [TypeOrmModule.forFeature([RecordingRow, PlaybackRow])],
  controllers: [
    MediaController,
    ChecksController,
    RecordingsController,
    PlaybacksController,
    ClaimsEvents,
    RecorderEvents,
    SealsEvents,
    RecordingsEvents,
  ],
  providers: [
    RecordingKeys,
    MediaFolder,
    CallMedia,
    MediaCheck,
    RoutingPermits,
    Membership,
    Recorder,
    StopRequests,
    Recovery,
    Attestor,
    Sealing,
    OtherNumbers,
    ActivePlaybacks,
    PlaybackSessions,
    Playbacks,
    RecordingSearch,
  ],
})
export class RecordingModule {}
